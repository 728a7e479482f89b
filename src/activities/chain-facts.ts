/** What L1 says of the chain, in status; and on record when it says something else than before. */
import { isDeepStrictEqual } from 'node:util';
import { Context } from '@temporalio/activity';
import { ANNOTATIONS, API_VERSION } from '../api/names.ts';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import { describeContradiction } from '../chain/discovery/addresses.ts';
import type { Discovery } from '../chain/discovery/discovery.ts';
import { compact } from '../chain/discovery/dispute-game.ts';
import { type RollupConfig, scheduledForks } from '../chain/rollup-config.ts';
import type { Problem } from '../contract/failures.ts';
import { renderDigest } from '../render/index.ts';
import { type ChainChange, changesOnChain, describeChanges } from '../status/chain-changes.ts';
import { type ConditionInput, cutText, sentence, setConditions } from '../status/conditions.ts';
import { contractsChangedEvent } from '../status/event-text.ts';
import { contractsDiscovered } from '../status/network-conditions.ts';
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
 * Contracts, roles and forks, and the condition that says how they are known. Nothing is asked and nothing written while
 * all but the block number is as the look has found it in the status. A change is on record before the status shows it:
 * whoever is interrupted in between finds the former status again, and the record too.
 */
export async function writeChainFacts(
  deps: ActivityDependencies,
  at: { namespace: string; name: string },
  { discovery, unread, result, wish }: Look,
  attempt: Attempt,
): Promise<void> {
  const before = (wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const facts = (status: OptimismNetworkStatus): Facts =>
    discovery
      ? factsOf(discovery, wish.files?.rollup, status)
      : { contracts: status.contracts, roles: status.roles, forks: status.forks };
  const condition = (status: OptimismNetworkStatus) =>
    discovery ? contractsDiscovered(facts(status).contracts) : unread && notRead(unread);
  const isSaid = (status: OptimismNetworkStatus) =>
    isSame(facts(status), status) && saysTheSame(condition(status), status.conditions);
  if (isSaid(before)) return;
  const own = Object.keys(wish.network?.spec.contracts.addresses ?? {});
  const changes = changesOnChain(before, facts(before), own);
  if (discovery && changes.length > 0)
    await record(deps, { ...at, uid: result.uid }, { before, changes, discovery }, attempt);
  await deps.reached('chainFacts/status/before');
  await changeStatus<OptimismNetworkStatus>(
    deps.kube,
    { kind: 'OptimismNetwork', ...at, uid: result.uid },
    (status, { metadata }) => {
      const said = condition(status);
      if (isSaid(status)) return undefined;
      const now = new Date(deps.now());
      const conditions = status.conditions ?? [];
      const next = said ? setConditions(conditions, [said], now, metadata.generation ?? 0) : conditions;
      return { ...status, ...facts(status), conditions: next };
    },
    attempt,
  );
}

function notRead({ type, message, fix }: Problem): ConditionInput {
  return { type: 'ContractsDiscovered', status: 'Unknown', reason: type, message: sentence(message, undefined, fix) };
}

/** Whatever its words: they name the block. */
function saysTheSame(condition: ConditionInput | undefined, said: OptimismNetworkStatus['conditions'] = []): boolean {
  if (!condition) return true;
  return said.some(
    ({ type, status, reason }) => type === condition.type && status === condition.status && reason === condition.reason,
  );
}

function factsOf(discovery: Discovery, rollup: RollupConfig | undefined, status: OptimismNetworkStatus): Facts {
  const { addresses, roles, gameType, blockNumber, unreadable, contradictions } = discovery;
  const { batcher, unsafeBlockSigner, proposer, challenger, owner } = roles;
  const headTime = Date.parse(status.health?.unsafe?.timestamp ?? '') / 1000 || 0;
  const forks = rollup
    ? scheduledForks(rollup).map(({ name, time }) => ({ name, time, active: time === 0 || time <= headTime }))
    : status.forks;
  // Whatever a contract says: it must fit into the status.
  const version = cutText(discovery.version, MAX_VERSION);
  const isSameVersion = version === status.contracts?.version;
  const isOddOnce = discovery.generation === 'unknown' && isSameVersion && !discovery.isUnknownVersion;
  return {
    contracts: {
      // What was not read this time is as it was.
      ...(unreadable.length > 0 && isSameVersion ? addressesIn(status) : {}),
      ...addresses,
      generation: (isOddOnce ? status.contracts?.generation : undefined) ?? discovery.generation,
      version,
      ...compact({
        gameType,
        absolutePrestate: discovery.respectedGame?.absolutePrestate,
        batchInbox: rollup?.batch_inbox_address,
      }),
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

/** Contracts by their names. */
function addressesIn({ contracts = {} }: OptimismNetworkStatus): Record<string, string> {
  return Object.fromEntries(
    Object.entries(contracts).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && /^0x[0-9a-fA-F]{40}$/.test(entry[1]),
    ),
  );
}

/** Whatever the block at which it was read. */
function isSame({ contracts, roles, forks }: Facts, status: OptimismNetworkStatus): boolean {
  const { blockNumber } = status.contracts ?? {};
  const now = contracts && { ...contracts, blockNumber };
  return isDeepStrictEqual([now, roles, forks], [status.contracts, status.roles, status.forks]);
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
