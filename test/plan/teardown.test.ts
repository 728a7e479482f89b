import { describe, expect, it } from 'vitest';
import { approval } from '../../src/api/approval.ts';
import { approvalRequired } from '../../src/plan/approval-policy.ts';
import { draftOf, leaving, networkOf, stepsOf } from './network-of.ts';

const running = [
  { role: 'network', state: 'as wished' },
  { role: 'sequencer', state: 'as wished' },
  { role: 'batcher', state: 'as wished' },
  { role: 'replica', state: 'as wished' },
] as const;

describe('a teardown', () => {
  it('of everything stops the sequencer, then the batcher, then takes all away, and lets go of the objects last', () => {
    const input = networkOf([], { deleting: true, leaving: leaving('network', 'replica', 'sequencer', 'batcher') });
    expect(stepsOf(input)).toEqual([
      'sequencer: stopSequencer',
      'batcher: stopBatcher',
      'batcher: deleteComponent',
      'sequencer: deleteComponent',
      'replica: deleteComponent',
      'network: deleteComponent',
      'batcher: removeFinalizers',
      'sequencer: removeFinalizers',
      'replica: removeFinalizers',
      'network: removeFinalizers',
    ]);
    expect(draftOf(input)).toMatchObject({
      kind: 'teardown',
      kinds: ['teardown'],
      renders: [],
      warnings: ['the chain makes no blocks any more'],
    });
  });

  it('of replicas alone stops nobody, and says nothing about blocks', () => {
    const input = networkOf([], { deleting: true, leaving: leaving('network', 'replica') });
    expect(stepsOf(input)).toEqual([
      'replica: deleteComponent',
      'network: deleteComponent',
      'replica: removeFinalizers',
      'network: removeFinalizers',
    ]);
    expect(draftOf(input)).toMatchObject({ warnings: [] });
  });

  it('of one component leaves all others alone', () => {
    const input = networkOf(running, { leaving: leaving('replica') });
    expect(stepsOf(input)).toEqual(['replica: deleteComponent', 'replica: removeFinalizers']);
    expect(draftOf(input)).toMatchObject({ warnings: [], summary: 'teardown acme: replica (2 steps)' });
  });

  it('drains nothing in a namespace that ends: nothing can be verified there', () => {
    const input = networkOf([], {
      deleting: true,
      namespaceTerminating: true,
      leaving: leaving('batcher', 'sequencer', 'network'),
    });
    expect(stepsOf(input).filter((step) => /stop/.test(step))).toEqual([]);
    expect(stepsOf(input).at(-1)).toBe('network: removeFinalizers');
  });

  it('comes before every other transition', () => {
    const input = networkOf(
      [
        { role: 'network', state: 'lost' },
        { role: 'sequencer', state: 'changed, restarting' },
      ],
      { leaving: leaving('batcher') },
    );
    expect(draftOf(input).kind).toBe('teardown');
  });

  it.each([
    ['of the sequencer of a network that stays asks whoever is asked about interruptions', {}, true],
    ['of the whole network asks nobody', { deleting: true }, false],
    ['in a namespace that ends asks nobody', { namespaceTerminating: true }, false],
  ])('%s', (_, more, asked) => {
    const going = leaving('sequencer').map((item) => ({ ...item, sequences: true }) as const);
    const draft = draftOf(networkOf(running.slice(2), { leaving: going, ...more }));
    expect(approvalRequired(draft, approval.parse({}))).toBe(asked);
    expect(approvalRequired(draft, undefined)).toBe(asked);
    expect(approvalRequired(draft, approval.parse({ interruptions: 'Automatic' }))).toBe(false);
  });

  it('of a sequencer that never ran, or of anything else, is none', () => {
    for (const role of ['sequencer', 'standby', 'batcher', 'replica'] as const) {
      const draft = draftOf(networkOf(running, { leaving: leaving(role) }));
      expect(approvalRequired(draft, approval.parse({}))).toBe(false);
    }
  });

  it('that waits for a person holds up no repair of what stays', () => {
    const input = networkOf(
      [
        { role: 'sequencer', state: 'lost' },
        { role: 'replica', state: 'changed' },
      ],
      { leaving: leaving('batcher'), meanwhile: true },
    );
    const { kind, steps } = draftOf(input);
    expect([kind, ...new Set(steps.map(({ component }) => component.name))]).toEqual(['drift', 'sequencer']);
  });

  it('says what is deleted', () => {
    const input = networkOf(running, { leaving: leaving('batcher') });
    expect(draftOf(input).changes.map(({ object, action }) => `${action} ${object}`)).toEqual([
      'delete OpBatcher/batcher',
    ]);
  });
});
