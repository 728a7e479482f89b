/** What L1 says of the chain, held against what is configured. Read at most once a minute for each network. */
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { GivenAddresses } from '../../chain/discovery/addresses.ts';
import { crossCheck } from '../../chain/discovery/cross-check.ts';
import { type DiscoverOptions, discover } from '../../chain/discovery/discover.ts';
import type { Discovery } from '../../chain/discovery/discovery.ts';
import { OperatorError, type Problem } from '../../contract/failures.ts';
import type { CompleteWish } from '../desire.ts';

const FRESH_MS = 60_000;
const REMEMBERED = 2000;

interface Found {
  readonly at: number;
  readonly discovery: Discovery;
}

/**
 * By L1 endpoint, SystemConfig, and the addresses that are given. Holds no credential longer than the process that was
 * given it.
 */
const found = new Map<string, Found>();

interface Wait {
  readonly until: number;
  readonly failure: OperatorError;
}

/** L1 endpoints that want to be left alone for a while (`Retry-After`), by all networks: their limit is one. */
const waits = new Map<string, Wait>();

/** Since when L1 can not be read, by the same key: a hiccup is nothing to tell. */
const failingSince = new Map<string, number>();
const HICCUP_MS = 120_000;

export interface ChainCheck {
  readonly problems: readonly Problem[];
  /** Why L1 has not been read for a while, of a network that runs all the same. */
  readonly unread?: Problem;
  readonly discovery?: Discovery;
}

export interface CheckChainOptions {
  readonly installed: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** What the status says of the contracts: what is older than that is not read. */
  readonly seen?: OptimismNetworkStatus['contracts'];
  /** How old what was read may be, where a minute is too much. */
  readonly freshMs?: number;
}

/**
 * @param options.installed a network that runs is not stopped from being repaired or changed because L1 does not answer now;
 *   whatever needs L1 waits in its own gate
 */
export async function checkChain(
  wish: CompleteWish,
  { installed, now, signal, seen, freshMs = FRESH_MS }: CheckChainOptions,
): Promise<ChainCheck> {
  const { l1Url, files, network } = wish;
  if (!l1Url) return { problems: [] };
  const { rollup } = files;
  const systemConfig = network.spec.contracts.systemConfig ?? rollup.l1_system_config_address;
  const given = givenAddresses(wish);
  const key = [l1Url, systemConfig, JSON.stringify(given)].join(' ');
  const known = found.get(key);
  try {
    const discovery =
      known && now - known.at < freshMs && !isOlder(known.discovery, seen)
        ? known.discovery
        : await discoverUnlessWaiting(now, {
            l1: l1Url,
            systemConfig,
            expected: { l1ChainId: rollup.l1_chain_id, l2ChainId: rollup.l2_chain_id },
            l1GenesisNumber: rollup.genesis.l1.number,
            given,
            confirmations: network.spec.l1.confirmations,
            signal,
          });
    if (isOlder(discovery, seen)) throw lagging(discovery, seen);
    failingSince.delete(key);
    if (discovery !== known?.discovery) remember(found, key, { at: now, discovery });
    const configured = {
      ...(wish.batcherAddress ? { batcherAddress: wish.batcherAddress } : {}),
      ...(wish.signerAddress ? { signerAddress: wish.signerAddress } : {}),
    };
    return { discovery, problems: crossCheck(discovery, rollup, configured) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    if (!installed || error.type !== 'L1Unavailable') return { problems: [error.toProblem()] };
    const since = failingSince.get(key) ?? now;
    remember(failingSince, key, since);
    return { problems: [], ...(now - since >= HICCUP_MS ? { unread: error.toProblem() } : {}) };
  }
}

/** Of too many the one that was heard of least lately is forgotten. */
function remember<T>(all: Map<string, T>, key: string, value: T): void {
  all.delete(key);
  all.set(key, value);
  if (all.size > REMEMBERED) all.delete(all.keys().next().value ?? '');
}

/** Another worker has read a later block, or a node behind the endpoint lags: nothing goes back to what it was. */
function isOlder({ addresses, blockNumber }: Discovery, seen: CheckChainOptions['seen']): boolean {
  const isSame = addresses['systemConfig']?.toLowerCase() === seen?.systemConfig?.toLowerCase();
  return isSame && blockNumber < (seen?.blockNumber ?? 0);
}

function lagging({ blockNumber }: Discovery, seen: CheckChainOptions['seen']): OperatorError {
  return new OperatorError({
    type: 'L1Unavailable',
    message: `L1 gives the contracts at block ${blockNumber}, and they were read at block ${seen?.blockNumber} before: its node lags behind.`,
    fix: 'Wait until it has caught up, or use another endpoint. On an L1 that was made anew, create the network anew.',
  });
}

const FROM = { Auto: 'l1', Registry: 'registry', Manual: 'spec' } as const;

function givenAddresses({ network, files }: CompleteWish): GivenAddresses {
  const { addresses, l1StandardBridge, discovery } = network.spec.contracts;
  return {
    spec: { ...(l1StandardBridge === undefined ? {} : { l1StandardBridge }), ...addresses },
    ...(files.contracts ? { registry: files.contracts } : {}),
    from: FROM[discovery],
  };
}

async function discoverUnlessWaiting(now: number, options: DiscoverOptions): Promise<Discovery> {
  const wait = waits.get(options.l1);
  if (wait && now < wait.until) throw wait.failure;
  waits.delete(options.l1);
  try {
    return await discover(options);
  } catch (error) {
    if (error instanceof OperatorError && error.retryAfterSeconds !== undefined)
      remember(waits, options.l1, { until: now + error.retryAfterSeconds * 1000, failure: error });
    throw error;
  }
}
