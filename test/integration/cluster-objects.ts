/** What tests ask of the cluster: objects of a network, their pods, their events, their audit records. */
import { createAuditStore } from '../../src/audit/store.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { NETWORK } from '../devnet/chain.ts';
import type { Devnet } from './devnet.ts';

type In = Pick<Devnet, 'chain' | 'namespace'>;

/** apiVersion of each kind that the operator makes or reads in a network's namespace. */
export const API_VERSIONS = {
  OptimismNetwork: 'optimism.io/v1alpha1',
  OpNode: 'optimism.io/v1alpha1',
  OpBatcher: 'optimism.io/v1alpha1',
  OpProposer: 'optimism.io/v1alpha1',
  OpChallenger: 'optimism.io/v1alpha1',
  StatefulSet: 'apps/v1',
  Service: 'v1',
  ConfigMap: 'v1',
  Secret: 'v1',
  ServiceAccount: 'v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  PodDisruptionBudget: 'policy/v1',
  Pod: 'v1',
  PersistentVolumeClaim: 'v1',
  Event: 'events.k8s.io/v1',
  Lease: 'coordination.k8s.io/v1',
} as const;
export type Kind = keyof typeof API_VERSIONS;

export async function read<T extends KubeObject = KubeObject>(
  { chain, namespace }: In,
  kind: Kind,
  name: string,
): Promise<T> {
  const object = await chain.kube.get<T>({ apiVersion: API_VERSIONS[kind], kind, namespace, name });
  if (!object) throw new Error(`${kind} ${name} is not there`);
  return object;
}

export async function readAll<T extends KubeObject = KubeObject>({ chain, namespace }: In, kind: Kind): Promise<T[]> {
  const { items } = await chain.kube.list<T>({ apiVersion: API_VERSIONS[kind], kind, namespace });
  return items;
}

export async function remove({ chain, namespace }: In, kind: Kind, name: string): Promise<void> {
  await chain.kube.delete(
    { apiVersion: API_VERSIONS[kind], kind, namespace, name },
    { propagationPolicy: 'Background' },
  );
}

/** A merge patch by somebody who is not the operator. */
export async function patch(
  { chain, namespace }: In,
  kind: Kind,
  name: string,
  body: unknown,
  fieldManager = 'somebody',
): Promise<void> {
  await chain.kube.mergePatch({ apiVersion: API_VERSIONS[kind], kind, namespace, name }, body, { fieldManager });
}

/** One of the custom resources that the devnet's user applies, with a changed spec. */
export function resource(
  { chain }: Pick<Devnet, 'chain'>,
  name: string,
  change: Record<string, unknown> = {},
): KubeObject {
  const found = chain.resources.find(({ metadata }) => metadata.name === name);
  if (!found) throw new Error(`the devnet has no ${name}`);
  return { ...found, spec: merge(found['spec'], change) };
}

function merge(before: unknown, change: unknown): unknown {
  if (
    typeof before !== 'object' ||
    before === null ||
    typeof change !== 'object' ||
    change === null ||
    Array.isArray(change)
  )
    return change;
  const fields = Object.entries(change).map(([key, value]) => [
    key,
    merge((before as Record<string, unknown>)[key], value),
  ]);
  return { ...before, ...Object.fromEntries(fields) };
}

/** Kind/name → resourceVersion of everything that the operator manages for the network; pods and volumes included. */
export async function managedVersions(devnet: In): Promise<Record<string, string>> {
  const kinds: readonly Kind[] = [
    'StatefulSet',
    'Service',
    'ConfigMap',
    'Secret',
    'ServiceAccount',
    'NetworkPolicy',
    'PodDisruptionBudget',
    'PersistentVolumeClaim',
  ];
  const lists = await Promise.all(
    kinds.map(async (kind) =>
      (await readAll(devnet, kind)).map(({ metadata }) => [`${kind}/${metadata.name}`, metadata.resourceVersion ?? '']),
    ),
  );
  return Object.fromEntries(lists.flat());
}

/** `<pod>` → uid: the same uid is the same pod, never restarted as an object. */
export async function podUids(devnet: In): Promise<Record<string, string>> {
  return Object.fromEntries((await readAll(devnet, 'Pod')).map(({ metadata }) => [metadata.name, metadata.uid ?? '']));
}

export interface SeenEvent {
  readonly reason: string;
  readonly note: string;
  readonly type: string;
  readonly at: number;
  readonly regarding: string;
}

/** Events of the operator about its network, oldest first. */
export async function operatorEvents(devnet: In): Promise<SeenEvent[]> {
  const events = await readAll<
    KubeObject & {
      reason?: string;
      note?: string;
      type?: string;
      eventTime?: string;
      reportingController?: string;
      regarding?: { kind?: string; name?: string };
    }
  >(devnet, 'Event');
  return events
    .filter(({ reportingController }) => reportingController?.includes('op-stack-operator'))
    .map(({ reason = '', note = '', type = '', eventTime = '', regarding }) => ({
      reason,
      note,
      type,
      at: Date.parse(eventTime),
      regarding: `${regarding?.kind}/${regarding?.name}`,
    }))
    .sort((a, b) => a.at - b.at);
}

/** The audit chain's lines and records. */
export async function auditOf({ chain, namespace }: In) {
  const network = await chain.kube.get({
    apiVersion: API_VERSIONS.OptimismNetwork,
    kind: 'OptimismNetwork',
    namespace,
    name: NETWORK,
  });
  const store = createAuditStore({
    kube: chain.kube,
    network: { namespace, name: NETWORK, uid: network?.metadata.uid ?? '' },
    sinks: [],
    now: () => new Date(),
  });
  return { lines: await store.lines(), records: await store.list() };
}
