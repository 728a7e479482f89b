/** Samples and contexts for gate tests: a healthy chain, of which a test changes what it is about. */
import type {
  BatcherSample,
  InboxScan,
  InboxTransaction,
  L1Sample,
  NodeSample,
  Reading,
  ReadingFailure,
  Sample,
  SyncStatus,
} from '../../../src/chain/samples.ts';
import type { GateContext, GateLimits } from '../../../src/plan/gates/index.ts';
import { DEFAULT_GATE_LIMITS } from '../../../src/plan/gates/index.ts';

/** Moment 0 of every scene, seconds since the epoch: L1 block 1000 and L2 block 5000 are made then. */
const T0 = 1_800_000_000;
export const BATCHER = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
export const STRANGER = '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc';
export const SIGNER = '0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc';
export const PORTAL = '0x0165878a594ca255338adfa4d48449f69242eb8f';
export const GENESIS_HASH = l2Hash(0);
export const SEQ_WINDOW = 3600;

export function ok<T>(value: T): Reading<T> {
  return { ok: true, value };
}

export function failed<T>(kind: ReadingFailure = 'unreachable', error = 'connect ECONNREFUSED'): Reading<T> {
  return { ok: false, kind, error };
}

/** The hash of an L2 block; another `fork` is another block of the same height. */
export function l2Hash(number: number, fork = 0): string {
  return `0x${fork.toString(16).padStart(8, '0')}${number.toString(16).padStart(56, '0')}`;
}

function l1Hash(number: number): string {
  return `0x11${number.toString(16).padStart(62, '0')}`;
}

function l1Ref(number: number) {
  return { number, hash: l1Hash(number), timestamp: T0 + (number - 1000) * 12 };
}

export interface Heads {
  readonly unsafe?: number;
  readonly safe?: number;
  readonly finalized?: number;
  readonly currentL1?: number;
  readonly headL1?: number;
  /** L1 origin of the safe head. */
  readonly safeOrigin?: number;
  readonly fork?: number;
  /** Seconds after T0; default: the regular time of the unsafe block. */
  readonly unsafeTime?: number;
}

function sync(heads: Heads = {}): SyncStatus {
  const {
    unsafe = 5000,
    safe = 4990,
    finalized = 4900,
    currentL1 = 1000,
    headL1 = 1000,
    safeOrigin = 995,
    fork = 0,
  } = heads;
  const block = (number: number, origin: number) => ({
    number,
    hash: l2Hash(number, fork),
    timestamp: T0 + (number - 5000) * 2,
    l1origin: { number: origin, hash: l1Hash(origin) },
  });
  return {
    currentL1: l1Ref(currentL1),
    headL1: l1Ref(headL1),
    safeL1: l1Ref(Math.max(0, headL1 - 32)),
    finalizedL1: l1Ref(Math.max(0, headL1 - 64)),
    unsafeL2: { ...block(unsafe, headL1), timestamp: T0 + (heads.unsafeTime ?? (unsafe - 5000) * 2) },
    safeL2: block(safe, safeOrigin),
    finalizedL2: block(finalized, safeOrigin),
  };
}

export interface NodeOptions extends Heads {
  readonly node?: string;
  readonly role?: 'Sequencer' | 'Replica';
  readonly active?: boolean | 'unknown';
  readonly peers?: number;
  /** Block that came last from a peer. */
  readonly heard?: number | 'unknown';
  readonly syncReading?: Reading<SyncStatus>;
  readonly el?: NodeSample['el'];
  readonly common?: NodeSample['common'];
}

export function node(pod: string, options: NodeOptions = {}): NodeSample {
  const role = options.role ?? (pod.includes('replica') ? 'Replica' : 'Sequencer');
  const name = options.node ?? pod.replace(/-\d+$/, '');
  return {
    pod,
    node: name,
    role,
    sync: options.syncReading ?? ok(sync(options)),
    ...(role === 'Sequencer'
      ? { sequencerActive: options.active === 'unknown' ? failed<boolean>() : ok(options.active ?? false) }
      : {}),
    peers: ok(options.peers ?? 2),
    ...(options.heard === undefined
      ? {}
      : { heard: options.heard === 'unknown' ? failed<number>() : ok(options.heard) }),
    version: ok('v1.16.11'),
    el:
      options.el ??
      ok({
        chainId: 901,
        head: { number: options.unsafe ?? 5000, hash: l2Hash(options.unsafe ?? 5000), timestamp: T0 },
        genesisHash: GENESIS_HASH,
        syncing: false,
      }),
    ...(options.common ? { common: options.common } : {}),
  };
}

export function l1(head = 1000, changes: Partial<L1Sample> = {}): Reading<L1Sample> {
  return ok({ chainId: 900, head: l1Ref(head), syncing: false, ...changes });
}

export function account(changes: Partial<BatcherSample> = {}): Reading<BatcherSample> {
  return ok({ address: BATCHER, balanceWei: (10n ** 18n).toString(), nonceLatest: 41, noncePending: 41, ...changes });
}

export function batch(blockNumber: number, from = BATCHER): InboxTransaction {
  return {
    hash: `0xba7c${from.slice(2, 12)}${blockNumber.toString(16).padStart(50, '0')}`,
    from,
    blockNumber,
    timestamp: l1Ref(blockNumber).timestamp,
  };
}

export function inbox(toBlock: number, ...transactions: readonly InboxTransaction[]): Reading<InboxScan> {
  return ok({ fromBlock: toBlock - 9, toBlock, transactions });
}

/** A sample some seconds after T0. */
export function at(seconds: number, changes: Partial<Omit<Sample, 'at'>> = {}): Sample {
  return { at: (T0 + seconds) * 1000, l1: l1(), nodes: [], ...changes };
}

export interface ContextOptions extends Partial<Omit<GateContext, 'limits' | 'chain' | 'now'>> {
  /** Seconds after T0. */
  readonly now?: number;
  readonly limits?: Partial<GateLimits>;
  readonly chain?: Partial<GateContext['chain']>;
}

export function context(options: ContextOptions = {}): GateContext {
  const { now = 0, limits, chain, ...rest } = options;
  return {
    limits: { ...DEFAULT_GATE_LIMITS, ...limits },
    chain: {
      l1ChainId: 900,
      l2ChainId: 901,
      genesisNumber: 0,
      genesisHash: GENESIS_HASH,
      genesisTime: T0 - 10_000,
      seqWindowSize: SEQ_WINDOW,
      maxSequencerDrift: 600,
      forks: [],
      batcherAddress: BATCHER,
      ...chain,
    },
    subject: {},
    takesOver: false,
    startedAt: T0 * 1000,
    now: (T0 + now) * 1000,
    ...rest,
  };
}
