/**
 * The steps of one component, one function for each way it can change. The order inside a section is the protocol
 * of design/plans.md; the order of sections is the planner's.
 */
import type { ComponentRef, ContractsUpgrade, GateName, GateTimeouts, Step, StepType } from '../contract/plan.ts';
import type { DesiredComponent, StepLimits } from './desired.ts';

/** A step before it has its number. */
export type StepDraft = Omit<Step, 'id'>;

interface StepOptions
  extends Partial<
    Pick<
      Step,
      | 'render'
      | 'partition'
      | 'ordinal'
      | 'safePointAfter'
      | 'gates'
      | 'gateTimeouts'
      | 'awaitsPods'
      | 'completes'
      | 'from'
      | 'onChain'
      | 'pointOfNoReturn'
    >
  > {
  readonly limitSeconds?: number;
}

function step(type: StepType, component: ComponentRef, summary: string, options: StepOptions = {}): StepDraft {
  const { limitSeconds = 300, safePointAfter = true, ...rest } = options;
  return { type, component, summary, limitSeconds, safePointAfter, ...rest };
}

function gate(limits: GateTimeouts, component: ComponentRef, summary: string, options: StepOptions = {}): StepDraft {
  const gates = Object.keys(limits) as GateName[];
  const limitSeconds = Object.values(limits).reduce((sum, seconds) => sum + seconds, 0);
  const each = gates.length > 1 ? { gateTimeouts: limits } : {};
  return step('awaitGate', component, summary, { ...options, limitSeconds, gates, ...each });
}

/** Nothing that runs moves. */
function apply(of: DesiredComponent, options: StepOptions = {}): StepDraft {
  return step('applyComponent', of.component, `apply ${of.component.name}`, { render: of.render, ...options });
}

/** Pods take the new template, and are waited for. */
function applyPods(of: DesiredComponent, limits: StepLimits, options: StepOptions = {}): StepDraft {
  const { ordinal } = options;
  const which = ordinal === undefined ? 'its pods are' : `pod ${ordinal} is`;
  return step('applyComponent', of.component, `apply ${of.component.name} and wait until ${which} ready`, {
    render: of.render,
    limitSeconds: limits.podsSeconds,
    awaitsPods: true,
    ...options,
  });
}

function awaitPods(of: DesiredComponent, limits: StepLimits): StepDraft {
  return step('awaitPods', of.component, `wait until pods of ${of.component.name} are ready`, {
    render: of.render,
    limitSeconds: limits.podsSeconds,
  });
}

/** The last of a component's steps: after it the component counts as rolled out. */
function completing(steps: readonly StepDraft[], { render }: DesiredComponent): StepDraft[] {
  return steps.map((draft, index) => (index === steps.length - 1 ? { ...draft, render, completes: true } : draft));
}

/** Chain configuration, key copies, peers and the sequencers ConfigMap: what all components read. */
export function storeNetwork(of: DesiredComponent, limits: StepLimits, options: { checkChain: boolean }): StepDraft[] {
  const { component } = of;
  const summary = 'L1 is the right chain; rollup config, genesis and L1 contracts agree';
  const gates = { 'l1-reachable': limits.l1ReachableSeconds, 'config-matches-chain': limits.l1ReachableSeconds };
  return completing(
    [
      ...(options.checkChain ? [gate(gates, component, summary)] : []),
      step('storeConfig', component, `store chain configuration, keys and peers of ${component.name}`),
    ],
    of,
  );
}

export function installSequencer(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  const { component } = of;
  const summary = `execution client of ${component.name} is of this chain, and it has derived up to the L1 head`;
  const gates = { 'engine-ready': limits.engineReadySeconds, 'derivation-caught-up': limits.derivationSeconds };
  return completing(
    [applyPods(of, limits, { partition: 0 }), gate(gates, component, summary), ...sequence(of, limits)],
    of,
  );
}

/** After these steps the node sequences, alone, and will again after a restart. One that does already is left as it is. */
function sequence(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  const { component } = of;
  const { name } = component;
  const works = `${name} makes blocks, and is the only active sequencer`;
  return [
    gate({ 'no-foreign-sequencer': limits.foreignSequencerSeconds }, component, 'nobody else sequences this chain'),
    step('startSequencer', component, `start sequencing on ${name}`),
    gate(
      {
        sequencing: limits.sequencingSeconds,
        'single-sequencer': limits.sequencingSeconds,
        ...forkReady(of, limits),
      },
      component,
      works,
    ),
  ];
}

/**
 * Another sequencer takes over, without a missed block. It follows first: whoever has not the last block is never
 * started, and nothing is stopped for it.
 * @param to OpNode that is to sequence
 */
export function handOver(from: string, to: string, limits: StepLimits): StepDraft[] {
  const component = { kind: 'OpNode', name: to } as const;
  const works = `${to} makes blocks, and is the only active sequencer`;
  return [
    gate({ 'node-synced': limits.nodeSyncSeconds }, component, `${to} has the blocks of ${from}`),
    step('handOverSequencer', component, `hand over from ${from} to ${to}`, { from }),
    gate({ sequencing: limits.sequencingSeconds, 'single-sequencer': limits.sequencingSeconds }, component, works),
  ];
}

/** The pod restarts and goes on sequencing by its key in the sequencers ConfigMap, unless somebody has stopped it. */
export function changeSequencer(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  const summary = `execution client of ${of.component.name} answers with the right chain and genesis`;
  return completing(
    [
      applyPods(of, limits, { partition: 0 }),
      gate({ 'engine-ready': limits.engineReadySeconds }, of.component, summary),
      ...sequence(of, limits),
    ],
    of,
  );
}

export function installBatcher(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  const { component } = of;
  const summary = `${component.name} can pay, and nobody else batches with its key`;
  return completing(
    [
      gate({ funds: limits.batchingSeconds, 'no-foreign-batcher': limits.foreignBatcherSeconds }, component, summary),
      applyPods(of, limits, { partition: 0 }),
      batching(of, limits),
    ],
    of,
  );
}

export function nobodyElseBatches({ component }: DesiredComponent, limits: StepLimits): StepDraft {
  const summary = 'nobody else batches with this key';
  return gate({ 'no-foreign-batcher': limits.foreignBatcherSeconds }, component, summary);
}

/**
 * Asked before there is a pod: what L1 would refuse is not tried for hours. That there is at most one is the promise of
 * its StatefulSet. The first proposal may be due in hours: it is waited for by health and not here.
 */
export function startProposer(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  const summary = `${of.component.name} can pay, and L1 would accept a proposal of it`;
  return completing(
    [
      gate({ funds: limits.proposingSeconds, 'proposer-permitted': limits.proposingSeconds }, of.component, summary),
      applyPods(of, limits, { partition: 0 }),
    ],
    of,
  );
}

export function startChallenger(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  return completing([applyPods(of, limits, { partition: 0 }), challenging(of, limits)], of);
}

/** A sender that is to stay, with nothing that runs. */
export function stopSender(of: DesiredComponent): StepDraft[] {
  return completing([...stop(of.component, of.role), apply(of)], of);
}

/** Stopped before it is started again: at no moment are there two. */
export function changeBatcher(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  const { component } = of;
  return completing(
    [
      step('stopBatcher', component, `stop ${component.name} and wait until its last transaction is on L1`, {
        safePointAfter: false,
      }),
      // Without waiting, so that it can be left when the pod of the new template never becomes ready.
      apply(of, { partition: 0 }),
      awaitPods(of, limits),
      batching(of, limits),
    ],
    of,
  );
}

export function installReplica(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  return of.replicas === 0
    ? changeInPlace(of)
    : completing([applyPods(of, limits, { partition: 0 }), nodeSynced(of, limits)], of);
}

/** More pods of the template that runs: those that are there do not move. */
export function scaleReplica(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  return completing([applyPods(of, limits), nodeSynced(of, limits)], of);
}

/** One pod after the other, the highest ordinal first, each synced before the next one restarts. */
export function changeReplica(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  const ordinals = Array.from({ length: of.replicas }, (_, index) => of.replicas - 1 - index);
  const steps = ordinals.flatMap((ordinal) => [
    applyPods(of, limits, { partition: ordinal, ordinal }),
    nodeSynced(of, limits, ordinal),
  ]);
  return ordinals.length === 0 ? changeInPlace(of) : completing(steps, of);
}

/** A change that restarts nothing. */
export function changeInPlace(of: DesiredComponent): StepDraft[] {
  return completing([apply(of)], of);
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
  const pods = awaitPods(of, limits);
  switch (of.role) {
    case 'sequencer':
      return completing([pods, ...sequence(of, limits)], of);
    case 'batcher':
      return completing([pods, batching(of, limits)], of);
    case 'proposer':
      return completing([pods], of);
    case 'challenger':
      return completing([pods, challenging(of, limits)], of);
    default:
      // A replica of no pods has nothing that could follow.
      return completing(of.replicas === 0 ? [pods] : [pods, nodeSynced(of, limits)], of);
  }
}

function batching({ component }: DesiredComponent, limits: StepLimits): StepDraft {
  const summary = `batches of ${component.name} arrive on L1 and the safe head rises`;
  return gate({ batching: limits.batchingSeconds }, component, summary);
}

function challenging({ component }: DesiredComponent, limits: StepLimits): StepDraft {
  const summary = `${component.name} can pay, follows L1 and could act`;
  const gates = { funds: limits.challengingSeconds, challenging: limits.challengingSeconds };
  return gate(gates, component, summary);
}

/** What has a challenger ready for games that nobody has made yet. */
export function confirmChallenger(of: DesiredComponent, limits: StepLimits): StepDraft[] {
  return [challenging(of, limits)];
}

/**
 * Waits for others. From then on there is no safe point until the proposer runs again: L1 does not go back, and what
 * would be left is a chain without proposals.
 */
export function awaitUpgrade(network: ComponentRef, upgrade: ContractsUpgrade, limits: StepLimits): StepDraft {
  const { gameType } = upgrade;
  return step('awaitOnChain', network, `the owners of the L1 contracts upgrade them to games of type ${gameType}`, {
    limitSeconds: limits.onChainSeconds,
    onChain: upgrade,
    safePointAfter: false,
    pointOfNoReturn: `L1 respects games of type ${gameType} by now, and what ran before proposes others: go on instead, with retry`,
  });
}

function nodeSynced(of: DesiredComponent, limits: StepLimits, ordinal?: number): StepDraft {
  const who = ordinal === undefined ? of.component.name : `${of.component.name}-${ordinal}`;
  return gate(
    { 'node-synced': limits.nodeSyncSeconds, ...forkReady(of, limits) },
    of.component,
    `${who} follows the chain`,
    ordinal === undefined ? {} : { ordinal },
  );
}

/** Its pods have restarted with other fork times: the gate follows those that wait until it works again. */
function forkReady({ changesForks }: DesiredComponent, limits: StepLimits): GateTimeouts {
  return changesForks ? { 'fork-ready': limits.engineReadySeconds } : {};
}

/** Fork times may have been put right after a fork: who has missed it is on a chain of its own, and looks healthy. */
export function sameChain(network: ComponentRef, limits: StepLimits): StepDraft {
  const summary = `all nodes of ${network.name} have the same safe blocks`;
  return gate({ 'same-chain': limits.nodeSyncSeconds }, network, summary);
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
