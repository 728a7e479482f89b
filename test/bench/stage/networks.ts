/** Networks that are ready to be applied: namespaces with everything that a user has before the first OptimismNetwork. */
import { hexlify, randomBytes } from 'ethers';
import { inParallel } from '../../../src/chain/clients/in-parallel.ts';
import type { KubeObject } from '../../../src/kube/index.ts';
import { createNamespace, exampleResources, NETWORK, userObjects } from '../../devnet/chain.ts';
import { makeChainFiles } from '../../devnet/servers/chain-files.ts';
import { type Deployment, deployContracts } from '../../devnet/servers/contracts.ts';
import type { Hex } from '../../devnet/servers/json-rpc.ts';
import type { ServerStage } from './servers.ts';
import { copyContract } from './system-configs.ts';

/** Requests under way at once, when there are many objects to apply. */
export const APPLIES_AT_ONCE = 48;
/** Where no challenger runs, nothing is fetched from it. */
const NO_PRESTATES = 'http://127.0.1.1:1';

export interface BenchNetwork {
  readonly namespace: string;
  /** Workflow id of its entity. */
  readonly entityId: string;
  readonly resources: readonly KubeObject[];
}

/** Which resources of examples/devnet a network has, and how they are changed. */
export type Shape = (resources: readonly KubeObject[]) => KubeObject[];

/** The network and its sequencer. */
export const oneSequencer: Shape = (resources) =>
  resources.filter(({ kind, metadata }) => kind === 'OptimismNetwork' || metadata.name.endsWith('-sequencer'));

/** All five kinds. */
export const allKinds: Shape = (resources) => [...resources];

/** The network and a replica of no pods: the only thing that is rolled out and Ready without a kubelet. */
export const withoutPods: Shape = (resources) =>
  resources.flatMap((object) => {
    if (object.kind === 'OptimismNetwork') return [withSpec(object, { probeInterval: undefined })];
    if (!object.metadata.name.endsWith('-replica')) return [];
    return [withSpec(object, { replicas: 0, sequencerRef: undefined })];
  });

/** @param change fields of the spec; undefined takes one out */
export function withSpec(object: KubeObject, change: Readonly<Record<string, unknown>>): KubeObject {
  const spec = { ...(object['spec'] as object), ...change };
  return { ...object, spec: Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) };
}

/** One namespace, SystemConfig and genesis for each; the contracts, which know their chain id, are shared. */
export async function prepareNetworks(
  stage: ServerStage,
  name: string,
  count: number,
  shape: Shape,
): Promise<BenchNetwork[]> {
  const { servers, kube, clusterName, progress } = stage;
  const { l1RpcUrl, l1ChainId } = servers;
  progress.step(`preparing ${count} networks: contracts, namespaces, chain files, keys`);
  const deployment = await deployContracts({ rpcUrl: l1RpcUrl, chainId: l1ChainId }, { l2ChainId: 901 });
  const copies = Array.from({ length: count }, () => hexlify(randomBytes(20)) as Hex);
  await copyContract(l1RpcUrl, deployment.addresses['SystemConfigProxy'] ?? '0x', copies);
  return inParallel(copies, APPLIES_AT_ONCE / 4, async (systemConfig, index) => {
    const namespace = `${name}-${index}`;
    const own: Deployment = {
      ...deployment,
      addresses: { ...deployment.addresses, SystemConfigProxy: systemConfig },
    };
    await createNamespace(kube, namespace);
    // Another genesis for each: the operator remembers by content what it has computed.
    const files = await makeChainFiles(own, { isthmusAfterSeconds: 120 + index, jovianAfterSeconds: 240 + index });
    for (const object of userObjects(namespace, own, files, servers))
      await kube.apply(object, { fieldManager: 'bench', force: true });
    const resources = await exampleResources({ namespace, servers, whole: true }, own, NO_PRESTATES);
    const entityId = `optimismnetwork/${clusterName}/${namespace}/${NETWORK}`;
    return { namespace, entityId, resources: shape(resources) };
  });
}

/** Like `kubectl apply --server-side`, all objects of a network at once. */
export async function applyAtOnce({ kube }: ServerStage, { resources }: BenchNetwork): Promise<void> {
  await Promise.all(resources.map((object) => kube.apply(object, { fieldManager: 'kubectl', force: true })));
}
