/**
 * The steps of one component, one function for each way it can change. The order inside a section is the protocol
 * of design/plans.md; the order of sections is the planner's.
 */
import type { ComponentRef, GateName, Step, StepType } from '../contract/plan.ts';
import type { DesiredComponent, StepLimits } from './desired.ts';

/** A step before it has its number. */
export type StepDraft = Omit<Step, 'id'>;

interface StepOptions extends Partial<Pick<Step, 'render' | 'partition' | 'ordinal' | 'safePointAfter'>> {
  readonly limitSeconds?: number;
}

function step(type: StepType, component: ComponentRef, summary: string, options: StepOptions = {}): StepDraft {
  const { limitSeconds = 300, safePointAfter = true, ...rest } = options;
  return { type, component, summary, limitSeconds, safePointAfter, ...rest };
}

function gate(
  name: GateName,
  component: ComponentRef,
  summary: string,
  limitSeconds: number,
  options: StepOptions = {},
): StepDraft {
  return { ...step('awaitGate', component, summary, { ...options, limitSeconds }), gate: name };
}

function apply(of: DesiredComponent, options: StepOptions = {}): StepDraft {
  const pods =
    options.partition === undefined ? '' : options.partition === 0 ? ', all pods' : `, pod ${options.partition}`;
  return step('applyComponent', of.component, `apply ${of.component.name}${pods}`, { render: of.render, ...options });
}

function awaitPods(of: DesiredComponent, limits: StepLimits, options: StepOptions = {}): StepDraft {
  const which = options.ordinal === undefined ? 'pods' : `pod ${options.ordinal}`;
  return step('awaitPods', of.component, `wait until ${which} of ${of.component.name} are ready`, {
    render: of.render,
    limitSeconds: limits.podsSeconds,
    ...options,
  });
}

function verify(of: DesiredComponent): StepDraft {
  return step('verify', of.component, `record ${of.component.name} as rolled out`, { render: of.render });
}

/** Chain configuration, key copies, peers and the sequencers ConfigMap: what all components read. */
export function storeNetwork(of: DesiredComponent, limits: StepLimits, options: { checkChain: boolean }): StepDraft[] {
  const { component } = of;
  return [
    ...(options.checkChain
      ? [
          gate('l1-reachable', component, 'L1 answers, is synced and is the right chain', limits.l1ReachableSeconds),
          gate(
            'config-matches-chain',
            component,
            'rollup config, genesis and L1 contracts agree',
            limits.l1ReachableSeconds,
          ),
        ]
      : []),
    step('storeConfig', component, `store chain configuration, keys and peers of ${component.name}`, {
      render: of.render,
    }),
    verify(of),
  ];
}

export function installSequencer(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  const { component } = of;
  const { name } = component;
  return [
    apply(of, { partition: 0 }),
    awaitPods(of, limits),
    engineReady(of, limits),
    gate('derivation-caught-up', component, `${name} has derived up to the L1 head`, limits.derivationSeconds),
    ...sequence(of, limits),
    verify(of),
  ];
}

/** After these steps the node sequences, alone, and will again after a restart. One that does already is left as it is. */
function sequence({ component }: DesiredComponent, limits: StepLimits): StepDraft[] {
  const { name } = component;
  return [
    gate('no-foreign-sequencer', component, 'nobody else sequences this chain', limits.foreignSequencerSeconds),
    step('startSequencer', component, `start sequencing on ${name}`),
    gate('sequencing', component, `${name} makes blocks`, limits.sequencingSeconds),
    gate('single-sequencer', component, `${name} is the only active sequencer`, limits.sequencingSeconds),
  ];
}

/** The pod restarts and goes on sequencing by its key in the sequencers ConfigMap, unless somebody has stopped it. */
export function changeSequencer(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  return [
    apply(of, { partition: 0 }),
    awaitPods(of, limits),
    engineReady(of, limits),
    ...sequence(of, limits),
    verify(of),
  ];
}

export function installBatcher(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  return [
    nobodyElseBatches(of, limits),
    apply(of, { partition: 0 }),
    awaitPods(of, limits),
    batching(of, limits),
    verify(of),
  ];
}

export function nobodyElseBatches({ component }: DesiredComponent, limits: StepLimits): StepDraft {
  return gate('no-foreign-batcher', component, 'nobody else batches with this key', limits.foreignBatcherSeconds);
}

/**
 * Asked before there is a pod: what L1 would refuse is not tried for hours. That there is at most one is the promise of
 * its StatefulSet. The first proposal may be due in hours: it is waited for by health and not here.
 */
export function startProposer(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  const { component } = of;
  return [
    gate('proposer-permitted', component, `L1 would accept a proposal from ${component.name}`, limits.proposingSeconds),
    apply(of, { partition: 0 }),
    awaitPods(of, limits),
    verify(of),
  ];
}

export function startChallenger(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  return [apply(of, { partition: 0 }), awaitPods(of, limits), challenging(of, limits), verify(of)];
}

/** A sender that is to stay, with nothing that runs. */
export function stopSender(of: DesiredComponent): StepDraft[] {
  return [...stop(of.component, of.role), apply(of), verify(of)];
}

/** Stopped before it is started again: at no moment are there two. */
export function changeBatcher(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  const { component } = of;
  return [
    step('stopBatcher', component, `stop ${component.name} and wait until its last transaction is on L1`, {
      safePointAfter: false,
    }),
    apply(of, { partition: 0 }),
    awaitPods(of, limits),
    batching(of, limits),
    verify(of),
  ];
}

export function installReplica(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  return [apply(of, { partition: 0 }), ...nodesWork(of, limits), verify(of)];
}

/** More pods of the template that runs: those that are there do not move. */
export function scaleReplica(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  return [apply(of), ...nodesWork(of, limits), verify(of)];
}

/** A replica of no pods has nothing that could follow. */
function nodesWork(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  return of.replicas === 0 ? [] : [awaitPods(of, limits), nodeSynced(of, limits)];
}

/** One pod after the other, the highest ordinal first, each synced before the next one restarts. */
export function changeReplica(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  const ordinals = Array.from({ length: of.replicas }, (_, index) => of.replicas - 1 - index);
  return [
    ...ordinals.flatMap((ordinal) => [
      apply(of, { partition: ordinal }),
      awaitPods(of, limits, { ordinal }),
      nodeSynced(of, limits, ordinal),
    ]),
    ...(ordinals.length === 0 ? [apply(of)] : []),
    verify(of),
  ];
}

/** A change that restarts nothing. */
export function changeInPlace(of: DesiredComponent): StepDraft[] {
  return [apply(of), verify(of)];
}

/**
 * The last verified render again. Pods move only when their template was tampered with: a pod that took another one
 * would keep it for ever, and one that did not take it is left alone by its StatefulSet.
 */
export function restore(
  of: DesiredComponent,
  options: { readonly restarts: boolean; readonly stopped: boolean },
): StepDraft[] {
  const back = apply(of, options.restarts ? { partition: 0 } : {});
  // A sequencer that was away does not go on by itself: somebody else may have taken over meanwhile.
  return of.role === 'sequencer' && options.stopped
    ? [keepStopped(of, `keep ${of.component.name} from sequencing until that is known to be safe`), back]
    : [back];
}

export function keepStopped({ component }: DesiredComponent, summary: string): StepDraft {
  return step('stopSequencer', component, summary);
}

/** The component that was put back works. */
export function confirmRepair(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  switch (of.role) {
    case 'sequencer':
      return [awaitPods(of, limits), ...sequence(of, limits), verify(of)];
    case 'batcher':
      return [awaitPods(of, limits), batching(of, limits), verify(of)];
    case 'proposer':
      return [awaitPods(of, limits), verify(of)];
    case 'challenger':
      return [awaitPods(of, limits), challenging(of, limits), verify(of)];
    default:
      return [...nodesWork(of, limits), verify(of)];
  }
}

function engineReady({ component }: DesiredComponent, limits: StepLimits): StepDraft {
  const summary = `execution client of ${component.name} answers with the right chain and genesis`;
  return gate('engine-ready', component, summary, limits.engineReadySeconds);
}

function batching({ component }: DesiredComponent, limits: StepLimits): StepDraft {
  const summary = `batches of ${component.name} arrive on L1 and the safe head rises`;
  return gate('batching', component, summary, limits.batchingSeconds);
}

function challenging({ component }: DesiredComponent, limits: StepLimits): StepDraft {
  return gate('challenging', component, `${component.name} follows L1 and could act`, limits.challengingSeconds);
}

function nodeSynced(of: DesiredComponent, limits: StepLimits, ordinal?: number): StepDraft {
  const who = ordinal === undefined ? of.component.name : `${of.component.name}-${ordinal}`;
  return gate(
    'node-synced',
    of.component,
    `${who} follows the chain`,
    limits.nodeSyncSeconds,
    ordinal === undefined ? {} : { ordinal },
  );
}

/** How long the last batches of a stopped sequencer may take to arrive, as long as they do arrive. */
const LAST_BATCHES_SECONDS = 900;

/** Ends what a component does, with nothing left half-sent. What does nothing by itself has nothing to end. */
export function stop(component: ComponentRef, role: DesiredComponent['role']): StepDraft[] {
  const { name } = component;
  switch (role) {
    case 'sequencer':
      return [
        step('stopSequencer', component, `stop sequencing on ${name}, and bring its last blocks to L1`, {
          limitSeconds: LAST_BATCHES_SECONDS,
        }),
      ];
    case 'batcher':
      return [step('stopBatcher', component, `stop ${name} and wait until its last transaction is on L1`)];
    case 'proposer':
    case 'challenger':
      return [step('scaleDown', component, `stop ${name}`)];
    default:
      return [];
  }
}

export function remove(component: ComponentRef): StepDraft {
  return step('deleteComponent', component, `delete ${component.name}`);
}

export function releaseFinalizers(component: ComponentRef): StepDraft {
  return step('removeFinalizers', component, `let go of ${component.name}`);
}
