/**
 * The page of a network's own workflow in Temporal: what is, why, and the commands that move it on. Pure and
 * deterministic: workflow code hands it to `setCurrentDetails`.
 */
import type { ReportInput } from '../contract/activities.ts';
import type { Problem } from '../contract/failures.ts';
import type { NetworkRef } from '../contract/ids.ts';
import type { ObjectChange } from '../contract/plan.ts';
import { cell, commandBlock, firstLines } from './markdown.ts';
import { abortCommand, passGateCommand, resumeCommand, retryCommand, shortHash } from './operator-commands.ts';
import { PHASE_SENTENCES } from './phase-sentences.ts';
import { MAX_DETAILS_CHARACTERS, stepTable } from './step-table.ts';

type ShownPlan = NonNullable<ReportInput['plan']>;
type EntityView = Pick<ReportInput, 'phase' | 'problems' | 'paused' | 'plan' | 'halted'>;

const MAX_CHANGES = 25;
const MAX_PROBLEMS = 5;

/** @returns Markdown of at most {@link MAX_DETAILS_CHARACTERS} characters */
export function entityDetails(network: NetworkRef, view: EntityView): string {
  const before = [
    `**${network.namespace}/${network.name}: ${view.phase}**`,
    PHASE_SENTENCES[view.phase],
    firstLines(view.problems.map(problemLine), MAX_PROBLEMS).join('\n'),
    view.halted ? haltedPart(network, view, view.halted) : '',
    view.paused ? commandBlock([['go on', resumeCommand(network)]]) : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
  if (!view.plan) return before;
  return [before, planPart(network, view.plan, MAX_DETAILS_CHARACTERS - before.length - 2)].join('\n\n');
}

function problemLine({ type, message, fix, object }: Problem): string {
  return `- **${type}**${object ? ` ${object}` : ''}: ${cell(message)} → ${cell(fix)}`;
}

function haltedPart(network: NetworkRef, view: EntityView, halted: NonNullable<ReportInput['halted']>): string {
  const step = view.plan?.plan.steps.find(({ id }) => id === halted.step);
  return [
    `**Halted at ${halted.step}**: ${cell(halted.problem.message)} → ${cell(halted.problem.fix)}`,
    commandBlock([
      ['try the step again', retryCommand(network)],
      ...(step?.gate ? [passGateCommand(network, step.gate)] : []),
      ['end this plan here', abortCommand(network)],
    ]),
  ].join('\n\n');
}

function planPart(network: NetworkRef, shown: ShownPlan, limit: number): string {
  const { plan, workflowId, approval, declined, expiresAt } = shown;
  if (workflowId) {
    return `Plan \`${shortHash(plan.hash)}\` (${cell(plan.summary)}) is executed by workflow \`${workflowId}\`.`;
  }
  const awaitingApproval =
    approval || declined ? {} : { awaitingApproval: expiresAt === undefined ? {} : { expiresAt } };
  const lines = firstLines(plan.changes.map(changeLine), MAX_CHANGES).join('\n');
  const changes = lines === '' ? '' : `\n\nWhat it changes:\n\n${lines}`;
  const table = stepTable({ network, plan, progress: [], paused: false, ...awaitingApproval }, limit - changes.length);
  return table + changes;
}

function changeLine({ action, object, fields, restartsPods }: ObjectChange): string {
  const paths = fields.slice(0, 3).map(({ path }) => `\`${path}\``);
  const more = fields.length > paths.length ? ` and ${fields.length - paths.length} more` : '';
  const what = paths.length > 0 ? `: ${paths.join(', ')}${more}` : '';
  return `- ${action} ${object}${restartsPods ? ' (restarts pods)' : ''}${cell(what, 150)}`;
}
