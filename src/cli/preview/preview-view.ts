/** Plans that nobody has made yet, as text and for programs. Pure. */
import { planToStatus } from '../../status/plan-status.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type PlanView, planLines } from '../plan-view.ts';
import type { Preview } from './preview.ts';
import type { Refused } from './try-apply.ts';

export interface Previewed {
  readonly networks: readonly Preview[];
  /** Objects that the API server does not take. */
  readonly refused: readonly Refused[];
}

export function previewText({ networks, refused }: Previewed, view: PlanView): string {
  const blocks = [
    ...(refused.length > 0 ? [refused.map((item) => refusedLine(item, view))] : []),
    ...networks.map((preview) => networkLines(preview, view)),
  ];
  return `${[...blocks.map((lines) => lines.join('\n')), 'Nothing was applied.'].join('\n\n')}\n`;
}

function refusedLine({ at, object, message }: Refused, { paint }: PlanView): string {
  return `${paint('red', 'refused')} ${[at, object].filter((part) => part !== '').join(' ')}: ${message}`;
}

function networkLines({ network, plan, waits, problems, notes }: Preview, view: PlanView): string[] {
  const { namespace = 'default', name } = network.metadata;
  const title = view.paint('bold', `${namespace}/${name}`);
  const said = [
    ...problems.flatMap(({ object, message, fix }) => [
      `  ${view.paint('red', 'refused')} ${object === undefined ? '' : `${object}: `}${message}`,
      `    → ${fix}`,
    ]),
    ...notes.map((note) => `  ${view.paint('yellow', 'note')} ${note}`),
  ];
  if (!plan) return [`${title}: ${problems.length > 0 ? 'no plan' : 'nothing would change'}`, ...said];
  const proposed = {
    ...network,
    status: {
      phase: waits ? ('AwaitingApproval' as const) : ('Ready' as const),
      plan: planToStatus({ plan, createdAt: view.now.toISOString() }),
    },
  };
  return [title, ...said, ...planLines(proposed, view, { compact: false, whole: { plan }, proposal: true })];
}

/** For programs. */
export function previewDocument({ networks, refused }: Previewed): object {
  return {
    applied: false,
    networks: networks.map(({ network, plan, waits, problems, notes }) => ({
      namespace: network.metadata.namespace,
      name: network.metadata.name,
      waitsForApproval: waits,
      plan: plan ?? null,
      problems,
      notes,
    })),
    refused,
  };
}

/** `failed` where anything is refused, else `waitingForApproval` where a plan would wait, else `ok`. */
export function previewExitCode({ networks, refused }: Previewed): ExitCode {
  if (refused.length > 0 || networks.some(({ problems }) => problems.length > 0)) return EXIT.failed;
  return networks.some(({ waits }) => waits) ? EXIT.waitingForApproval : EXIT.ok;
}
