/** What L1 says of the chain, held against what is configured. Read at most once a minute for each network. */
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

/** By L1 endpoint, SystemConfig, and the addresses that are given. Holds no credential longer than the process that was given it. */
const found = new Map<string, Found>();

interface Wait {
  readonly until: number;
  readonly failure: OperatorError;
}

/** L1 endpoints that want to be left alone for a while (`Retry-After`), by all networks: their limit is one. */
const waits = new Map<string, Wait>();

export interface ChainCheck {
  readonly problems: readonly Problem[];
  readonly discovery?: Discovery;
}

/**
 * @param installed a network that runs is not stopped from being repaired or changed because L1 does not answer now;
 *   whatever needs L1 waits in its own gate
 */
export async function checkChain(
  wish: CompleteWish,
  { installed, now, signal }: { installed: boolean; now: number; signal: AbortSignal },
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
      known && now - known.at < FRESH_MS
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
    if (discovery !== known?.discovery) {
      found.delete(key);
      found.set(key, { at: now, discovery });
      if (found.size > REMEMBERED) found.delete(found.keys().next().value ?? '');
    }
    const configured = {
      ...(wish.batcherAddress ? { batcherAddress: wish.batcherAddress } : {}),
      ...(wish.signerAddress ? { signerAddress: wish.signerAddress } : {}),
    };
    return { discovery, problems: crossCheck(discovery, rollup, configured) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    if (installed && error.type === 'L1Unavailable') return { problems: [] };
    return { problems: [error.toProblem()] };
  }
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
      waits.set(options.l1, { until: now + error.retryAfterSeconds * 1000, failure: error });
    throw error;
  }
}
