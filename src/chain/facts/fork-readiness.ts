/**
 * Whether nodes are ready for the forks that lie ahead. A node that lacks the time of a fork looks healthy before it, and
 * after it derives and finalizes a chain of its own (recorded: op-stack-observed-2.md 6), so three places are held against
 * each other: op-node, its execution client, and the configuration of the chain.
 */
import { firstVersionWith, type NodeProgram, versionKnowsFork } from '../../catalogue/fork-versions.ts';
import { FORKS, type ForkName } from '../../catalogue/releases.ts';
import type { ForkTimes, NodeSample, Reading, Sample } from '../samples.ts';

export interface ScheduledFork {
  readonly name: string;
  /** Seconds since the epoch. */
  readonly time: number;
}

/**
 * `different`: a place has another time, or none. `old`: a program does not know the fork. `closed`: the execution client
 * serves neither of the APIs that tell. `unread`: no answer, which says nothing.
 */
export interface ForkProblem {
  readonly kind: 'different' | 'old' | 'closed' | 'unread';
  readonly pod: string;
  readonly message: string;
  readonly fix: string;
}

/** Timestamp of the newest block that any node has, in seconds; the moment of the sample where none has told. */
export function headTime({ at, nodes }: Pick<Sample, 'at' | 'nodes'>): number {
  const heads = nodes.flatMap(({ sync }) => (sync.ok ? [sync.value.unsafeL2.timestamp] : []));
  return heads.length === 0 ? Math.floor(at / 1000) : Math.max(...heads);
}

/** Forks that are not active at a head yet, the next one first. */
export function forksAhead(forks: readonly ScheduledFork[], head: number): readonly ScheduledFork[] {
  return forks.filter(({ time }) => time > head).toSorted((a, b) => a.time - b.time);
}

/** @param head as `headTime` tells it: what is active there is history */
export function forkProblems(
  nodes: readonly NodeSample[],
  forks: readonly ScheduledFork[],
  head: number,
): readonly ForkProblem[] {
  return nodes.flatMap((node) => placesOf(node).flatMap((place) => problemsOf(node, place, forks, head)));
}

/** `2026-11-22T12:45:00Z (1795351500)` */
export function forkMoment(time: number): string {
  return `${new Date(time * 1000).toISOString().replace('.000Z', 'Z')} (${time})`;
}

interface Place {
  /** As a part of a sentence: `op-node of acme-0`. */
  readonly name: string;
  readonly times: Reading<ForkTimes> | undefined;
  readonly program: NodeProgram | undefined;
  readonly version: string | undefined;
  readonly knows: (fork: ForkName) => boolean;
}

function placesOf({ pod, version, el, rollupForks, elForks }: NodeSample): Place[] {
  const client = el.ok ? el.value.version : undefined;
  return [
    {
      name: `op-node of ${pod}`,
      times: rollupForks,
      program: 'opNode',
      version: version?.ok ? version.value : undefined,
      knows: () => true,
    },
    {
      name: `execution client of ${pod}`,
      times: elForks,
      program: /^geth/i.test(client ?? '') ? 'opGeth' : /^(op-)?reth/i.test(client ?? '') ? 'opReth' : undefined,
      version: client,
      // A fork of derivation alone: chain configurations have no time for it.
      knows: (fork) => fork !== 'delta',
    },
  ];
}

function problemsOf(
  { pod, node }: NodeSample,
  place: Place,
  forks: readonly ScheduledFork[],
  head: number,
): ForkProblem[] {
  const { times } = place;
  if (!times?.ok && times?.kind === 'method-missing') {
    return [
      {
        kind: 'closed',
        pod,
        message: `the fork times of the ${place.name} are not known: it serves neither debug_chainConfig nor admin_nodeInfo`,
        fix: `add debug to execution.apis of OpNode ${node}`,
      },
    ];
  }
  if (!times?.ok) {
    const why = times ? times.error : 'they have not been read yet';
    const fix = `wait, or look at pod ${pod}`;
    return [{ kind: 'unread', pod, message: `the fork times of the ${place.name} are not known: ${why}`, fix }];
  }
  return FORKS.filter(place.knows).flatMap((fork): ForkProblem[] => {
    const wanted = forks.find(({ name }) => name === fork)?.time;
    const own = times.value[fork];
    if (Math.max(wanted ?? 0, own ?? 0) <= head) return [];
    return [
      ...(wanted === undefined ? [] : tooOld(pod, place, fork, wanted)),
      ...(own === wanted ? [] : [different(pod, place, fork, { own, wanted })]),
    ];
  });
}

function tooOld(pod: string, place: Place, fork: ForkName, time: number): ForkProblem[] {
  const { program, version } = place;
  if (!program || version === undefined || versionKnowsFork(program, version, fork) !== false) return [];
  const first = firstVersionWith(program, fork);
  return [
    {
      kind: 'old',
      pod,
      message: `${place.name} is ${version}, which does not know ${fork} at ${forkMoment(time)}`,
      fix: first
        ? `upgrade it to ${first} or later before then`
        : `use op-reth before then: op-geth ends before ${fork}`,
    },
  ];
}

function different(
  pod: string,
  place: Place,
  fork: ForkName,
  { own, wanted }: { readonly own: number | undefined; readonly wanted: number | undefined },
): ForkProblem {
  const has = own === undefined ? 'has no time for it' : `has ${forkMoment(own)}`;
  const is = wanted === undefined ? `${fork} is not scheduled` : `${fork} is at ${forkMoment(wanted)}`;
  return {
    kind: 'different',
    pod,
    message: `by the configuration of the chain ${is}, and ${place.name} ${has}`,
    fix: `let pod ${pod} restart with the files of this chain before the fork: after it the node makes a chain of its own and has to sync anew`,
  };
}
