/** What people may say of a gate that waits, and what becomes of its verdict when they have said it. Pure. */
import type { PodTarget } from '../../chain/sample.ts';
import type { Sample } from '../../chain/samples.ts';
import { sequencerState } from '../../chain/sequencer-state.ts';
import type { StepInput } from '../../contract/activities.ts';
import { FOREIGN, type GateName } from '../../contract/plan.ts';
import { pass, type Verdict, type Wait } from '../../plan/gates/index.ts';
import { isOff } from '../../status/move-words.ts';
import { confirmFencedCommand, giveUpBlocksCommand, skipGateCommand } from '../../status/operator-commands.ts';
import { unknownNames, vouchedFor } from './fenced.ts';
import { givenUpAbove, notGivenUp } from './given-up.ts';

const NOBODYS_WORD = "see what it waits for: nobody's word passes this";

/** What is left to wait for. What can not be seen may be vouched for; what is seen to be wrong may not. */
export function withWords(name: GateName, verdict: Verdict, input: StepInput): Verdict {
  if (verdict.outcome !== 'wait' || verdict.firm) return verdict;
  const word = wordOn(name, verdict, input);
  if (word === undefined) return verdict;
  const next = verdict.next && withWords(name, verdict.next, input);
  if (!next) return pass(word);
  return next.outcome === 'pass' && next.message !== word ? pass(`${word}; ${next.message}`) : next;
}

function wordOn(name: GateName, { givesUpAbove }: Wait, input: StepInput): string | undefined {
  if (givesUpAbove === undefined) {
    const said = offSaid(name, input);
    return said && `${said.by} confirmed that ${isOff(said.node)}: ${said.reason}`;
  }
  const said = givenUpAbove(givesUpAbove, input);
  return said && `${said.by} gave up the blocks above ${said.above}: ${said.reason}`;
}

/** Who has said, while this step waited, that the other one is off which is not ours. */
function offSaid(name: GateName, { fencedNodes, step }: StepInput) {
  return fencedNodes.find((said) => said.step === step.id && said.node === FOREIGN[name]);
}

/** A gate that waits, and the pods of sequencers with what they last said. */
export interface Waiting {
  readonly name: GateName;
  readonly verdict: Wait;
  readonly sample: Sample;
  readonly pods: readonly PodTarget[];
}

/** What is waited for, with what was said and does not count; and what a person who knows better may say. */
export function waitingWords(waiting: Waiting, input: StepInput): { readonly message: string; readonly fix: string } {
  const { name, verdict } = waiting;
  const { message, firm, givesUpAbove } = verdict;
  const said = offSaid(name, input);
  if (firm) {
    const early = said ? `; that ${said.by} has confirmed it to be off does not count against what is seen` : '';
    return { message: `${message}${early}`, fix: NOBODYS_WORD };
  }
  if (givesUpAbove !== undefined) {
    const early = said ? `; that ${said.by} has confirmed the other one to be off gives no blocks up` : '';
    return {
      message: `${message}${notGivenUp(givesUpAbove, input) || early}`,
      fix: `nothing to do while they may still come. To give up what is above ${givesUpAbove}: ${giveUpBlocksCommand(input.network, givesUpAbove)}`,
    };
  }
  const foreign = FOREIGN[name];
  if (foreign)
    return {
      message,
      fix: `see what it waits for; once the other one is off for certain: ${confirmFencedCommand(input.network, foreign)}`,
    };
  if (name === 'single-sequencer') return ofSilent(waiting, input);
  return { message, fix: `see what it waits for; if you know better: ${skipGateCommand(input.network, name)}` };
}

/** Where another sequencer does not answer, a person may vouch for it, and for nothing else. */
function ofSilent({ verdict: { message }, sample, pods }: Waiting, input: StepInput) {
  const silent = silentPods(sample).find(({ node }) => node !== input.step.component.name);
  if (!silent) return { message, fix: NOBODYS_WORD };
  const others = pods.filter(({ role, node }) => role === 'Sequencer' && node !== input.step.component.name);
  return {
    message: `${message}${unknownNames(others, input)}`,
    fix: `see why ${silent.pod} does not answer; once it is switched off for certain: ${confirmFencedCommand(input.network, silent.node)}`,
  };
}

function silentPods({ nodes }: Sample) {
  return nodes.filter(
    ({ role, sequencerActive }) => role === 'Sequencer' && sequencerState(sequencerActive) === 'unknown',
  );
}

/**
 * Without the sequencers that do not answer and for which a person has vouched, at whichever step of this plan: what they
 * answer counts, once they do.
 */
export function withoutFenced(sample: Sample, pods: readonly PodTarget[], { fencedNodes }: StepInput): Sample {
  const fenced = pods.filter((target) => vouchedFor(target, fencedNodes)).map(({ pod }) => pod);
  const silent = silentPods(sample).map(({ pod }) => pod);
  return { ...sample, nodes: sample.nodes.filter(({ pod }) => !(fenced.includes(pod) && silent.includes(pod))) };
}
