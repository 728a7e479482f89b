/** What L1 says of the chain, in status; and on record when it says something else than before. */
import { isDeepStrictEqual } from 'node:util';
import { Context } from '@temporalio/activity';
import { ANNOTATIONS, API_VERSION } from '../api/names.ts';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import { describeContradiction } from '../chain/discovery/addresses.ts';
import type { Discovery } from '../chain/discovery/discovery.ts';
import { compact } from '../chain/discovery/dispute-game.ts';
import { type RollupConfig, scheduledForks } from '../chain/rollup-config.ts';
import { renderDigest } from '../render/index.ts';
import { type ChainChange, changesOnChain, describeChanges } from '../status/chain-changes.ts';
import { cutText } from '../status/conditions.ts';
import { contractsChangedEvent } from '../status/event-text.ts';
import { auditStoreOf } from './audit-stores.ts';
import type { Attempt } from './deadline.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { Look } from './look-once.ts';
import { changeStatus } from './state/change-status.ts';

const MAX_VERSION = 32;
const MAX_UNREAD = 50;
const MAX_GETTER = 128;

type Facts = Pick<OptimismNetworkStatus, 'contracts' | 'roles' | 'forks'>;

/**
 * Contracts, roles and forks. Nothing is asked and nothing written while all but the block number is as the look has
 * found it in the status. A change is on record before the status shows it: whoever is interrupted in between finds the
 * former status again, and the record too.
 */
export async function writeChainFacts(
  deps: ActivityDependencies,
  at: { namespace: string; name: string },
  { discovery, result, wish }: Look,
  attempt: Attempt,
): Promise<void> {
  if (!discovery) return;
  const before = (wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const rollup = wish.files?.rollup;
  const facts = (status: OptimismNetworkStatus) => factsOf(discovery, rollup, status);
  if (isSame(facts(before), before)) return;
  const changes = changesOnChain(before, facts(before));
  if (changes.length > 0) await record(deps, { ...at, uid: result.uid }, { before, changes, discovery }, attempt);
  await deps.reached('chainFacts/status/before');
  await changeStatus<OptimismNetworkStatus>(
    deps.kube,
    { kind: 'OptimismNetwork', ...at, uid: result.uid },
    (status) => (isSame(facts(status), status) ? undefined : { ...status, ...facts(status) }),
    attempt,
  );
}

function factsOf(discovery: Discovery, rollup: RollupConfig | undefined, status: OptimismNetworkStatus): Facts {
  const { addresses, roles, generation, gameType, blockNumber, unreadable, contradictions } = discovery;
  const { batcher, unsafeBlockSigner, proposer, challenger, owner } = roles;
  const headTime = Date.parse(status.health?.unsafe?.timestamp ?? '') / 1000 || 0;
  const forks = rollup
    ? scheduledForks(rollup).map(({ name, time }) => ({ name, time, active: time === 0 || time <= headTime }))
    : status.forks;
  return {
    contracts: {
      ...addresses,
      generation,
      // Whatever a contract says: it must fit into the status.
      version: cutText(discovery.version, MAX_VERSION),
      ...compact({ gameType, absolutePrestate: discovery.respectedGame?.absolutePrestate }),
      ...(discovery.isUnknownVersion ? { unknownVersion: true } : {}),
      implementations: discovery.implementations,
      ...(unreadable.length > 0
        ? { unread: unreadable.slice(0, MAX_UNREAD).map((getter) => cutText(getter, MAX_GETTER)) }
        : {}),
      ...(contradictions.length > 0 ? { contradictions: contradictions.map(describeContradiction) } : {}),
      blockNumber,
    },
    roles: compact({ batcher, unsafeBlockSigner, proposer, challenger, owner }),
    ...(forks ? { forks } : {}),
  };
}

/** Whatever the block at which it was read. */
function isSame({ contracts, roles, forks }: Facts, status: OptimismNetworkStatus): boolean {
  const { blockNumber } = status.contracts ?? {};
  return isDeepStrictEqual(
    [{ ...contracts, blockNumber }, roles, forks],
    [status.contracts, status.roles, status.forks],
  );
}

async function record(
  deps: ActivityDependencies,
  network: { namespace: string; name: string; uid: string },
  seen: { before: OptimismNetworkStatus; changes: readonly ChainChange[]; discovery: Discovery },
  attempt: Attempt,
): Promise<void> {
  const { workflowId = '', runId = '' } = Context.current().info.workflowExecution ?? {};
  const { before, changes, discovery } = seen;
  const message = deps.redactor.redact(describeChanges(changes, discovery.blockNumber));
  // The same change of what was read at the same block: by whichever attempt, and whatever block it is seen at.
  const idempotencyKey = `contractsChanged/${before.contracts?.blockNumber}/${renderDigest(changes)}`;
  const head = await auditStoreOf(deps, network).append(
    {
      type: 'contractsChanged',
      idempotencyKey,
      details: { message, changes: changes.map((change) => ({ ...change })), block: discovery.blockNumber },
      workflowId,
      runId,
    },
    { signal: attempt.signal },
  );
  void deps.events.record({
    regarding: { apiVersion: API_VERSION, kind: 'OptimismNetwork', ...network },
    ...contractsChangedEvent(message),
    annotations: { [ANNOTATIONS.workflowId]: workflowId, [ANNOTATIONS.audit]: `${head.seq}:${head.hash}` },
  });
}
