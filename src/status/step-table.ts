/**
 * The page that people read in Temporal while a plan runs or waits: a Markdown table of the steps and the literal
 * commands that move it on. Pure and deterministic: workflow code hands it to `setCurrentDetails`.
 */
import type { StepProgress, Window } from '../contract/activities.ts';
import type { NetworkRef } from '../contract/ids.ts';
import type { Plan, Step, StepState } from '../contract/plan.ts';
import { cell, commandBlock, firstLines } from './markdown.ts';
import {
  abortCommand,
  approveCommand,
  passGateCommands,
  rejectCommand,
  resumeCommand,
  retryCommand,
  shortHash,
  temporalApproveCommand,
} from './operator-commands.ts';
import { startsInWindow } from './window-words.ts';

export interface StepTableInput {
  readonly network: NetworkRef;
  readonly plan: Plan;
  /** By position in the plan; missing ones are pending. */
  readonly progress: readonly StepProgress[];
  readonly paused: boolean;
  /** Present while the plan waits for approval. */
  readonly awaitingApproval?: { readonly expiresAt?: string };
  /** Present while the plan is approved and waits for its window. */
  readonly awaitingWindow?: { readonly by: string; readonly window: Window };
}

/** The server refuses details above 20,000 bytes of payload; quotes, line breaks and dashes grow on the way. */
export const MAX_DETAILS_CHARACTERS = 14_000;
/** What is said about steps that were left out, with some air. */
const ELISION_CHARACTERS = 200;
const MAX_WARNINGS = 5;
const MAX_REASONS = 5;

const STATE_WORDS: Readonly<Record<StepState, string>> = {
  Pending: '–',
  Running: '**running**',
  Waiting: '**waiting**',
  Done: 'done',
  Failed: '**failed**',
  Skipped: 'skipped',
};

/**
 * @param limit most characters of the result
 * @returns Markdown; where it would get too long, steps far from the current one give way
 */
export function stepTable(input: StepTableInput, limit = MAX_DETAILS_CHARACTERS): string {
  const head = heading(input);
  const foot = commands(input);
  const rows = input.plan.steps.map((step, index) => row(step, index, input.progress[index]));
  const room = limit - head.length - foot.length - ELISION_CHARACTERS;
  return [
    head,
    '| | step | state | since | |',
    '|---|---|---|---|---|',
    ...fitRows(rows, currentIndex(input), room),
    '',
    foot,
  ]
    .join('\n')
    .trimEnd();
}

function stateWords({ paused, awaitingApproval, awaitingWindow }: StepTableInput): string | undefined {
  if (awaitingApproval)
    return `**waiting for approval**${awaitingApproval.expiresAt ? ` until ${awaitingApproval.expiresAt}` : ''}`;
  if (awaitingWindow) return `approved by ${cell(awaitingWindow.by)}, **${startsInWindow(awaitingWindow.window)}**`;
  return paused ? '**paused**' : undefined;
}

function heading(input: StepTableInput): string {
  const { plan } = input;
  const gap = plan.gapExpectedSeconds > 0 ? `about ${plan.gapExpectedSeconds} s without new blocks` : undefined;
  const facts = [`plan \`${shortHash(plan.hash)}\``, gap, stateWords(input)].filter((fact) => fact !== undefined);
  const warnings = plan.warnings.slice(0, MAX_WARNINGS).map((warning) => `- ⚠ ${cell(warning)}`);
  const reasons = firstLines(
    (plan.reasons ?? []).map((reason) => `- ${cell(reason)}`),
    MAX_REASONS,
  );
  return [
    `**${cell(plan.summary)}**`,
    '',
    facts.join(' · '),
    '',
    ...reasons,
    ...warnings,
    ...(reasons.length + warnings.length > 0 ? [''] : []),
  ].join('\n');
}

function row(step: Step, index: number, progress: StepProgress | undefined): string {
  const state = progress?.state ?? 'Pending';
  const since = state === 'Pending' ? '' : clockTime(progress?.finishedAt ?? progress?.startedAt);
  const limit = state === 'Running' || state === 'Waiting' ? `limit ${step.limitSeconds} s` : '';
  const number = String(index + 1).padStart(2, '0');
  return `| ${number} | ${cell(step.summary)} | ${STATE_WORDS[state]} | ${since} | ${cell(progress?.message ?? limit)} |`;
}

/** `2026-11-22T14:03:09.123Z` → `14:03:09Z`: a plan's page is read while it runs, the date is in the UI's own columns. */
function clockTime(time: string | undefined): string {
  return time?.replace(/^.*T(\d\d:\d\d:\d\d)(\.\d+)?Z$/, '$1Z') ?? '';
}

function currentIndex({ plan, progress }: StepTableInput): number {
  const index = plan.steps.findIndex((_, at) => {
    const state = progress[at]?.state ?? 'Pending';
    return state !== 'Done' && state !== 'Skipped';
  });
  return index === -1 ? plan.steps.length - 1 : index;
}

/** Keeps the rows around the current step and says how many were left out on both sides. */
function fitRows(rows: readonly string[], current: number, room: number): string[] {
  let first = Math.max(0, Math.min(current, rows.length - 1));
  let end = first;
  let used = 0;
  const take = (index: number): boolean => {
    const row = rows[index];
    if (row === undefined || used + row.length + 1 > room) return false;
    used += row.length + 1;
    return true;
  };
  for (let grew = true; grew; ) {
    grew = false;
    if (take(end)) {
      end++;
      grew = true;
    }
    if (take(first - 1)) {
      first--;
      grew = true;
    }
  }
  const before = first > 0 ? [`| … | ${first} steps before | | | |`] : [];
  const after = end < rows.length ? [`| … | ${rows.length - end} steps after | | | |`] : [];
  return [...before, ...rows.slice(first, end), ...after];
}

/** What can be decided now, each as a line to copy. */
function commands(input: StepTableInput): string {
  const { network, plan, progress, paused, awaitingApproval, awaitingWindow } = input;
  if (awaitingApproval) {
    return commandBlock([
      ['approve', approveCommand(network, plan.hash)],
      ['reject', rejectCommand(network, plan.hash)],
      ['approve with only the Temporal CLI', temporalApproveCommand(network, plan.hash)],
    ]);
  }
  if (awaitingWindow) return commandBlock([['take the approval back', rejectCommand(network, plan.hash)]]);
  const failed = progress.findIndex(({ state }) => state === 'Failed');
  const waiting = progress.findIndex(({ state }) => state === 'Waiting');
  const step = plan.steps[failed === -1 ? waiting : failed];
  const lines: (readonly [string, string])[] = [];
  if (paused) lines.push(['go on', resumeCommand(network)]);
  if (failed !== -1) lines.push(['try the step again', retryCommand(network)]);
  lines.push(...passGateCommands(network, step?.gates));
  if (failed !== -1 || paused) lines.push(['end this plan here', abortCommand(network)]);
  return commandBlock(lines);
}
