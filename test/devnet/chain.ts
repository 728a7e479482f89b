/**
 * One OP Stack chain on the shared servers: real contracts on the L1, a namespace with the objects that a user would
 * have, the pod runner for that namespace, the ledger and its referee. The operator is not part of it.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'yaml';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { createKubeClient, isKubeStatus, type KubeClient, type KubeObject } from '../../src/kube/index.ts';
import { type PodRunner, startPodRunner } from './kubelet/pod-runner.ts';
import { createLedgers, type Ledger } from './ledger/ledger.ts';
import { createFaults, createPrograms, type Faults } from './programs/index.ts';
import { createReferee, type Referee } from './referee/referee.ts';
import { PROGRAM_NAME, PUBLIC_NAMES } from './registry.ts';
import { type ChainFiles, type ChainFilesOptions, makeChainFiles } from './servers/chain-files.ts';
import { DEVNET_PRESTATE } from './servers/contract-deployment.ts';
import { type Deployment, deployContracts } from './servers/contracts.ts';
import { startPrestateServer } from './servers/prestates.ts';
import { waitUntil } from './servers/wait-until.ts';

export interface Servers {
  readonly kubeconfigPath: string;
  readonly l1RpcUrl: string;
  readonly l1ChainId: number;
  readonly beaconUrl: string;
}

export interface DevnetChainOptions {
  readonly servers: Servers;
  readonly namespace: string;
  /** Folder for volumes and logs. */
  readonly dir: string;
  readonly l2ChainId?: number;
  readonly files?: ChainFilesOptions;
  readonly timeScale?: number;
  /** With proposer and challenger, which few tests are about and every rollout would wait for. */
  readonly whole?: boolean;
  /** Put pods on the pod runner's node, where another scheduler would choose a real one. */
  readonly pinToRunner?: boolean;
  readonly log?: (line: string) => void;
}

/** A value that must turn up nowhere but in Secrets. */
export interface Canary {
  readonly name: string;
  readonly value: string;
}

export interface DevnetChain {
  readonly namespace: string;
  readonly kube: KubeClient;
  readonly deployment: Deployment;
  readonly files: ChainFiles;
  readonly runner: PodRunner;
  readonly ledger: Ledger;
  readonly referee: Referee;
  readonly faults: Faults;
  readonly canaries: readonly Canary[];
  /** The custom resources of examples/devnet, with this chain's addresses and ids. */
  readonly resources: readonly KubeObject[];
  /** Like `kubectl apply` by the user, without any field that is not given. */
  apply(...objects: readonly KubeObject[]): Promise<void>;
  /** Status of the OptimismNetwork; empty before anybody has written it. */
  status(): Promise<OptimismNetworkStatus>;
  waitForPhase(phase: string, timeoutMs?: number): Promise<OptimismNetworkStatus>;
  /** A second machine, with pods that ask for it by `nodeSelector`; all others have to ask for the first one. */
  addNode(name: string): Promise<PodRunner>;
  stop(): Promise<void>;
}

export const NETWORK = 'devnet';
const EXAMPLES = join(import.meta.dirname, '../../examples/devnet');

export async function startDevnetChain(options: DevnetChainOptions): Promise<DevnetChain> {
  const { servers, namespace, dir, l2ChainId = 901, log = () => undefined } = options;
  const kube = createKubeClient({ kubeconfigPath: servers.kubeconfigPath });
  await createNamespace(kube, namespace);
  const deployment = await deployContracts({ rpcUrl: servers.l1RpcUrl, chainId: servers.l1ChainId }, { l2ChainId });
  const files = await makeChainFiles(deployment, options.files);
  const canaries = canariesOf(deployment);
  for (const object of userObjects(namespace, deployment, files, servers))
    await kube.apply(object, { fieldManager: 'devnet', force: true });
  const scale = options.timeScale === undefined ? {} : { timeScale: options.timeScale };
  const ledgers = createLedgers(scale);
  const faults = createFaults();
  const machine = {
    kubeconfigPath: servers.kubeconfigPath,
    namespace,
    dir,
    programs: createPrograms(ledgers, faults, new Map([[PROGRAM_NAME, files]])),
    publicNames: PUBLIC_NAMES,
    log,
    ...scale,
  };
  const runner = await startPodRunner(machine);
  const runners = [runner];
  const ledger = ledgers.forGenesis(files.genesisHash);
  const referee = createReferee({ ledger, l1: { rpcUrl: servers.l1RpcUrl } });
  const prestates = await startPrestateServer();
  prestates.publish(DEVNET_PRESTATE);
  const resources = await exampleResources(options, deployment, prestates.url);

  async function status(): Promise<OptimismNetworkStatus> {
    const network = await kube.get<KubeObject & { status?: OptimismNetworkStatus }>({
      apiVersion: 'optimism.io/v1alpha1',
      kind: 'OptimismNetwork',
      namespace,
      name: NETWORK,
    });
    return network?.status ?? {};
  }

  return {
    namespace,
    kube,
    deployment,
    files,
    runner,
    ledger,
    referee,
    faults,
    canaries,
    resources,
    async apply(...objects) {
      for (const object of objects) await kube.apply(object, { fieldManager: 'kubectl', force: true });
    },
    status,
    waitForPhase(phase, timeoutMs = 90_000) {
      return waitUntil(
        `OptimismNetwork ${namespace}/${NETWORK} in phase ${phase}`,
        async () => {
          const now = await status();
          if (now.phase === phase) return now;
          throw new Error(
            `it is ${JSON.stringify({ phase: now.phase, plan: now.plan?.steps?.find(({ state }) => state !== 'Done'), conditions: now.conditions?.filter((item) => item.type === 'Ready') })}`,
          );
        },
        timeoutMs,
      );
    },
    async addNode(nodeName) {
      const added = await startPodRunner({ ...machine, nodeName });
      runners.push(added);
      return added;
    },
    async stop() {
      await referee.stop();
      for (const one of runners) await one.stop();
      await prestates.stop();
      await kube.close();
    },
  };
}

export async function createNamespace(kube: KubeClient, name: string): Promise<void> {
  try {
    await kube.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
  } catch (error) {
    if (!isKubeStatus(error, 409)) throw error;
  }
}

/** What a user of the devnet has before the first OptimismNetwork: chain files, keys, the L1's URLs. */
export function userObjects(
  namespace: string,
  deployment: Deployment,
  files: ChainFiles,
  servers: Servers,
): KubeObject[] {
  const json = (value: unknown) => JSON.stringify(value, null, 2);
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'devnet-chain', namespace },
      data: { 'rollup.json': json(files.rollup), 'l1.json': json(files.l1ChainConfig) },
      binaryData: { 'genesis.json.gz': gzipSync(json(files.genesis)).toString('base64') },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'devnet-keys', namespace },
      stringData: {
        'unsafe-block-signer': deployment.keys.sequencerSigner,
        batcher: deployment.keys.batcher,
        proposer: deployment.keys.proposer,
        challenger: deployment.keys.challenger,
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'devnet-l1', namespace },
      stringData: { rpc: withCanary(servers.l1RpcUrl), beacon: servers.beaconUrl },
    },
  ];
}

/** A provider's URL has its API key in the path or query. anvil ignores the query, and nobody may ever show it. */
const L1_CANARY = 'canary-l1-api-key-3f9c2a7d51';

function withCanary(url: string): string {
  return `${url.replace(/\/$/, '')}/?apikey=${L1_CANARY}`;
}

function canariesOf(deployment: Deployment): Canary[] {
  return [
    ...Object.entries(deployment.keys).map(([name, value]) => ({ name, value })),
    { name: 'L1 API key', value: L1_CANARY },
  ];
}

/** The custom resources of examples/devnet, for a deployment. */
export async function exampleResources(
  {
    namespace,
    servers,
    whole = false,
    pinToRunner = false,
  }: Pick<DevnetChainOptions, 'namespace' | 'servers' | 'whole' | 'pinToRunner'>,
  deployment: Deployment,
  prestatesUrl: string,
): Promise<KubeObject[]> {
  const names = ['network', 'sequencer', 'batcher', 'replica', ...(whole ? ['proposer', 'challenger'] : [])];
  const objects = await Promise.all(
    names.map(async (name) => parse(await readFile(join(EXAMPLES, `${name}.yaml`), 'utf8')) as KubeObject),
  );
  return objects.map((object) => {
    const placed = { ...object, metadata: { ...object.metadata, namespace } };
    if (object.kind === 'OpChallenger') return { ...placed, spec: { ...(object['spec'] as object), prestatesUrl } };
    if (object.kind !== 'OptimismNetwork') return placed;
    const spec = object['spec'] as { l1: object; l2: object; contracts: object };
    return {
      ...placed,
      spec: {
        ...spec,
        l1: { ...spec.l1, chainId: servers.l1ChainId },
        l2: { chainId: deployment.l2ChainId },
        contracts: { systemConfig: deployment.addresses['SystemConfigProxy'] },
        ...(pinToRunner ? { defaults: { nodeSelector: { 'kubernetes.io/hostname': `devnet-${namespace}` } } } : {}),
      },
    };
  });
}
