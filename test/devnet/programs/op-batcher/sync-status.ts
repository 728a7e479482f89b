import { ZERO_HASH } from '../../ledger/block.ts';

interface Ref {
  readonly hash: string;
  readonly number: number;
}

/** What a batcher reads from `optimism_syncStatus`. */
export interface SyncStatus {
  readonly currentL1: number;
  readonly headL1: number;
  readonly unsafe: { readonly number: number };
  readonly safe: { readonly number: number; readonly origin: number };
  /** As the log lines show it. */
  readonly shown: Readonly<Record<string, string>>;
  /** L1 origin of the safe head, `<hash>:<number>`. */
  readonly safeOrigin: string;
  /** `nothing` right after op-node's start, `incomplete` until its derivation has begun again, as after a reset. */
  readonly reading: 'complete' | 'incomplete' | 'nothing';
}

export function readSyncStatus(answer: unknown): SyncStatus {
  const status = answer as Record<string, Ref & { readonly l1origin?: Ref }>;
  const refs = ['head_l1', 'current_l1', 'local_safe_l2', 'safe_l2', 'unsafe_l2'].map((name) => status[name] ?? ZERO);
  const [head = ZERO, current = ZERO, localSafe = ZERO, , unsafe = ZERO] = refs;
  const origin = status['local_safe_l2']?.l1origin ?? ZERO;
  const names = ['headL1', 'currentL1', 'localSafeL2', 'safeL2', 'unsafeL2'];
  return {
    currentL1: current.number,
    headL1: head.number,
    unsafe: { number: unsafe.number },
    safe: { number: localSafe.number, origin: origin.number },
    shown: Object.fromEntries(names.map((name, index) => [`syncStatus.${name}`, shortRef(refs[index] ?? ZERO)])),
    safeOrigin: `${origin.hash}:${origin.number}`,
    reading: isZero(head) ? 'nothing' : refs.some(isZero) ? 'incomplete' : 'complete',
  };
}

const ZERO: Ref = { hash: ZERO_HASH, number: 0 };
const isZero = ({ hash }: Ref) => hash === ZERO_HASH;
const shortRef = ({ hash, number }: Ref) => `${hash.slice(2, 8)}..${hash.slice(-6)}:${number}`;
