/** What L1 says of the chain, in status; and on record when it says something else than before. */
import { isDeepStrictEqual } from 'node:util';
import { Context } from '@temporalio/activity';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import { compact } from '../chain/compact.ts';
import { describeContradiction } from '../chain/discovery/addresses.ts';
import type { Discovery } from '../chain/discovery/discovery.ts';
import { type RollupConfig, scheduledForks } from '../chain/rollup-config.ts';
import type { Problem } from '../contract/failures.ts';
import { renderDigest } from '../render/index.ts';
import { type ChainChange, changesOnChain, describeChanges } from '../status/chain-changes.ts';
import { type ConditionInput, cutText, sentence, setConditions } from '../status/conditions.ts';
import { contractsChangedEvent } from '../status/event-text.ts';
import { contractsDiscovered } from '../status/network-conditions.ts';
import { appendUnlessEnding, auditStoreOf } from './audit-stores.ts';
import type { Attempt } from './deadline.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { Look } from './look-once.ts';
import { tellEvent } from './network-event.ts';
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
  const said = (status: OptimismNetworkStatus): Said => {
    if (!discovery) return { facts: {}, condition: unread && notRead(unread) };
    const facts = factsOf(discovery, wish.files?.rollup, status);
    return { facts, condition: contractsDiscovered(facts.contracts) };
  };
  const now = said(before);
  if (isSaid(now, before)) return;
  if (discovery) {
    const own = Object.keys(wish.network?.spec.contracts.addresses ?? {});
    const changes = changesOnChain(before, now.facts, own);
    if (changes.length > 0) await record(deps, { ...at, uid: result.uid }, { before, changes, discovery }, attempt);
  }
  await deps.reached('chainFacts/status/before');
  await changeStatus<OptimismNetworkStatus>(
    deps.kube,
    { kind: 'OptimismNetwork', ...at, uid: result.uid },
    (status, { metadata }) => {
      const { facts, condition } = said(status);
      if (isSaid({ facts, condition }, status)) return undefined;
      const conditions = status.conditions ?? [];
      const next = condition
        ? setConditions(conditions, [condition], new Date(deps.now()), metadata.generation ?? 0)
        : conditions;
      return { ...status, ...facts, conditions: next };
    },
    attempt,
  );
}

interface Said {
  /** Empty where L1 was not read: all stays as it is. */
  readonly facts: Facts;
  /** Undefined: nothing is said of how the facts are known. */
  readonly condition: ConditionInput | undefined;
}

/** Whatever the block at which it was read, and whatever the words of the condition, which name it. */
function isSaid({ facts, condition }: Said, status: OptimismNetworkStatus): boolean {
  const { contracts, roles, forks, conditions = [] } = status;
  const now = { contracts, roles, forks, ...facts };
  const atThatBlock = now.contracts && { ...now.contracts, blockNumber: contracts?.blockNumber };
  const isSame = isDeepStrictEqual([atThatBlock, now.roles, now.forks], [contracts, roles, forks]);
  const { type, status: value, reason } = condition ?? {};
  return isSame && (!condition || conditions.some((c) => c.type === type && c.status === value && c.reason === reason));
}

function notRead({ type, message, fix }: Problem): ConditionInput {
  return { type: 'ContractsDiscovered', status: 'Unknown', reason: type, message: sentence(message, undefined, fix) };
}

function factsOf(discovery: Discovery, rollup: RollupConfig | undefined, status: OptimismNetworkStatus): Facts {
  const { addresses, roles, gameType, blockNumber, unreadable, contradictions } = discovery;
  const { batcher, unsafeBlockSigner, proposer, challenger, owner } = roles;
  const headTime = Date.parse(status.health?.unsafe?.timestamp ?? '') / 1000 || 0;
  const forks = rollup
    ? scheduledForks(rollup).map(({ name, time }) => ({
        name,
        time,
        active: time === 0 || time <= headTime,
        // Of another time nothing has been told yet.
        ...compact({ announced: status.forks?.find((fork) => fork.name === name && fork.time === time)?.announced }),
      }))
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
  const details = { message, changes: changes.map((change) => ({ ...change })), block: discovery.blockNumber };
  const entry = { type: 'contractsChanged', idempotencyKey, details, workflowId, runId } as const;
  const head = await appendUnlessEnding(auditStoreOf(deps, network), entry, attempt.signal);
  tellEvent(deps, network, contractsChangedEvent(message), { workflowId, head });
}
