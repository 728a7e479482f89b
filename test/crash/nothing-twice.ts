/** What must hold however often the operator died: every effect once, one story in the audit, a silent referee. */
import { expect } from 'vitest';
import { verifyChain } from '../../src/audit/verify.ts';
import { auditOf } from '../integration/cluster-objects.ts';
import { type Devnet, expectFairPlay } from '../integration/devnet.ts';

export interface Expected {
  /** Plans that were started, by the last part of their workflow id, oldest first. */
  readonly plans?: readonly string[];
  /** How often the batcher's program has started; left out where it has restarted by itself. */
  readonly batcherStarts?: number;
  /** The same of the proposer's. */
  readonly proposerStarts?: number;
}

export async function expectNothingTwice(
  devnet: Devnet,
  { plans, batcherStarts, proposerStarts }: Expected,
): Promise<void> {
  const { chain } = devnet;
  expectFairPlay(devnet);
  const started = (type: string) => chain.referee.events().filter((event) => event.type === type).length;
  expect(started('sequencer-started'), 'starts of the sequencer').toBe(1);
  if (batcherStarts !== undefined) expect(started('batcher-started'), 'starts of the batcher').toBe(batcherStarts);
  if (proposerStarts !== undefined) expect(started('proposer-started'), 'starts of the proposer').toBe(proposerStarts);
  expect(started('node-started'), 'starts of op-nodes').toBe(2);

  const { lines, records } = await auditOf(devnet);
  expect(verifyChain(lines).findings).toEqual([]);
  const finished = records.filter(({ type }) => type === 'stepFinished').map(({ runId, step }) => `${runId} ${step}`);
  expect(finished, 'a step ends once in a run').toEqual([...new Set(finished)]);
  if (!plans) return;
  const startedPlans = records
    .filter(({ type }) => type === 'planStarted')
    .map(({ details }) => String(details['workflowId']).split('/').at(-1));
  expect(startedPlans).toEqual(plans);
}
