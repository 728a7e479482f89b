import { beaconReady } from './clients/beacon.ts';
import { blockAt, executionForks, executionState } from './clients/execution.ts';
import type { HttpOptions } from './clients/http.ts';
import { contractRoles, inboxTransactions, l1BlockHash, l1State, senderAccount } from './clients/l1.ts';
import { heardBlock, peerCount, rollupForks, sequencerActive, syncStatus, version } from './clients/op-node.ts';
import { reading } from './clients/reading.ts';
import { fromAddress } from './pod-reading.ts';
import {
  type ChallengerTarget,
  type PrestateTarget,
  type ProposerTarget,
  type ServicePodTarget,
  sampleChallenger,
  samplePrestate,
  sampleProposer,
  sampleServicePod,
} from './sample-senders.ts';
import type { BatcherSample, ContractsSample, InboxScan, NodeSample, Reading, Sample } from './samples.ts';

/** A pod of an OpNode: one client per pod, since health is per pod. */
export interface PodTarget {
  readonly pod: string;
  /** Of the pod object: another pod may have the name next. */
  readonly uid?: string;
  /** Name of the OpNode. */
  readonly node: string;
  readonly role: 'Sequencer' | 'Replica';
  /** Absent while the pod has none. */
  readonly ip?: string;
  /** Kubernetes node that it is bound to. */
  readonly host?: string;
  /** When it is to be gone, of one that is being deleted; milliseconds since the epoch. */
  readonly endsAt?: number;
  readonly ports: { readonly opNode: number; readonly execution: number; readonly nodeMetrics: number };
}

/** What to look at. What is left out is not asked for, and is missing in the sample. */
export interface SampleTargets {
  /** URLs may hold credentials; they appear in no sample. */
  readonly l1?: { readonly rpc: string; readonly beacon?: string };
  readonly contracts?: { readonly systemConfig: string; readonly l1GenesisNumber?: number };
  readonly pods: readonly PodTarget[];
  /** L2 block that the chain begins with. Absent: 0. */
  readonly genesisNumber?: number;
  readonly batcher?: {
    readonly address: string;
    /** Also read its nonce this many L1 blocks ago. */
    readonly lookBackBlocks?: number;
  };
  /** Pods of batcher and proposer. */
  readonly servicePods?: readonly ServicePodTarget[];
  readonly proposer?: ProposerTarget;
  readonly challengers?: readonly ChallengerTarget[];
  readonly prestate?: PrestateTarget;
  readonly inbox?: {
    readonly address: string;
    /** First L1 block to scan: one after the `toBlock` of the scan before. Absent: the last blocks. */
    readonly fromBlock?: number;
  };
  /** Also ask every node for its block at the height that all have as safe. */
  readonly compareBlocks?: boolean;
  /** Also ask every node for its fork times. */
  readonly forks?: boolean;
  /** Also ask every node which block came last from a peer. */
  readonly heard?: boolean;
}

export interface SampleOptions {
  /** Milliseconds for each request. */
  readonly timeoutMs?: number;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

const DEFAULT_TIMEOUT_MS = 4_000;
/** L1 blocks with their transactions are large: one sample reads at most so many, the next one goes on. */
const LARGEST_SCAN = 20;
const DEFAULT_SCAN = 10;

/** Reads everything at once. Each reading is independent of the others: what fails is a reading that says why. */
export async function takeSample(
  targets: SampleTargets,
  signal: AbortSignal,
  options: SampleOptions = {},
): Promise<Sample> {
  const http: HttpOptions = { timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal };
  const at = (options.clock ?? Date.now)();
  const [l1, nodes, servicePods, challengers, prestate] = await Promise.all([
    sampleL1(targets, http),
    sampleNodes(targets, http),
    targets.servicePods && Promise.all(targets.servicePods.map((pod) => sampleServicePod(pod, http))),
    targets.challengers &&
      Promise.all(targets.challengers.map((target) => sampleChallenger(target, targets.l1?.rpc, http))),
    targets.prestate && reading(samplePrestate(targets.prestate, http)),
  ]);
  return {
    at,
    ...l1,
    nodes,
    ...(servicePods ? { servicePods } : {}),
    ...(challengers ? { challengers } : {}),
    ...(prestate ? { prestate } : {}),
  };
}

async function sampleL1(
  targets: SampleTargets,
  http: HttpOptions,
): Promise<Omit<Sample, 'at' | 'nodes' | 'servicePods'>> {
  const { l1, contracts, inbox, batcher, proposer } = targets;
  if (!l1) return {};
  const state = reading(l1State(l1.rpc, http));
  // Scans and look-backs count from the head; without one they have the same reason to fail.
  const fromHead = async <T>(read: (head: number) => Promise<T>): Promise<Reading<T>> => {
    const known = await state;
    return known.ok ? reading(read(known.value.head.number)) : known;
  };
  const [beacon, roles, scan, account, proposals] = await Promise.all([
    l1.beacon === undefined ? undefined : reading(beaconReady(l1.beacon, http)),
    contracts && reading(contractsOf(l1.rpc, contracts, http)),
    inbox && fromHead((head) => scanInbox(l1.rpc, inbox, head, http)),
    batcher && fromHead((head) => accountOf(l1.rpc, batcher, head, http)),
    proposer && reading(sampleProposer(l1.rpc, proposer, http)),
  ]);
  return {
    l1: await state,
    ...(beacon ? { beacon } : {}),
    ...(roles ? { contracts: roles } : {}),
    ...(scan ? { inbox: scan } : {}),
    ...(account ? { batcher: withLastTransaction(account, scan) } : {}),
    ...(proposals ? { proposer: proposals } : {}),
  };
}

async function contractsOf(
  url: string,
  { systemConfig, l1GenesisNumber }: NonNullable<SampleTargets['contracts']>,
  http: HttpOptions,
): Promise<ContractsSample> {
  const [roles, l1GenesisHash] = await Promise.all([
    contractRoles(url, systemConfig, http),
    l1GenesisNumber === undefined ? undefined : l1BlockHash(url, l1GenesisNumber, http),
  ]);
  return { ...roles, ...(l1GenesisHash === undefined ? {} : { l1GenesisHash }) };
}

async function scanInbox(
  url: string,
  { address, fromBlock }: NonNullable<SampleTargets['inbox']>,
  head: number,
  http: HttpOptions,
): Promise<InboxScan> {
  const first = Math.max(0, Math.min(fromBlock ?? head - DEFAULT_SCAN + 1, head + 1));
  const toBlock = Math.min(head, first + LARGEST_SCAN - 1);
  const numbers = Array.from({ length: toBlock - first + 1 }, (_, index) => first + index);
  const found = await Promise.all(numbers.map((number) => inboxTransactions(url, address, number, http)));
  return { fromBlock: first, toBlock, transactions: found.flat() };
}

function accountOf(
  url: string,
  { address, lookBackBlocks }: NonNullable<SampleTargets['batcher']>,
  head: number,
  http: HttpOptions,
): Promise<BatcherSample> {
  const before = lookBackBlocks === undefined ? undefined : head - lookBackBlocks;
  return senderAccount(url, { address, ...(before === undefined || before < 0 ? {} : { before }) }, http);
}

function withLastTransaction(
  account: Reading<BatcherSample>,
  scan: Reading<InboxScan> | undefined,
): Reading<BatcherSample> {
  if (!account.ok || !scan?.ok) return account;
  const last = scan.value.transactions.findLast(({ from }) => from === account.value.address);
  return last ? { ok: true, value: { ...account.value, lastInboxTransaction: last } } : account;
}

async function sampleNodes(targets: SampleTargets, http: HttpOptions): Promise<NodeSample[]> {
  const nodes = await Promise.all(targets.pods.map((pod) => sampleNode(pod, targets, http)));
  if (!targets.compareBlocks) return nodes;
  const heights = nodes.flatMap(({ sync }) => (sync.ok ? [sync.value.safeL2.number] : []));
  if (heights.length === 0) return nodes;
  const common = Math.min(...heights);
  const blocks = await Promise.all(
    targets.pods.map((pod) => fromPod(pod, 'execution', (url) => blockAt(url, common, http))),
  );
  return nodes.map((node, index) => ({ ...node, ...(blocks[index] ? { common: blocks[index] } : {}) }));
}

async function sampleNode(target: PodTarget, targets: SampleTargets, http: HttpOptions): Promise<NodeSample> {
  const opNode = <T>(read: (url: string) => Promise<T>) => fromPod(target, 'opNode', read);
  const execution = <T>(read: (url: string) => Promise<T>) => fromPod(target, 'execution', read);
  const [sync, el, peers, programVersion, active, inRollup, inExecution, heard] = await Promise.all([
    opNode((url) => syncStatus(url, http)),
    execution((url) => executionState(url, { ...http, genesisNumber: targets.genesisNumber })),
    opNode((url) => peerCount(url, http)),
    opNode((url) => version(url, http)),
    target.role === 'Sequencer' ? opNode((url) => sequencerActive(url, http)) : undefined,
    targets.forks ? opNode((url) => rollupForks(url, http)) : undefined,
    targets.forks ? execution((url) => executionForks(url, http)) : undefined,
    targets.heard ? fromPod(target, 'nodeMetrics', (url) => heardBlock(url, http)) : undefined,
  ]);
  const { pod, node, role } = target;
  return {
    pod,
    node,
    role,
    sync,
    el,
    peers,
    version: programVersion,
    ...(active ? { sequencerActive: active } : {}),
    ...(inRollup ? { rollupForks: inRollup } : {}),
    ...(inExecution ? { elForks: inExecution } : {}),
    ...(heard ? { heard } : {}),
  };
}

function fromPod<T>(
  target: PodTarget,
  port: keyof PodTarget['ports'],
  read: (url: string) => Promise<T>,
): Promise<Reading<T>> {
  return fromAddress(target, target.ports[port], read);
}
