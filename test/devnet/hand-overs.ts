/** A chain with two sequencers that take turns, for tests and benchmarks of hand-overs. */
import type { KubeObject } from '../../src/kube/index.ts';
import { type DevnetChain, NETWORK } from './chain.ts';
import { handOverGaps } from './referee/block-production.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const SEQUENCER = 'devnet-sequencer';
const STANDBY = 'devnet-standby';
const BATCHER = 'devnet-batcher';

/** Who hands over to whom. */
export interface Turn {
  readonly old: string;
  readonly next: string;
}

/** Who sequences after the install. */
export const INSTALLED: Turn = { old: STANDBY, next: SEQUENCER };

export function turned({ old, next }: Turn): Turn {
  return { old: next, next: old };
}

/** @param hosts Kubernetes node of each sequencer; the others are on that of the chain's first pod runner */
export function sequencerObjects(chain: DevnetChain, hosts: ReadonlyMap<string, string> = new Map()): KubeObject[] {
  const sequencer = (name: string): KubeObject => {
    const object = resourceOf(chain, SEQUENCER);
    const host = hosts.get(name);
    const pod = host === undefined ? {} : { pod: { nodeSelector: { [HOSTNAME]: host } } };
    return withSpec({ ...object, metadata: { ...object.metadata, name } }, pod);
  };
  return [preferring(chain, SEQUENCER), sequencer(STANDBY), sequencer(SEQUENCER), resourceOf(chain, BATCHER)];
}

/** Somebody prefers the next one. */
export async function flip(chain: DevnetChain, { next }: Turn): Promise<void> {
  await chain.apply(preferring(chain, next));
}

/** Seconds between two blocks that come after each other, by the ledger's clock. */
export interface Gaps {
  /** Whoever has made them. */
  readonly all: readonly number[];
  /** Around the stops of a sequencer. */
  readonly between: readonly number[];
}

export function gapsOf({ referee }: DevnetChain, from: number): Gaps {
  const events = referee.events().slice(from);
  const times = events.flatMap(({ type, at }) => (type === 'block-produced' ? [at] : []));
  const all = times.slice(1).map((at, index) => (at - (times[index] ?? at)) / 1000);
  return { all, between: handOverGaps(events) };
}

/** Milliseconds from each stop of a sequencer to the next start of one. */
export function pausesOf({ referee }: DevnetChain, from: number): number[] {
  const events = referee.events().slice(from);
  return events.flatMap((event, index) => {
    if (event.type !== 'sequencer-stopped') return [];
    const next = events.slice(index).find(({ type }) => type === 'sequencer-started');
    return next ? [next.at - event.at] : [];
  });
}

function preferring(chain: DevnetChain, preferred: string): KubeObject {
  return withSpec(resourceOf(chain, NETWORK), {
    sequencer: { preferred },
    defaults: { nodeSelector: { [HOSTNAME]: chain.runner.nodeName } },
    approval: { interruptions: 'Automatic' },
  });
}

function resourceOf({ resources }: DevnetChain, name: string): KubeObject {
  const found = resources.find(({ metadata }) => metadata.name === name);
  if (!found) throw new Error(`the devnet has no ${name}`);
  return found;
}

function withSpec(object: KubeObject, change: Readonly<Record<string, unknown>>): KubeObject {
  return { ...object, spec: { ...(object['spec'] as object), ...change } };
}
