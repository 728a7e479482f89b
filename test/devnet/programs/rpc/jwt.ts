import { createHmac, timingSafeEqual } from 'node:crypto';

const MAX_AGE_SECONDS = 60;
const encode = (text: string | Buffer) => Buffer.from(text).toString('base64url');
const sign = (secret: Buffer, text: string) => createHmac('sha256', secret).update(text).digest();

/** A token as op-node sends it on every engine call: HS256 with only `iat`. */
export function createToken(secret: Buffer, nowSeconds: number): string {
  const head = `${encode('{"alg":"HS256","typ":"JWT"}')}.${encode(JSON.stringify({ iat: nowSeconds }))}`;
  return `${head}.${encode(sign(secret, head))}`;
}

/**
 * Checks the Authorization header like an execution client.
 * @returns undefined when it is good, else the recorded plain-text answer of the 401
 */
export function refuseToken(header: string | undefined, secret: Buffer, nowSeconds: number): string | undefined {
  if (header === undefined || !header.startsWith('Bearer ')) return 'missing token';
  const [head, payload, signature, ...rest] = header.slice('Bearer '.length).split('.');
  if (head === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    return 'token contains an invalid number of segments';
  }
  const given = Buffer.from(signature, 'base64url');
  const expected = sign(secret, `${head}.${payload}`);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'signature is invalid';
  const issuedAt = issueTime(payload);
  if (issuedAt === undefined) return 'missing issued-at';
  if (nowSeconds - issuedAt > MAX_AGE_SECONDS) return 'stale token';
  return issuedAt - nowSeconds > MAX_AGE_SECONDS ? 'future token' : undefined;
}

function issueTime(payload: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const issued = typeof claims === 'object' && claims !== null && 'iat' in claims ? claims.iat : undefined;
    return typeof issued === 'number' ? issued : undefined;
  } catch {
    return undefined;
  }
}

/** 32 bytes in hex, with or without 0x, as both programs accept them; undefined when it is anything else. */
export function parseSecret(text: string): Buffer | undefined {
  const hex = text.trim().replace(/^0x/, '');
  return /^[0-9a-fA-F]{64}$/.test(hex) ? Buffer.from(hex, 'hex') : undefined;
}
