import { windowExpired } from '../../chain/facts/sequencing-window.ts';
import { seconds } from '../../chain/facts/words.ts';
import type { Reading, Sample, SyncStatus } from '../../chain/samples.ts';
import type { ConditionInput } from '../conditions.ts';
import { condition, moves, readingsOf } from './finding.ts';
import type { HealthLimits } from './limits.ts';

/** op-node reports no L1 block for 2 to 4 s after each start; for longer only when derivation begins again and again. */
const RESET_SECONDS = 60;
/** L1 blocks by which derivation may be behind the L1 head in everyday work, confirmations included. */
const NEAR_L1_BLOCKS = 32;

/** Whether what is made becomes safe, and by batches of ours. Of a batcher that is meant to rest, only how long it may. */
export function batching(
  samples: readonly Sample[],
  last: Sample,
  best: SyncStatus | undefined,
  limits: HealthLimits,
): ConditionInput[] {
  if (limits.batching === false) return [];
  const hasDerived = best !== undefined && best.currentL1.number > 0;
  if (limits.batching === 'stopped') {
    const ending = hasDerived ? window(best, limits) : undefined;
    return ending ? [ending] : [];
  }
  if (!hasDerived) return [notDerived(samples, last)];
  return [foreignKey(last) ?? window(best, limits) ?? safeLag(samples, last, best, limits)];
}

function notDerived(samples: readonly Sample[], last: Sample): ConditionInput {
  const since = resetSince(samples);
  if (since === undefined || (last.at - since) / 1000 < RESET_SECONDS)
    return condition('Batching', 'Unknown', 'NoReading', 'No node knows the safe head yet');
  const lasts = seconds((last.at - since) / 1000);
  return (
    notAsked(lasts, 'L1Unavailable', 'L1', 'rpc', last.l1) ??
    notAsked(lasts, 'BeaconUnavailable', 'the beacon API', 'beacon', last.beacon) ??
    condition(
      'Batching',
      'False',
      'DerivationResets',
      `Derivation begins again and again for ${lasts}: what is on L1 can not be read whole, and nothing becomes safe`,
      "see whether spec.l1.beacon still has the blobs of the last safe blocks (18 days on Ethereum): if not, add an archive to spec.l1.beaconFallbacks; op-node's log names what it misses",
    )
  );
}

/** What does not answer the operator answers op-node as little: then nothing else has to be looked for. */
function notAsked(
  lasts: string,
  reason: string,
  what: string,
  field: string,
  reading: Reading<unknown> | undefined,
): ConditionInput | undefined {
  if (!reading || reading.ok) return undefined;
  return condition(
    'Batching',
    'False',
    reason,
    `No node derives for ${lasts}, and ${what} does not answer the operator either: ${reading.error}`,
    `check spec.l1.${field} and its provider; nothing becomes safe meanwhile`,
  );
}

/** When the latest uninterrupted time began in which nodes answered, and none was at any L1 block. */
function resetSince(samples: readonly Sample[]): number | undefined {
  let since: number | undefined;
  for (const { at, nodes } of samples) {
    const answers = nodes.flatMap(({ sync }) => (sync.ok ? [sync.value] : []));
    if (answers.length === 0 || answers.some(({ currentL1 }) => currentL1.number > 0)) since = undefined;
    else since ??= at;
  }
  return since;
}

/** The batcher goes on paying for transactions that nobody reads, and never notices (recorded). */
function foreignKey({ contracts, batcher }: Sample): ConditionInput | undefined {
  if (!contracts?.ok || !batcher?.ok || contracts.value.batcher === batcher.value.address) return undefined;
  return condition(
    'Batching',
    'False',
    'NotTheBatcher',
    `The batcher of this chain is ${contracts.value.batcher}, and ours sends as ${batcher.value.address}: it pays for batches that do not count`,
    'set signer of the OpBatcher to the key of that address, or let the owner of the SystemConfig set the batcher back (setBatcherHash)',
  );
}

/**
 * Once the window is over safe and finalized rise again without any batcher, by empty blocks, and the unsafe blocks of
 * that time are lost (recorded: op-stack-observed.md 2.3). That has to be said long before.
 */
function window(
  best: SyncStatus,
  { seqWindowSize, l1BlockTimeSeconds, batching: wanted }: HealthLimits,
): ConditionInput | undefined {
  if (seqWindowSize === 0) return undefined;
  const behind = best.currentL1.number - best.safeL2.l1origin.number;
  const remedy =
    wanted === 'stopped'
      ? 'take stopped: true out of the OpBatcher'
      : "see that the batcher sends: its balance, its log, L1's fees; one that has just been put right catches up by itself";
  if (windowExpired(best, seqWindowSize)) {
    return condition(
      'Batching',
      'False',
      'WindowExpired',
      `No batch came for the sequencing window of ${seqWindowSize} L1 blocks: the safe head rises by empty blocks, and unsafe blocks are being replaced`,
      `${remedy}; if the safe head does not come near, admin_setRecoverMode(true) on the sequencer until it does`,
    );
  }
  if (behind <= seqWindowSize / 2) return undefined;
  const left = seconds((seqWindowSize - behind) * l1BlockTimeSeconds);
  return condition(
    'Batching',
    'False',
    'WindowExpiring',
    `The last batch is ${behind} L1 blocks old: in about ${left} the sequencing window of ${seqWindowSize} is over, and unsafe blocks are lost`,
    remedy,
  );
}

function safeLag(samples: readonly Sample[], last: Sample, best: SyncStatus, limits: HealthLimits): ConditionInput {
  const lag = Math.max(0, best.unsafeL2.timestamp - best.safeL2.timestamp);
  const inbox = last.batcher?.ok ? last.batcher.value.lastInboxTransaction : undefined;
  const age = inbox ? `; the last batch is ${Math.round(last.at / 1000 - inbox.timestamp)} s old` : '';
  if (lag <= limits.maxSafeLagSeconds) {
    return condition('Batching', 'True', 'SafeHeadFollows', `The safe head is ${lag} s behind${age}`);
  }
  const pod = last.nodes.find(({ sync }) => sync.ok && sync.value === best)?.pod;
  if (pod !== undefined && isBehind(best, limits)) return derivationBehind(samples, pod, best);
  return condition(
    'Batching',
    'False',
    'SafeHeadBehind',
    `The safe head is ${lag} s behind, more than ${limits.maxSafeLagSeconds} s${age}`,
    "look at the batcher: its balance, its log, L1's fees",
  );
}

/** Whether the batches are in time as seen from the L1 block that the node has come to, and that one is not near the head. */
function isBehind({ currentL1, headL1, safeL2 }: SyncStatus, { maxSafeLagSeconds }: HealthLimits): boolean {
  return (
    headL1.number - currentL1.number > NEAR_L1_BLOCKS && currentL1.timestamp - safeL2.timestamp <= maxSafeLagSeconds
  );
}

/**
 * After a restart or an L1 reorg a node derives anew from far behind the L1 head, and what it calls safe is at first
 * only the finalized head: that is nothing against the batcher.
 */
function derivationBehind(samples: readonly Sample[], pod: string, { currentL1, headL1 }: SyncStatus): ConditionInput {
  const where = `${pod} has derived L1 up to block ${currentL1.number} of ${headL1.number}`;
  return readingsOf(samples, pod).length < 2 || moves(samples, pod, 'currentL1')
    ? condition('Batching', 'Unknown', 'DerivationBehind', `${where}: what is safe is not known yet`)
    : condition(
        'Batching',
        'False',
        'DerivationStandsStill',
        `${where} and does not go on`,
        `look at the log of pod ${pod}, and at L1 and its beacon node`,
      );
}
