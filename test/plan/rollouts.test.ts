import { describe, expect, it } from 'vitest';
import { isWaiting } from '../../src/contract/plan.ts';
import { makePlan } from '../../src/plan/planner.ts';
import { change, draftOf, LIMITS, networkOf, refOf, type State, stepsOf } from './network-of.ts';

const STORE = 'network: storeConfig ✓';
const SEQUENCE = [
  'sequencer: no-foreign-sequencer',
  'sequencer: startSequencer',
  'sequencer: sequencing + single-sequencer ✓',
];

function all(state: State) {
  return networkOf([
    { role: 'replica', state },
    { role: 'batcher', state },
    { role: 'sequencer', state },
    { role: 'network', state },
  ]);
}

describe('a plan', () => {
  it('is not made when everything is as wished', () => {
    expect(makePlan(all('as wished'))).toEqual({ type: 'nothing' });
  });

  it('has step ids that can be read in a list of activities', () => {
    expect(draftOf(networkOf([{ role: 'batcher', state: 'new' }])).steps.map(({ id }) => id)).toEqual([
      '01-await-no-foreign-batcher/batcher',
      '02-apply-component/batcher',
      '03-await-batching/batcher',
    ]);
  });

  it('takes the limits of its steps from the spec', () => {
    const steps = draftOf(all('new')).steps.filter(({ gates }) => gates);
    const limits = steps.flatMap(({ gates, limitSeconds, gateTimeouts = { [String(gates)]: limitSeconds } }) =>
      Object.entries(gateTimeouts),
    );
    expect(limits).toEqual([
      ['l1-reachable', LIMITS.l1ReachableSeconds],
      ['config-matches-chain', LIMITS.l1ReachableSeconds],
      ['engine-ready', LIMITS.engineReadySeconds],
      ['derivation-caught-up', LIMITS.derivationSeconds],
      ['no-foreign-sequencer', LIMITS.foreignSequencerSeconds],
      ['sequencing', LIMITS.sequencingSeconds],
      ['single-sequencer', LIMITS.sequencingSeconds],
      // Money does not take as long to come as somebody else to be switched off.
      ['funds', LIMITS.batchingSeconds],
      ['no-foreign-batcher', LIMITS.foreignBatcherSeconds],
      ['batching', LIMITS.batchingSeconds],
      ['node-synced', LIMITS.nodeSyncSeconds],
    ]);
    for (const { gateTimeouts, gates, limitSeconds } of steps)
      if (gateTimeouts) {
        expect(Object.keys(gateTimeouts)).toEqual(gates);
        expect(Object.values(gateTimeouts).reduce((sum, limit) => sum + limit)).toBe(limitSeconds);
      }
  });

  it('says in one line what it is about, however many components there are', () => {
    expect(draftOf(all('changed')).summary).toBe('change acme: acme, replica, sequencer, batcher (4 steps)');
    const many = Array.from(
      { length: 50 },
      (_, n) => ({ role: 'replica', state: 'new', name: `replica-${n}` }) as const,
    );
    expect(draftOf(networkOf(many)).summary.length).toBeLessThanOrEqual(300);
  });

  it('applies only what it names as its renders', () => {
    const { steps, renders } = draftOf(all('new'));
    const applied = new Set(steps.flatMap(({ render }) => render ?? []));
    expect(renders.map(({ digest }) => digest).sort()).toEqual([...applied].sort());
  });
});

describe('a change of fork times', () => {
  const changesForks = { changesForks: true, replicas: 2 };
  const restarted = (desired: object) =>
    networkOf([
      { role: 'network', state: 'changed' },
      { role: 'replica', state: 'changed, restarting', desired },
      { role: 'standby', state: 'changed, restarting', desired: { ...desired, replicas: 1 } },
      { role: 'sequencer', state: 'changed, restarting', desired },
      { role: 'batcher', state: 'changed, restarting' },
    ]);

  it('asks every pod that has restarted for its times, and in the end whether all are on one chain', () => {
    expect(stepsOf(restarted(changesForks))).toEqual([
      STORE,
      'replica: applyComponent pods≥1, ready pod 1',
      'replica: node-synced + fork-ready pod 1',
      'replica: applyComponent pods≥0, ready pod 0',
      'replica: node-synced + fork-ready pod 0 ✓',
      'standby: applyComponent pods≥0, ready pod 0',
      'standby: node-synced + fork-ready pod 0 ✓',
      'sequencer: applyComponent pods≥0, ready',
      'sequencer: engine-ready',
      ...SEQUENCE.slice(0, 2),
      'sequencer: sequencing + single-sequencer + fork-ready ✓',
      'batcher: stopBatcher',
      'batcher: applyComponent pods≥0',
      'batcher: awaitPods',
      'batcher: batching ✓',
      'network: same-chain',
    ]);
  });

  it('is asked for nothing of the kind when the same pods restart for something else', () => {
    expect(stepsOf(restarted({ replicas: 2 })).filter((step) => /fork-ready|same-chain/.test(step))).toEqual([]);
  });

  it('is asked for nothing of the kind by a repair, which brings back the former times', () => {
    const input = networkOf([{ role: 'replica', state: 'changed and lost', desired: changesForks }]);
    expect(draftOf(input).kind).toBe('drift');
    expect(stepsOf(input).filter((step) => /fork-ready|same-chain/.test(step))).toEqual([]);
  });
});

describe('an install', () => {
  it('goes from the network to the sequencer, then the batcher, then the replicas', () => {
    expect(stepsOf(all('new'))).toEqual([
      'network: l1-reachable + config-matches-chain',
      STORE,
      'sequencer: applyComponent pods≥0, ready',
      'sequencer: engine-ready + derivation-caught-up',
      ...SEQUENCE,
      'batcher: funds + no-foreign-batcher',
      'batcher: applyComponent pods≥0, ready',
      'batcher: batching ✓',
      'replica: applyComponent pods≥0, ready',
      'replica: node-synced ✓',
    ]);
  });

  it('of replicas alone, which follow what somebody else runs, skips what they do not have', () => {
    const input = networkOf([
      { role: 'replica', state: 'new', name: 'open' },
      { role: 'replica', state: 'new', name: 'deriving' },
      { role: 'network', state: 'new' },
    ]);
    expect(stepsOf(input)).toEqual([
      'network: l1-reachable + config-matches-chain',
      STORE,
      ...['open', 'deriving'].flatMap((name) => [`${name}: applyComponent pods≥0, ready`, `${name}: node-synced ✓`]),
    ]);
    expect(draftOf(input)).toMatchObject({ kinds: ['install'], gapExpectedSeconds: 0, warnings: [] });
  });

  it('interrupts no blocks, because there are none', () => {
    expect(draftOf(all('new'))).toMatchObject({ kind: 'install', kinds: ['install'], gapExpectedSeconds: 0 });
  });

  it('goes on with what is left of it after a crash', () => {
    const input = networkOf([
      { role: 'network', state: 'as wished' },
      { role: 'sequencer', state: 'as wished' },
      { role: 'batcher', state: 'new' },
      { role: 'replica', state: 'new' },
    ]);
    expect(new Set(stepsOf(input).map((step) => step.split(':')[0]))).toEqual(new Set(['batcher', 'replica']));
  });

  it('is called an install although the network stores the keys and peers of the new node', () => {
    const input = networkOf([
      { role: 'network', state: 'changed' },
      { role: 'replica', state: 'new' },
    ]);
    expect(draftOf(input)).toMatchObject({ kind: 'install', kinds: ['install'] });
    expect(stepsOf(input)[0]).toBe(STORE);
  });

  it('waits for no pods of a replica that shall have none', () => {
    const input = networkOf([{ role: 'replica', state: 'new', desired: { replicas: 0 } }]);
    expect(stepsOf(input)).toEqual(['replica: applyComponent ✓']);
  });
});

describe('a change', () => {
  it('that restarts nothing applies and waits for nothing', () => {
    expect(stepsOf(all('changed'))).toEqual([
      STORE,
      ...['replica', 'sequencer', 'batcher'].map((name) => `${name}: applyComponent ✓`),
    ]);
    expect(draftOf(all('changed'))).toMatchObject({ kind: 'change', gapExpectedSeconds: 0 });
  });

  it('that restarts goes from replicas, as canaries, to the sequencer, then the batcher', () => {
    expect(stepsOf(all('changed, restarting'))).toEqual([
      STORE,
      'replica: applyComponent pods≥0, ready pod 0',
      'replica: node-synced pod 0 ✓',
      'sequencer: applyComponent pods≥0, ready',
      'sequencer: engine-ready',
      ...SEQUENCE,
      'batcher: stopBatcher',
      'batcher: applyComponent pods≥0',
      'batcher: awaitPods',
      'batcher: batching ✓',
    ]);
  });

  it('that restarts the sequencer says for about how long there are no blocks', () => {
    const { gapExpectedSeconds } = draftOf(networkOf([{ role: 'sequencer', state: 'changed, restarting' }]));
    expect(gapExpectedSeconds).toBeGreaterThanOrEqual(9);
    expect(draftOf(networkOf([{ role: 'batcher', state: 'changed, restarting' }])).gapExpectedSeconds).toBe(0);
    expect(draftOf(networkOf([{ role: 'replica', state: 'changed, restarting' }])).gapExpectedSeconds).toBe(0);
  });

  it('restarts one pod of a replica after the other, the highest first, each synced before the next', () => {
    const input = networkOf([{ role: 'replica', state: 'changed, restarting', desired: { replicas: 3 } }]);
    expect(stepsOf(input)).toEqual([
      'replica: applyComponent pods≥2, ready pod 2',
      'replica: node-synced pod 2',
      'replica: applyComponent pods≥1, ready pod 1',
      'replica: node-synced pod 1',
      'replica: applyComponent pods≥0, ready pod 0',
      'replica: node-synced pod 0 ✓',
    ]);
  });

  it('waits until the pods that a replica gets follow the chain, and moves none of those that it has', () => {
    const input = networkOf([{ role: 'replica', state: 'scaled up', desired: { replicas: 2 } }]);
    expect(stepsOf(input)).toEqual(['replica: applyComponent, ready', 'replica: node-synced ✓']);
  });

  it('waits for nothing when a replica gets fewer pods', () => {
    expect(stepsOf(networkOf([{ role: 'replica', state: 'scaled down' }]))).toEqual(['replica: applyComponent ✓']);
    const none = networkOf([{ role: 'replica', state: 'changed, restarting', desired: { replicas: 0 } }]);
    expect(stepsOf(none)).toEqual(['replica: applyComponent ✓']);
  });

  it('lets a newer revision take over anywhere but between a stop and what follows it', () => {
    const unsafe = draftOf(all('changed, restarting')).steps.filter(({ safePointAfter }) => !safePointAfter);
    expect(unsafe.map(({ type, component }) => `${component.name} ${type}`)).toEqual(['batcher stopBatcher']);
  });

  it('of a batcher can be left while its new pod does not become ready', () => {
    const { steps } = draftOf(networkOf([{ role: 'batcher', state: 'changed, restarting' }]));
    const waits = steps.flatMap((step, index) => (isWaiting(step) ? [steps[index - 1]?.safePointAfter] : []));
    expect(waits).toEqual([true, true]);
  });

  it('restarts replicas only after a new sequencer and a new batcher are there to be followed', () => {
    const input = networkOf([
      { role: 'replica', state: 'changed, restarting' },
      { role: 'replica', state: 'new', name: 'second' },
      { role: 'batcher', state: 'new' },
      { role: 'sequencer', state: 'new' },
      { role: 'network', state: 'changed' },
    ]);
    const order = [...new Set(stepsOf(input).map((step) => step.split(':')[0]))];
    expect(order).toEqual(['network', 'sequencer', 'batcher', 'replica', 'second']);
    expect(draftOf(input)).toMatchObject({ kind: 'change', kinds: ['change', 'install'] });
  });

  it('that was interrupted half-way is gone on with and not undone', () => {
    const input = networkOf([{ role: 'batcher', state: 'changed and half-way' }]);
    expect(draftOf(input)).toMatchObject({ kind: 'change', renders: [{ digest: 'batcher-2' }] });
  });

  it('that makes an object superfluous does not count its absence as damage', () => {
    const component = refOf('replica');
    const gone = { object: 'PodDisruptionBudget/replica', fields: [] };
    const changes = [change(component), change(component, { ...gone, action: 'delete' })];
    const input = networkOf([{ role: 'replica', state: 'changed', changes }]);
    const observed = input.observed.map((item) => ({
      ...item,
      drift: [change(component, { ...gone, action: 'create' })],
    }));
    expect(draftOf({ ...input, observed }).kind).toBe('change');
  });
});

describe('a repair', () => {
  it('of the network stores its files again, and asks nothing of L1', () => {
    expect(stepsOf(networkOf([{ role: 'network', state: 'drifted' }]))).toEqual([STORE]);
  });

  it('puts everything back before it waits for anything, but what another one may have replaced', () => {
    expect(stepsOf(all('lost'))).toEqual([
      STORE,
      'sequencer: stopSequencer',
      'sequencer: applyComponent',
      'replica: applyComponent',
      'sequencer: awaitPods',
      ...SEQUENCE,
      'batcher: no-foreign-batcher',
      'batcher: applyComponent',
      'batcher: awaitPods',
      'batcher: batching ✓',
      'replica: awaitPods',
      'replica: node-synced ✓',
    ]);
    expect(draftOf(all('lost'))).toMatchObject({ kind: 'drift', kinds: ['drift'], gapExpectedSeconds: 0 });
  });

  it('moves no pod unless somebody has tampered with their template', () => {
    for (const role of ['sequencer', 'batcher', 'replica'] as const) {
      expect(stepsOf(networkOf([{ role, state: 'drifted' }]))[0]).toBe(`${role}: applyComponent`);
      expect(stepsOf(networkOf([{ role, state: 'drifted in its template' }]))[0]).toBe(
        `${role}: applyComponent pods≥0`,
      );
    }
  });

  it('of a sequencer with another template says that blocks may pause', () => {
    const input = networkOf([{ role: 'sequencer', state: 'drifted in its template' }]);
    expect(draftOf(input).gapExpectedSeconds).toBeGreaterThan(0);
  });

  it('comes before what is wished elsewhere, so that it never waits for the approval of that', () => {
    const input = networkOf([
      { role: 'sequencer', state: 'changed, restarting' },
      { role: 'replica', state: 'new' },
      { role: 'batcher', state: 'lost' },
    ]);
    expect(draftOf(input)).toMatchObject({ kind: 'drift', renders: [{ digest: 'batcher-1' }] });
    expect(new Set(draftOf(input).steps.map(({ component }) => component.name))).toEqual(new Set(['batcher']));
  });

  it('that somebody keeps undoing holds up nothing else', () => {
    const input = networkOf([
      { role: 'replica', state: 'drifted' },
      { role: 'batcher', state: 'changed' },
    ]);
    expect(draftOf(input).kind).toBe('drift');
    expect(draftOf({ ...input, repairsHeld: true }).kind).toBe('change');
    expect(draftOf({ ...networkOf([{ role: 'replica', state: 'drifted' }]), repairsHeld: true }).kind).toBe('drift');
  });

  it('brings lost objects back as they were, before the component is changed', () => {
    const input = networkOf([{ role: 'sequencer', state: 'changed and lost' }]);
    const { kind, steps, renders } = draftOf(input);
    expect({ kind, renders }).toEqual({
      kind: 'drift',
      renders: [{ component: refOf('sequencer'), digest: 'sequencer-1' }],
    });
    expect(new Set(steps.flatMap(({ render }) => render ?? []))).toEqual(new Set(['sequencer-1']));
  });

  it('is made also of a component whose new wish is refused', () => {
    const input = networkOf([{ role: 'batcher', state: 'changed and lost', desired: { images: { batcher: 'b:2' } } }]);
    expect(draftOf(input).kind).toBe('drift');
  });
});

describe('a batcher that a change has stopped half-way', () => {
  const halfWay = networkOf([{ role: 'batcher', state: 'changed and half-way' }]);

  it('is gone on with, once nobody else batches', () => {
    expect(draftOf(halfWay).kind).toBe('change');
    expect(stepsOf(halfWay)).toEqual([
      'batcher: no-foreign-batcher',
      'batcher: stopBatcher',
      'batcher: applyComponent pods≥0',
      'batcher: awaitPods',
      'batcher: batching ✓',
    ]);
  });

  it('is started like a new one by a change that restarts nothing', () => {
    const component = refOf('batcher');
    const edited = networkOf([{ role: 'batcher', state: 'changed and half-way', changes: [change(component)] }]);
    expect(stepsOf(edited)).toEqual(stepsOf(networkOf([{ role: 'batcher', state: 'new' }])));
  });

  it('stays stopped without a question when that is wished', () => {
    const stopped = networkOf([{ role: 'batcher', state: 'changed and half-way', desired: { replicas: 0 } }]);
    expect(stepsOf(stopped)).toEqual(['batcher: stopBatcher', 'batcher: applyComponent ✓']);
  });

  it('is started again as it was, while the change waits for a person', () => {
    const { kind, steps } = draftOf({ ...halfWay, meanwhile: true });
    expect(kind).toBe('drift');
    expect(steps[0]).toMatchObject({ gates: ['no-foreign-batcher'] });
    expect(new Set(steps.flatMap(({ render }) => render ?? []))).toEqual(new Set(['batcher-1']));
  });

  it('leaves what else is half-way to the change', () => {
    expect(makePlan(networkOf([{ role: 'replica', state: 'changed and half-way' }], { meanwhile: true }))).toEqual({
      type: 'nothing',
    });
  });
});

describe('a sequencer that an interrupted change has left on its template', () => {
  const halfWay = networkOf([{ role: 'sequencer', state: 'changed, on its template' }]);
  const down = { ...halfWay, observed: halfWay.observed.map((item) => ({ ...item, cannotStart: true })) };

  it('goes on with the change, when nobody has to be asked', () => {
    expect(draftOf(down)).toMatchObject({ kind: 'change', renders: [{ digest: 'sequencer-2' }] });
  });

  it('is put back as it was when it can not start while the change waits for a person', () => {
    const { kind, steps, renders } = draftOf({ ...down, meanwhile: true });
    expect(kind).toBe('drift');
    expect(renders).toMatchObject([{ digest: 'sequencer-1' }]);
    expect(steps.slice(0, 2).map(({ type }) => type)).toEqual(['applyComponent', 'awaitPods']);
    expect(steps.flatMap(({ gates }) => gates ?? [])).toContain('single-sequencer');
  });

  it('is left to the change when it works', () => {
    expect(makePlan({ ...halfWay, meanwhile: true })).toEqual({ type: 'nothing' });
  });
});

describe('pods that an interrupted change has left on its template', () => {
  const strays = (role: 'sequencer' | 'batcher' | 'replica', state: State, more: object = {}) =>
    networkOf([{ role, state, strayPods: [`${role}-0`], ...more }]);

  it('are drift when nothing else is different, and restart', () => {
    for (const role of ['sequencer', 'batcher', 'replica'] as const) {
      const input = strays(role, 'as wished');
      expect(draftOf(input)).toMatchObject({
        kind: 'drift',
        changes: [{ object: `Pod/${role}-0`, restartsPods: true }],
        renders: [{ digest: `${role}-1` }],
      });
      expect(stepsOf(input)[0]).toBe(`${role}: applyComponent pods≥0`);
      expect(stepsOf(input)).toEqual(stepsOf(networkOf([{ role, state: 'drifted in its template' }])));
    }
  });

  it.each(['changed', 'rendered differently'] as const)(
    'restart with what is %s, as if that asked for it, and the plan says why',
    (state) => {
      for (const role of ['sequencer', 'batcher', 'replica'] as const) {
        const input = strays(role, state);
        const restarting = networkOf([{ role, state: `${state}, restarting` }]);
        expect(stepsOf(input)).toEqual(stepsOf(restarting));
        const { changes, gapExpectedSeconds } = draftOf(input);
        expect(gapExpectedSeconds).toBe(draftOf(restarting).gapExpectedSeconds);
        expect(changes.map(({ object, restartsPods }) => [object, restartsPods])).toEqual([
          [`StatefulSet/${role}`, false],
          [`Pod/${role}-0`, true],
        ]);
      }
    },
  );

  it('restart one after the other in a replica that is scaled up as well', () => {
    expect(stepsOf(strays('replica', 'scaled up', { desired: { replicas: 2 } })).slice(0, 4)).toEqual([
      'replica: applyComponent pods≥1, ready pod 1',
      'replica: node-synced pod 1',
      'replica: applyComponent pods≥0, ready pod 0',
      'replica: node-synced pod 0 ✓',
    ]);
  });

  it.each(['new', 'changed, restarting', 'changed and half-way', 'drifted in its template'] as const)(
    'make no other plan of what is %s, however far that has come',
    (state) => {
      for (const role of ['sequencer', 'batcher', 'replica'] as const)
        expect(draftOf(strays(role, state))).toEqual(draftOf(networkOf([{ role, state }])));
    },
  );

  it('are left to the change when lost objects are brought back before it', () => {
    const input = strays('batcher', 'changed and lost');
    expect(draftOf(input)).toEqual(draftOf(networkOf([{ role: 'batcher', state: 'changed and lost' }])));
  });
});

describe('what a new operator renders differently', () => {
  it('is a plan of its own kind', () => {
    expect(draftOf(all('rendered differently, restarting'))).toMatchObject({
      kind: 'operatorUpdate',
      kinds: ['operatorUpdate'],
    });
    expect(draftOf(all('rendered differently, restarting')).gapExpectedSeconds).toBeGreaterThan(0);
  });

  it('holds up no repair of its component while it waits for a person', () => {
    const input = networkOf([{ role: 'replica', state: 'rendered differently' }]);
    const edited = change(refOf('replica'), { object: 'Service/replica' });
    const observed = input.observed.map((item) => ({ ...item, drift: [edited] }));
    expect(draftOf({ ...input, observed }).kind).toBe('operatorUpdate');
    expect(draftOf({ ...input, observed, meanwhile: true })).toMatchObject({
      kind: 'drift',
      renders: [{ digest: 'replica-1' }],
    });
  });

  it('stays out of a repair', () => {
    const input = networkOf([
      { role: 'sequencer', state: 'rendered differently, restarting' },
      { role: 'network', state: 'rendered differently' },
      { role: 'replica', state: 'drifted' },
    ]);
    expect(new Set(draftOf(input).steps.map(({ component }) => component.name))).toEqual(new Set(['replica']));
  });

  it("stays out of a user's change, but for the stored files that the changed pods may name", () => {
    const input = networkOf([
      { role: 'sequencer', state: 'rendered differently, restarting' },
      { role: 'network', state: 'rendered differently' },
      { role: 'batcher', state: 'changed, restarting' },
    ]);
    const { kind, kinds, gapExpectedSeconds } = draftOf(input);
    expect({ kind, kinds, gapExpectedSeconds }).toEqual({ kind: 'change', kinds: ['change'], gapExpectedSeconds: 0 });
    expect(stepsOf(input).slice(0, 2)).toEqual([STORE, 'batcher: stopBatcher']);
    expect(stepsOf(input).some((step) => step.startsWith('sequencer'))).toBe(false);
  });
});

describe('a warning about the settings', () => {
  it('is shown with every plan that brings the wish about, and not with a repair of what was approved', () => {
    const warnings = ['OpBatcher/acme-batcher: maxChannelDuration: 0 lets a quiet chain wait'];
    const of = (state: 'new' | 'changed' | 'drifted') => draftOf(networkOf([{ role: 'batcher', state }], { warnings }));
    expect(of('new').warnings).toEqual(warnings);
    expect(of('changed').warnings).toEqual(warnings);
    expect(of('drifted')).toMatchObject({ kind: 'drift', warnings: [] });
  });
});
