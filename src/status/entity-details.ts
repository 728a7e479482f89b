/**
 * The page of a network's own workflow in Temporal: what is, why, and the commands that move it on. Pure and
 * deterministic: workflow code hands it to `setCurrentDetails`.
 */
import type { ReportInput } from '../contract/activities.ts';
import type { Problem } from '../contract/failures.ts';
import type { NetworkRef } from '../contract/ids.ts';
import type { ObjectChange } from '../contract/plan.ts';
import { isReversible } from '../contract/way-back.ts';
import { fieldWords } from './change-words.ts';
import { cell, commandBlock, firstLines } from './markdown.ts';
import {
  abortCommand,
  passGateCommands,
  resumeCommand,
  retryCommand,
  rollbackCommand,
  shortHash,
} from './operator-commands.ts';
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
      ...passGateCommands(network, step?.gates),
      ...(view.plan && isReversible(view.plan.plan, halted.step)
        ? [['go back to what ran before', rollbackCommand(network)] as const]
        : []),
      ['end this plan here', abortCommand(network)],
    ]),
  ].join('\n\n');
}

function planPart(network: NetworkRef, shown: ShownPlan, limit: number): string {
  const { plan, workflowId, approval, declined, expiresAt, window } = shown;
  if (workflowId) {
    return `Plan \`${shortHash(plan.hash)}\` (${cell(plan.summary)}) is executed by workflow \`${workflowId}\`.`;
  }
  const awaitingApproval =
    approval || declined ? {} : { awaitingApproval: expiresAt === undefined ? {} : { expiresAt } };
  const linesOf = (line: (change: ObjectChange) => string) =>
    firstLines(plan.changes.map(line), MAX_CHANGES).join('\n');
  const withValues = linesOf(changeLineWithValues);
  // At least half of the page is for the steps and the commands.
  const lines = withValues.length <= limit / 2 ? withValues : linesOf(changeLine);
  const changes = lines === '' ? '' : `\n\nWhat it changes:\n\n${lines}`;
  const awaitingWindow = approval && window ? { awaitingWindow: { by: approval.by, window } } : {};
  const table = stepTable(
    { network, plan, progress: [], paused: false, ...awaitingApproval, ...awaitingWindow },
    limit - changes.length,
  );
  return table + changes;
}

const SHOWN_FIELDS = 3;

function changeLine(change: ObjectChange): string {
  return changeWords(change, ({ path }) => `\`${path}\``, 150);
}

function changeLineWithValues(change: ObjectChange): string {
  return changeWords(change, (field) => `\`${fieldWords(field).replaceAll('`', "'")}\``, 600);
}

function changeWords(
  { action, object, fields, restartsPods }: ObjectChange,
  words: (field: ObjectChange['fields'][number]) => string,
  limit: number,
): string {
  const shown = fields.slice(0, SHOWN_FIELDS).map(words);
  const more = fields.length > shown.length ? ` and ${fields.length - shown.length} more` : '';
  const what = shown.length > 0 ? `: ${shown.join(', ')}${more}` : '';
  return `- ${action} ${object}${restartsPods ? ' (restarts pods)' : ''}${cell(what, limit)}`;
}
