/** A key of a Secret or ConfigMap that a spec names. */
export interface Reference {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
  /** `spec.l1.rpc.secretKeyRef` */
  readonly field: string;
}

/** Keys of a Secret with the certificates of a remote signer. */
const TLS_KEYS = ['ca.crt', 'tls.crt', 'tls.key'];

/** Every reference in a spec, told by the names that the API gives such fields. */
export function referencesIn(value: unknown, field = 'spec'): Reference[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => referencesIn(item, `${field}[${index}]`));
  return Object.entries(value).flatMap(([name, child]): Reference[] => {
    const path = `${field}.${name}`;
    if (name === 'secretName' && field.endsWith('.tls') && typeof child === 'string') {
      return TLS_KEYS.map((key) => ({ kind: 'Secret', name: child, key, field: path }));
    }
    const kind = /[sS]ecret(Key)?Ref$/.test(name)
      ? 'Secret'
      : /^configMap(Key)?Ref$/.test(name)
        ? 'ConfigMap'
        : undefined;
    return kind && isKeyReference(child)
      ? [{ kind, name: child.name, key: child.key, field: path }]
      : referencesIn(child, path);
  });
}

function isKeyReference(value: unknown): value is { name: string; key: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'key' in value &&
    typeof value.key === 'string'
  );
}
