import type { BlockId } from '../../ledger/block.ts';
import { type ForkAt, forksBy } from '../../ledger/forks.ts';

/** rollup.json as far as the simulator needs it. Times are unix seconds, addresses lower case. */
export interface RollupConfig {
  readonly genesis: { readonly l1: BlockId; readonly l2: BlockId; readonly l2Time: number; readonly batcher: string };
  readonly blockTime: number;
  readonly sequencingWindow: number;
  readonly channelTimeout: number;
  readonly l1ChainId: number;
  readonly l2ChainId: number;
  readonly batchInbox: string;
  readonly systemConfig: string;
  readonly forkAt: ForkAt;
  /** The file itself, for `optimism_rollupConfig`. */
  readonly raw: Readonly<Record<string, unknown>>;
}

const FORKS = ['regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus'];

type Json = Readonly<Record<string, unknown>>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const isZero = (value: unknown) => value === undefined || value === null || /^0x0*$/.test(String(value));
const isUnset = (value: unknown) => value === undefined || value === null || Number(value) === 0;

/** Throws with op-node's words when the text is no rollup config. */
export function decodeRollupConfig(content: string): RollupConfig {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    throw new Error('failed to decode rollup config: invalid character in JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    const kind = Array.isArray(parsed) ? 'array' : typeof parsed;
    throw new Error(
      `failed to decode rollup config: json: cannot unmarshal ${kind} into Go value of type rollup.Config`,
    );
  }
  const raw = object(parsed);
  const genesis = object(raw['genesis']);
  const id = (value: Json): BlockId => ({ hash: String(value['hash'] ?? ''), number: Number(value['number'] ?? 0) });
  return {
    genesis: {
      l1: id(object(genesis['l1'])),
      l2: id(object(genesis['l2'])),
      l2Time: Number(genesis['l2_time'] ?? 0),
      batcher: String(object(genesis['system_config'])['batcherAddr'] ?? '').toLowerCase(),
    },
    blockTime: Number(raw['block_time'] ?? 0),
    sequencingWindow: Number(raw['seq_window_size'] ?? 0),
    channelTimeout: Number(raw['granite_time'] === undefined ? (raw['channel_timeout'] ?? 0) : 50),
    l1ChainId: Number(raw['l1_chain_id'] ?? 0),
    l2ChainId: Number(raw['l2_chain_id'] ?? 0),
    batchInbox: String(raw['batch_inbox_address'] ?? '').toLowerCase(),
    systemConfig: String(raw['l1_system_config_address'] ?? '').toLowerCase(),
    forkAt: forksBy(raw, (fork) => `${fork}_time`, Number(genesis['l2_time'] ?? 0)),
    raw,
  };
}

/** The first thing that `Config.Check()` of op-node would complain about (op-stack.md section 8). */
export function checkRollupConfig({ raw }: RollupConfig): string | undefined {
  const genesis = object(raw['genesis']);
  const [l1, l2, system] = [genesis['l1'], genesis['l2'], genesis['system_config']].map(object) as [Json, Json, Json];
  const checks: readonly (readonly [boolean, string])[] = [
    [isUnset(raw['block_time']), 'block time cannot be 0'],
    [isUnset(raw['channel_timeout']), 'channel timeout must be set, this should cover at least a L1 block time'],
    [Number(raw['seq_window_size'] ?? 0) < 2, 'sequencing window size must at least be 2'],
    [isUnset(raw['max_sequencer_drift']), 'maximum sequencer drift must be greater than 0'],
    [isZero(l1['hash']), 'genesis L1 hash cannot be empty'],
    [isZero(l2['hash']), 'genesis L2 hash cannot be empty'],
    [l1['hash'] === l2['hash'], 'achievement get! rollup inception: L1 and L2 genesis cannot be the same'],
    [isUnset(genesis['l2_time']), 'missing L2 genesis time'],
    [isZero(system['batcherAddr']), 'missing genesis system config batcher address'],
    [isZero(system['scalar']), 'missing genesis system config scalar'],
    [isUnset(system['gasLimit']), 'missing genesis system config gas limit'],
    [isZero(raw['batch_inbox_address']), 'missing batch inbox address'],
    [isZero(raw['deposit_contract_address']), 'missing deposit contract address'],
    [isUnset(raw['l1_chain_id']), 'L1 chain ID must not be nil'],
    [isUnset(raw['l2_chain_id']), 'L2 chain ID must not be nil'],
    [raw['l1_chain_id'] === raw['l2_chain_id'], 'L1 and L2 chain IDs must be different'],
  ];
  return checks.find(([wrong]) => wrong)?.[1] ?? checkForkOrder(raw);
}

function checkForkOrder(raw: Json): string | undefined {
  for (const [index, fork] of FORKS.entries()) {
    const prior = FORKS[index - 1];
    const time = raw[`${fork}_time`];
    if (prior === undefined || typeof time !== 'number') continue;
    const before = raw[`${prior}_time`];
    if (typeof before !== 'number') return `fork ${fork} set (to ${time}), but prior fork ${prior} missing`;
    if (before > time) return `fork ${fork} set to ${time}, but prior fork ${prior} has higher offset ${before}`;
  }
  return undefined;
}
