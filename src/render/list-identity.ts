/**
 * Which entry of a list is which: Kubernetes merges these lists by key, so two of them are compared entry by entry and
 * not by position.
 */

/** Narrowing for JSON objects. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const byName = (item: Record<string, unknown>) => item['name'];

const KEYS: Readonly<Record<string, (item: Record<string, unknown>) => unknown>> = {
  containers: byName,
  initContainers: byName,
  env: byName,
  volumes: byName,
  imagePullSecrets: byName,
  volumeMounts: (mount) => mount['mountPath'],
  ports: (port) => `${port['containerPort'] ?? port['port']}/${port['protocol'] ?? 'TCP'}`,
  volumeClaimTemplates: (claim) => (isRecord(claim['metadata']) ? claim['metadata']['name'] : undefined),
  ownerReferences: (owner) => owner['uid'],
  topologySpreadConstraints: (spread) => spread['topologyKey'],
  items: (item) => item['key'],
};

/** `--flag=value` is the entry `--flag` of its list; anything else is its own key. */
function argumentKey(argument: unknown): unknown {
  return typeof argument === 'string' && argument.startsWith('--') ? argument.split('=', 1)[0] : argument;
}

/**
 * The entries of a list by key, in order; undefined when the list has no keys (or keys twice) and counts as one value.
 * `field` is the name of the field that holds the list.
 */
export function keyedEntries(field: string, list: readonly unknown[]): Map<string, unknown> | undefined {
  const keyOf = KEYS[field];
  const entries = new Map<string, unknown>();
  for (const item of list) {
    const key = field === 'args' ? argumentKey(item) : keyOf !== undefined && isRecord(item) ? keyOf(item) : undefined;
    if (typeof key !== 'string' || entries.has(key)) return undefined;
    entries.set(key, item);
  }
  return entries;
}
