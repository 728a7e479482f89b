import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * Identity of rendered objects: sha256 (hex) of their canonical JSON (RFC 8785). The order of the objects counts, the
 * order of keys does not. What is approved is this hash, and what is applied must have it.
 */
export function renderDigest(objects: readonly unknown[]): string {
  const text = canonicalize(objects);
  if (text === undefined) throw new TypeError('Rendered objects are not JSON');
  return createHash('sha256').update(text).digest('hex');
}
