/** Networks with several sequencers: one makes blocks, the others stand by. */
import { describe, expect, it } from 'vitest';
import type { ObjectChange } from '../../src/contract/plan.ts';
import { change, draftOf, leaving, networkOf, refOf, type State, stepsOf } from './network-of.ts';

const FOLLOW = (name: string) => [`${name}: awaitPods`, `${name}: node-synced ✓`];

function all(state: State) {
  return networkOf([
    { role: 'replica', state },
    { role: 'standby', state },
    { role: 'batcher', state },
    { role: 'sequencer', state },
    { role: 'network', state },
  ]);
}

/** In which order components have their first step. */
function orderOf(input: ReturnType<typeof networkOf>): string[] {
  return [...new Set(stepsOf(input).map((step) => step.split(':')[0] ?? ''))];
}

const standby = refOf('standby');
const sequences = change(standby, {
  object: 'Pod/standby-0',
  fields: [{ path: 'admin_sequencerActive', from: 'true', to: 'false' }],
});
const may = change(standby, {
  object: 'ConfigMap/acme-sequencers',
  fields: [{ path: 'data.standby', from: 'false', to: 'true' }],
});

function drifted(state: State, drift: readonly ObjectChange[]) {
  const input = networkOf([
    { role: 'sequencer', state: 'as wished' },
    { role: 'standby', state },
  ]);
  const observed = input.observed.map((item) => (item.component.name === 'standby' ? { ...item, drift } : item));
  return { ...input, observed };
}

describe('a sequencer that stands by', () => {
  it('is installed like a replica, after the batcher, and never started', () => {
    expect(orderOf(all('new'))).toEqual(['network', 'sequencer', 'batcher', 'standby', 'replica']);
    expect(stepsOf(networkOf([{ role: 'standby', state: 'new' }]))).toEqual([
      'standby: applyComponent pods≥0, ready',
      'standby: node-synced ✓',
    ]);
  });

  it('that comes to a chain which runs is there before the batcher restarts to read from it too', () => {
    const input = networkOf([
      { role: 'batcher', state: 'changed, restarting' },
      { role: 'standby', state: 'new' },
      { role: 'sequencer', state: 'as wished' },
    ]);
    expect(orderOf(input)).toEqual(['standby', 'batcher']);
  });

  it('is changed after the replicas and before the active one, and interrupts no blocks', () => {
    expect(orderOf(all('changed, restarting'))).toEqual(['network', 'replica', 'standby', 'sequencer', 'batcher']);
    const only = networkOf([{ role: 'standby', state: 'changed, restarting' }]);
    expect(stepsOf(only)).toEqual(['standby: applyComponent pods≥0, ready pod 0', 'standby: node-synced pod 0 ✓']);
    expect(draftOf(only).gapExpectedSeconds).toBe(0);
  });

  it('comes back when it is gone, and does not sequence', () => {
    expect(stepsOf(networkOf([{ role: 'standby', state: 'lost' }]))).toEqual([
      'standby: applyComponent',
      ...FOLLOW('standby'),
    ]);
  });

  it.each([
    ['sequences beside the active one', [sequences]],
    ['would sequence after a restart', [may]],
  ])('that %s is stopped by a repair, before anything else', (_, drift) => {
    const input = drifted('drifted', drift);
    expect(draftOf(input)).toMatchObject({ kind: 'drift', gapExpectedSeconds: 0 });
    // Nothing of it is put back, so that nobody waits for a machine that is gone.
    expect(stepsOf(input)).toEqual(['standby: stopSequencer']);
    const alsoDrifted = drifted('drifted', [...drift, change(standby, { object: 'Service/standby' })]);
    expect(stepsOf(alsoDrifted)).toEqual(['standby: stopSequencer', 'standby: applyComponent', ...FOLLOW('standby')]);
    const withNetwork = networkOf([
      { role: 'network', state: 'drifted' },
      { role: 'standby', state: 'drifted' },
    ]);
    const observed = withNetwork.observed.map((item) =>
      item.component.name === 'standby' ? { ...item, drift } : item,
    );
    expect(stepsOf({ ...withNetwork, observed })[0]).toBe('standby: stopSequencer');
  });

  it('is stopped before a change of it begins, which would restart it as a second sequencer', () => {
    const input = drifted('changed, restarting', [may]);
    expect(draftOf(input)).toMatchObject({ kind: 'drift', renders: [{ digest: 'standby-1' }] });
    expect(stepsOf(input)[0]).toBe('standby: stopSequencer');
  });

  it('needs no stop before it is deleted', () => {
    const input = networkOf([{ role: 'sequencer', state: 'as wished' }], { leaving: leaving('standby') });
    expect(stepsOf(input)).toEqual(['standby: deleteComponent', 'standby: removeFinalizers']);
    expect(draftOf(input).warnings).toEqual([]);
  });

  it('goes after the active one when everything is taken down', () => {
    const input = networkOf([], {
      deleting: true,
      leaving: leaving('network', 'replica', 'standby', 'sequencer', 'batcher'),
    });
    expect(stepsOf(input).slice(0, 7)).toEqual([
      'sequencer: stopSequencer',
      'batcher: stopBatcher',
      'batcher: deleteComponent',
      'sequencer: deleteComponent',
      'standby: deleteComponent',
      'replica: deleteComponent',
      'network: deleteComponent',
    ]);
    expect(draftOf(input).warnings).toEqual(['the chain makes no blocks any more']);
  });

  it('is what the chain waits for when the active one is deleted', () => {
    const input = networkOf([{ role: 'standby', state: 'as wished' }], { leaving: leaving('sequencer') });
    expect(draftOf(input).warnings).toEqual(['the chain makes no blocks until another sequencer takes over']);
  });
});
