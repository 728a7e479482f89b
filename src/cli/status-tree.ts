/** `opstack status` as text: a tree of networks and components, and below it what is not fine and what to do. Pure. */
import type { Condition } from '../api/conditions.ts';
import type { ComponentObject, NetworkObject, NetworkTree } from './networks.ts';
import { type Colour, columns, ether, grouped, type Paint, shortDuration } from './output.ts';
import { planLines } from './plan-view.ts';

export interface StatusView {
  readonly now: Date;
  readonly paint: Paint;
  /** Whether to show the namespace of each network. */
  readonly withNamespace: boolean;
}

const HEAD = ['NAME', 'PHASE', 'UNSAFE', 'SAFE LAG', 'BALANCE', ''];

/** Conditions that are bad when True; all others are bad when False. */
const BAD_WHEN_TRUE = ['Degraded', 'AwaitingApproval', 'Paused'];
/** Reasons of Ready=False that are only another word for what goes on: the phase and the plan tell it. */
const ON_ITS_WAY = [
  'Pending',
  'Progressing',
  'AwaitingApproval',
  'AwaitingWindow',
  'Installing',
  'Changing',
  'Repairing',
  'Upgrading',
  'Rotating',
  'Paused',
  'Deleting',
];

export function statusText(trees: readonly NetworkTree[], view: StatusView): string {
  if (trees.length === 0) return 'No OptimismNetwork found.\n';
  return trees.map((tree) => networkText(tree, view)).join('\n');
}

function networkText({ network, components }: NetworkTree, view: StatusView): string {
  const rows = [
    networkRow(network, view),
    ...components.flatMap((component, index) => componentRows(component, index === components.length - 1, view)),
  ];
  const notes = [network, ...components].flatMap((object) => noteLines(object, view));
  const plan = network.status?.plan ? planLines(network, view, { compact: true }) : [];
  return [columns(HEAD, rows), ...section(notes), ...section(plan)].join('');
}

function section(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`\n${lines.join('\n')}\n`];
}

function networkRow({ metadata, status, spec }: NetworkObject, { now, paint, withNamespace }: StatusView): string[] {
  const { health, phase = 'Pending', release = spec?.release } = status ?? {};
  const name = withNamespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
  const facts = [
    release,
    health?.finalized ? `finalized ${grouped(health.finalized.number)}` : undefined,
    age(health?.updatedAt, now, 90),
  ];
  return [
    paint('bold', name),
    phaseText(phase, paint),
    health?.unsafe ? grouped(health.unsafe.number) : '',
    health?.safeLagSeconds === undefined ? '' : shortDuration(health.safeLagSeconds),
    '',
    joined(facts),
  ];
}

function componentRows(component: ComponentObject, isLast: boolean, view: StatusView): string[][] {
  const { kind, metadata, status = {} } = component;
  const row = [
    `${isLast ? '└─' : '├─'} ${kind} ${metadata.name}`,
    phaseText(status.phase ?? 'Pending', view.paint),
    status.unsafe === undefined ? '' : grouped(status.unsafe),
    status.safeLagSeconds === undefined ? '' : shortDuration(status.safeLagSeconds),
    status.balance === undefined ? '' : ether(status.balance),
    joined(componentFacts(component, view.now)),
  ];
  const pods = status.pods ?? [];
  const branch = isLast ? '   ' : '│  ';
  // One pod is what its component says already.
  return [
    row,
    ...(pods.length > 1
      ? pods.map((pod, index) => podRow(pod, `${branch}${index === pods.length - 1 ? '└─' : '├─'}`, view.paint))
      : []),
  ];
}

type Pod = NonNullable<NonNullable<ComponentObject['status']>['pods']>[number];

function podRow(pod: Pod, branch: string, paint: Paint): string[] {
  return [
    `${branch} ${pod.name}`,
    pod.ready === undefined ? '' : pod.ready ? paint('green', 'Ready') : paint('yellow', 'NotReady'),
    pod.unsafe ? grouped(pod.unsafe.number) : '',
    '',
    '',
    joined([
      pod.sequencing ? 'sequencing' : undefined,
      pod.lag ? `${grouped(pod.lag)} blocks behind` : undefined,
      peersText(pod.peers),
      pod.version,
    ]),
  ];
}

function componentFacts({ kind, spec, status = {} }: ComponentObject, now: Date): (string | undefined)[] {
  switch (kind) {
    case 'OpNode': {
      const [pod, ...others] = status.pods ?? [];
      return [
        status.sequencing ? 'sequencing' : spec?.role?.toLowerCase(),
        others.length > 0 ? `${status.readyReplicas ?? 0} of ${status.replicas ?? 0} ready` : peersText(pod?.peers),
        status.version,
      ];
    }
    case 'OpBatcher':
      return [
        status.lastInboxTransaction ? `last batch ${ago(status.lastInboxTransaction.at, now)}` : undefined,
        status.pending ? `${status.pending} pending` : undefined,
        status.version,
      ];
    case 'OpProposer':
      return [
        status.lastGame ? `last proposal ${ago(status.lastGame.at, now)}` : undefined,
        status.nextDue ? `next due ${status.nextDue}` : undefined,
        status.version,
      ];
    case 'OpChallenger':
      return [
        status.trackedGames === undefined ? undefined : `${grouped(status.trackedGames)} games`,
        status.claimFailures ? `${status.claimFailures} claim failures` : undefined,
        status.version,
      ];
  }
}

/** Conditions that are not fine, each with what to do. */
function noteLines({ kind, metadata, status }: NetworkObject | ComponentObject, { paint, now }: StatusView): string[] {
  const bad = (status?.conditions ?? []).filter(isNotFine);
  // Ready says of another condition's cause that the network is not ready: once is enough.
  const messages = new Set<string>();
  return bad
    .toSorted((a, b) => Number(a.type === 'Ready') - Number(b.type === 'Ready'))
    .flatMap((condition) => {
      if (messages.has(condition.message)) return [];
      messages.add(condition.message);
      const since = shortDuration((now.getTime() - Date.parse(condition.lastTransitionTime)) / 1000);
      const title = `${kind} ${metadata.name}: ${condition.type}=${condition.status} (${condition.reason}, for ${since})`;
      return [
        paint(isNotice(condition) ? 'yellow' : 'red', title),
        ...condition.message.split('\n').map((line) => `  ${line}`),
      ];
    });
}

function isNotFine({ type, status, reason }: Pick<Condition, 'type' | 'status' | 'reason'>): boolean {
  if (type === 'Progressing') return status === 'False' && ['Halted', 'RepairHeld'].includes(reason);
  if (type === 'Ready' && ON_ITS_WAY.includes(reason)) return false;
  // Not read yet is no trouble; what could not be read is said by its reason.
  if (status === 'Unknown') return !['NotReadYet', 'Pending', 'ProposalPending'].includes(reason);
  return BAD_WHEN_TRUE.includes(type) ? status === 'True' : status === 'False';
}

function isNotice({ type, status }: Condition): boolean {
  return status === 'Unknown' || type === 'AwaitingApproval' || type === 'Paused';
}

const PHASE_COLOURS: Readonly<Record<string, Colour>> = {
  Ready: 'green',
  Halted: 'red',
  Invalid: 'red',
  Degraded: 'red',
  Stopped: 'dim',
  Pending: 'dim',
};

function phaseText(phase: string, paint: Paint): string {
  return paint(PHASE_COLOURS[phase] ?? 'yellow', phase);
}

function peersText(peers: number | undefined): string | undefined {
  return peers === undefined ? undefined : `${peers} ${peers === 1 ? 'peer' : 'peers'}`;
}

function ago(time: string, now: Date): string {
  return `${shortDuration((now.getTime() - Date.parse(time)) / 1000)} ago`;
}

/** Says so when a number is older than it should be. */
function age(time: string | undefined, now: Date, limitSeconds: number): string | undefined {
  if (time === undefined) return undefined;
  const seconds = (now.getTime() - Date.parse(time)) / 1000;
  return seconds > limitSeconds ? `measured ${shortDuration(seconds)} ago` : undefined;
}

function joined(facts: readonly (string | undefined)[]): string {
  return facts.filter((fact) => fact !== undefined && fact !== '').join(', ');
}
