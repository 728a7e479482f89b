/**
 * Every place at which a crash is played: before and after each step, each effect inside of it, and each part of a look
 * or a report. fault-points.test.ts holds this table against the sources: what is missing here fails there.
 */
import type { StepType } from '../../src/contract/plan.ts';

/** What the steps do to the world, by the names that they give to `act`. */
export const EFFECTS: Readonly<Record<StepType | 'complete', readonly string[]>> = {
  storeConfig: ['finalizer', 'apply', 'create', 'identity', 'peers', 'sequencers', 'service'],
  applyComponent: ['finalizer', 'apply', 'prune', 'replicas'],
  deleteComponent: ['delete', 'delete-pod'],
  awaitPods: ['replicas'],
  awaitGate: [],
  awaitOnChain: ['pending'],
  stopBatcher: ['scale', 'delete-pod'],
  scaleDown: ['scale', 'delete-pod'],
  startSequencer: ['allow', 'service', 'start', 'stop-other'],
  stopSequencer: ['allow', 'flush', 'stop'],
  handOverSequencer: ['allow', 'delete-pod', 'service', 'start', 'stop', 'stop-other'],
  removeFinalizers: ['audit', 'finalizer'],
  /** At the end of whichever step is the last of a component. */
  complete: ['rest', 'status'],
};

/**
 * What the steps about sequencers ask programs, by the names that they give to `ask`: each is a point before (`asks`) and
 * after it (`answered`).
 */
export const MOMENTS = {
  /** Who sequences; whether the candidate answers; heads, as they are compared; the next block; then, in this order. */
  handOverSequencer: [
    'who',
    'answers',
    'equal-heads',
    'new-head',
    'last-block',
    'first-block',
    // Of one that has not said itself that it has stopped.
    'proof',
    // Of the old one, where nobody sequences and the candidate is silent.
    'rest',
    // Of whoever starts where nobody has handed over.
    'own-head',
  ],
} as const;

/** Points outside of steps. */
export const ENTITY_POINTS = [
  'look/adopt/before',
  'look/store/before',
  'look/prune/before',
  'report/<happening>/before',
  'report/status/before',
  'report/status/after',
] as const;

/** Effects that need more than one chain with one sequencer, one batcher and one replica, changed once. */
const ELSEWHERE = [
  ...['step', ...EFFECTS.handOverSequencer].map((effect) => `handOverSequencer/${effect}`), // hand-over.test.ts
  'storeConfig/identity', // a key of an identity that is missing in a Secret of ours
  'storeConfig/sequencers', // a second sequencer that joins
  'applyComponent/prune', // an object that a later render no longer has
  'applyComponent/replicas', // a StatefulSet that somebody scales while its pods are waited for
  'awaitPods/replicas',
  'awaitOnChain/step', // contracts that their owners upgrade
  'awaitOnChain/pending',
  'deleteComponent/delete-pod', // a pod whose StatefulSet somebody has deleted without it
  'stopBatcher/delete-pod',
  'scaleDown/delete-pod',
  'startSequencer/stop-other', // a second sequencer that was started by hand
];

/** Where a look comes to when a status has lost what is rolled out, or after a death between two effects of `complete`. */
export const AT_TIMES = 'look/adopt/before';

/** Points of a look that these plans do not come to. */
const NEVER_AFTER_ONE_CHANGE: readonly string[] = [
  AT_TIMES,
  'look/prune/before', // a render that is neither the last nor the one before: it takes a second change of a component
];

/** All points that an install, a change of the batcher and a teardown have. */
export function playedPoints(): string[] {
  const effects = Object.entries(EFFECTS).flatMap(([type, names]) =>
    (type === 'complete' ? names : ['step', ...names]).map((name) => `${type}/${name}`),
  );
  const inSteps = effects
    .filter((effect) => !ELSEWHERE.includes(effect))
    .flatMap((effect) => [`${effect}/before`, `${effect}/after`]);
  const happenings = ['planProposed', 'planApproved', 'planStarted', 'planFinished'];
  const ofEntity = ENTITY_POINTS.filter((point) => !NEVER_AFTER_ONE_CHANGE.includes(point)).flatMap((point) =>
    happenings.map((happening) => point.replace('<happening>', happening)),
  );
  return [...new Set([...inSteps, ...ofEntity])];
}

/** `npm run chaos` plays all of them, `npm test` a sample. */
export const ALL = process.env['OPSTACK_CHAOS'] === 'all';
