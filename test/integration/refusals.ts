/** What tests of bad input ask: what the operator says about an object as it is now, and that it has touched nothing. */
import { expect } from 'vitest';
import { INPUTS_ANNOTATION, STORES_LABEL } from '../../src/activities/state/render-store.ts';
import type { Condition } from '../../src/api/conditions.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { renderDigest } from '../../src/render/index.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { type Kind, managedVersions, podUids, read, readAll } from './cluster-objects.ts';
import type { Devnet } from './devnet.ts';

type Judged = KubeObject & { status?: { conditions?: Condition[] } };

export interface WantedCondition {
  readonly kind?: Kind;
  readonly name?: string;
  /** Default: ConfigurationValid. */
  readonly type?: string;
  readonly status?: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  /** Everything that the message must have: the field or object, both values, the fix. */
  readonly says?: readonly (string | RegExp)[];
  readonly timeoutMs?: number;
}

/** Waits until the object has the condition, for the spec that it has now; returns its message. */
export async function conditionOf(devnet: Devnet, wanted: WantedCondition): Promise<string> {
  const {
    kind = 'OptimismNetwork',
    name = NETWORK,
    type = 'ConfigurationValid',
    status = 'False',
    reason,
    says = [],
    timeoutMs = 120_000,
  } = wanted;
  return waitUntil(
    `${kind} ${name} says ${type}=${status} ${reason}: ${says.join(', ')}`,
    async () => {
      const object = await read<Judged>(devnet, kind, name);
      const found = object.status?.conditions?.find((condition) => condition.type === type);
      const fits =
        found?.status === status && found.reason === reason && found.observedGeneration === object.metadata.generation;
      const silent = says.filter((text) =>
        typeof text === 'string' ? !found?.message.includes(text) : !text.test(found?.message ?? ''),
      );
      if (found && fits && silent.length === 0) return found.message;
      throw new Error(
        `generation ${object.metadata.generation}: ${JSON.stringify(found)}; not said: ${silent.join(', ')}`,
      );
    },
    timeoutMs,
  );
}

/** Everything in the namespace that the operator could have made or changed, but for its log-like ConfigMaps and its key. */
export async function footprint(devnet: Devnet): Promise<Record<string, string>> {
  const [versions, pods] = await Promise.all([managedVersions(devnet), podUids(devnet)]);
  const entries = [
    ...Object.entries(versions),
    ...Object.entries(pods).map(([pod, uid]) => [`Pod/${pod}`, uid] as const),
  ];
  return Object.fromEntries(
    entries.filter(
      ([object]) =>
        !/-audit-\d+$|\/op-stack-operator-install-key$|\/kube-root-ca\.crt$|^ServiceAccount\/default$/.test(object),
    ),
  );
}

/**
 * Plays `cause` and shows that, although the operator has answered it, nothing in the cluster is different.
 * @param own objects that `cause` changes itself
 */
export function touchesNothing(devnet: Devnet, cause: () => Promise<void>, own: readonly string[] = []): Promise<void> {
  return leaves(() => footprint(devnet), cause, own);
}

/**
 * The same for an edit. Stored renders are marked with what was written last (decision 0022), also when it is refused or
 * taken back; nothing else of them may be different, and none may be another one.
 */
export function touchesNothingButMarks(
  devnet: Devnet,
  cause: () => Promise<void>,
  own: readonly string[] = [],
): Promise<void> {
  return leaves(async () => ({ ...(await footprint(devnet)), ...(await storedRenders(devnet)) }), cause, own);
}

async function leaves(
  look: () => Promise<Record<string, string>>,
  cause: () => Promise<void>,
  own: readonly string[],
): Promise<void> {
  const others = async () =>
    Object.fromEntries(Object.entries(await look()).filter(([object]) => !own.includes(object)));
  const before = await others();
  await cause();
  expect(await others()).toEqual(before);
}

/** Everything of a stored render but its mark, and what changes with that. */
async function storedRenders(devnet: Devnet): Promise<Record<string, string>> {
  const stored = (await readAll(devnet, 'ConfigMap')).filter(
    ({ metadata }) => metadata.labels?.[STORES_LABEL] === 'render',
  );
  return Object.fromEntries(
    stored.map(({ metadata, ...content }) => {
      const { resourceVersion: _, managedFields: __, annotations, ...identity } = metadata;
      const others = { ...annotations, [INPUTS_ANNOTATION]: undefined };
      return [`ConfigMap/${metadata.name}`, renderDigest([{ identity, others, content }])] as const;
    }),
  );
}
