/** Planning inputs for tests: networks of components in any state, of which a test says only what it is about. */
import type { ComponentRef, ObjectChange } from '../../src/contract/plan.ts';
import type {
  ComponentRole,
  DesiredComponent,
  LeavingComponent,
  ObservedComponent,
  PlanningInput,
  StepLimits,
} from '../../src/plan/desired.ts';
import type { PlanDraft } from '../../src/plan/plan-draft.ts';
import { makePlan } from '../../src/plan/planner.ts';

export const LIMITS: StepLimits = {
  l1ReachableSeconds: 101,
  podsSeconds: 102,
  engineReadySeconds: 103,
  derivationSeconds: 104,
  nodeSyncSeconds: 105,
  sequencingSeconds: 106,
  foreignSequencerSeconds: 107,
  foreignBatcherSeconds: 108,
  batchingSeconds: 109,
  proposingSeconds: 110,
  challengingSeconds: 111,
  onChainSeconds: 112,
  blockTimeSeconds: 2,
};

const KINDS = {
  network: 'OptimismNetwork',
  sequencer: 'OpNode',
  standby: 'OpNode',
  replica: 'OpNode',
  batcher: 'OpBatcher',
  proposer: 'OpProposer',
  challenger: 'OpChallenger',
} as const;

export function refOf(role: ComponentRole, name: string = role): ComponentRef {
  return { kind: KINDS[role], name: role === 'network' ? 'acme' : name };
}

/** What has become of a component since it was last looked at. */
export type State =
  | 'new'
  | 'as wished'
  | 'changed'
  | 'changed, restarting'
  | 'scaled up'
  | 'scaled down'
  | 'drifted'
  | 'drifted in its template'
  | 'changed, on its template'
  | 'lost'
  | 'changed and lost'
  | 'changed and half-way'
  | 'rendered differently'
  | 'rendered differently, restarting';

interface Given {
  readonly role: ComponentRole;
  readonly state: State;
  readonly name?: string;
  readonly desired?: Partial<DesiredComponent>;
  readonly changes?: readonly ObjectChange[];
  /** Names of pods that an interrupted change has left on its template. */
  readonly strayPods?: readonly string[];
}

export function change(component: ComponentRef, more: Partial<ObjectChange> = {}): ObjectChange {
  return {
    component,
    object: `StatefulSet/${component.name}`,
    action: 'change',
    fields: [{ path: 'metadata.labels', from: 'a', to: 'b' }],
    restartsPods: false,
    ...more,
  };
}

function observedIn(
  { role, state, name, changes, strayPods: strays = [] }: Given,
  component: ComponentRef,
): ObservedComponent {
  if (state === 'new') {
    return {
      component,
      changes: changes ?? [change(component, { action: 'create', fields: [] })],
      drift: [],
      strayPods: [],
    };
  }
  const verified = {
    render: `${name ?? role}-1`,
    inputs: state.startsWith('rendered') ? 'wished' : 'former',
    replicas: 1,
    images: {},
    keys: [],
  };
  const scaled = (from: string, to: string) => [change(component, { fields: [{ path: 'spec.replicas', from, to }] })];
  const differs: Partial<Record<State, readonly ObjectChange[]>> = {
    changed: [change(component)],
    'changed, restarting': [change(component, { restartsPods: true })],
    'scaled up': scaled('1', '2'),
    'scaled down': scaled('2', '1'),
    'changed and lost': [change(component, { restartsPods: true })],
    'changed and half-way': [change(component, { restartsPods: true })],
    'changed, on its template': [change(component, { restartsPods: true })],
    'rendered differently': [change(component)],
    'rendered differently, restarting': [change(component, { restartsPods: true })],
  };
  const strayPods = strays.map((pod) =>
    change(component, {
      object: `Pod/${pod}`,
      fields: [{ path: 'spec.containers[op-node].image' }],
      restartsPods: true,
    }),
  );
  const lost = change(component, { action: 'create', fields: [] });
  const drifts: Partial<Record<State, readonly ObjectChange[]>> = {
    drifted: [change(component, { object: `Service/${component.name}` })],
    'drifted in its template': [change(component, { restartsPods: true })],
    lost: [lost],
    'changed and lost': [lost],
    'changed and half-way': [change(component, { fields: [{ path: 'spec.replicas' }] })],
    'changed, on its template': [change(component, { restartsPods: true })],
  };
  return { component, verified, changes: changes ?? differs[state] ?? [], drift: drifts[state] ?? [], strayPods };
}

export function networkOf(given: readonly Given[], more: Partial<PlanningInput> = {}): PlanningInput {
  const same: readonly State[] = ['as wished', 'drifted', 'drifted in its template', 'lost'];
  return {
    network: 'acme',
    revision: 'revision',
    wish: 'wish',
    deleting: false,
    namespaceTerminating: false,
    meanwhile: false,
    repairsHeld: false,
    warnings: [],
    desired: given.map(
      ({ role, name, state, desired }): DesiredComponent => ({
        component: refOf(role, name),
        role,
        render: `${name ?? role}-${same.includes(state) ? 1 : 2}`,
        inputs: 'wished',
        replicas: 1,
        images: {},
        keys: [],
        ...desired,
      }),
    ),
    observed: given.map((item) => observedIn(item, refOf(item.role, item.name))),
    leaving: [],
    limits: LIMITS,
    ...more,
  };
}

export function leaving(...roles: readonly ComponentRole[]): LeavingComponent[] {
  return roles.map((role) => ({ component: refOf(role), role }));
}

export function draftOf(input: PlanningInput): PlanDraft {
  const planned = makePlan(input);
  if (planned.type !== 'plan') throw new Error(`not a plan: ${JSON.stringify(planned)}`);
  return planned.draft;
}

/** Steps as a list that reads like the protocol: `sequencer: applyComponent pods≥0, ready`, `replica: node-synced pod 1 ✓`. */
export function stepsOf(input: PlanningInput): string[] {
  return draftOf(input).steps.map(({ type, component, gates, partition, ordinal, awaitsPods, completes }) => {
    const name = component.kind === 'OptimismNetwork' ? 'network' : component.name;
    const pods = partition === undefined ? '' : ` pods≥${partition}`;
    const which = ordinal === undefined ? '' : ` pod ${ordinal}`;
    const marks = `${awaitsPods ? ', ready' : ''}${which}${completes ? ' ✓' : ''}`;
    return `${name}: ${gates?.join(' + ') ?? type}${pods}${marks}`;
  });
}
