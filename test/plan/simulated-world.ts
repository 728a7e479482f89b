/**
 * A network as far as plans are about it: what is rolled out, which pods run with what, who sequences. Steps are played
 * on it as they are described, in parts between which a process may die. Pure.
 */
import { sequencerDrift } from '../../src/activities/gather/sequencer-drift.ts';
import { type ComponentRef, componentKey, type ObjectChange, type Plan, type Step } from '../../src/contract/plan.ts';
import { chooseSequencer, type SeenSequencer } from '../../src/plan/choose-sequencer.ts';
import { besideActive } from '../../src/plan/component-role.ts';
import type { ComponentRole, DesiredComponent, ObservedComponent, PlanningInput } from '../../src/plan/desired.ts';
import { change, LIMITS, refOf } from './network-of.ts';

export interface Component {
  readonly name: string;
  /** A sequencer may be active or stand by: that is who sequences, and not what it is. */
  readonly role: Exclude<ComponentRole, 'standby'>;
  readonly replicas: number;
}

/** Version of each component, by name; absent: it is not wished. And who is to sequence. */
export interface Wish {
  readonly versions: Readonly<Record<string, number>>;
  readonly preferred?: string | undefined;
}

export interface Left {
  /** Those that may sequence after a restart. */
  readonly keys: readonly string[];
  readonly ledTo: string | undefined;
  readonly active: readonly string[];
  readonly isForgotten?: boolean;
}

interface State {
  /** Version that was rolled out and verified. */
  verified?: number | undefined;
  /** Version of the StatefulSet's template; absent: there is none. */
  live?: number | undefined;
  /** Version of each pod, by ordinal. */
  pods: number[];
}

/** The plan does not fit any more: a new look is due. */
class LookAgain extends Error {}

export class World {
  readonly components: readonly Component[];
  readonly #states = new Map<string, State>();
  /** Who may sequence after a restart. */
  readonly #keys = new Map<string, boolean>();
  readonly #active = new Set<string>();
  #lastActive: string | undefined;
  /** Whom the Service of the active sequencer leads to. */
  #ledTo: string | undefined;
  /** What must never be, and was. */
  readonly violations: string[] = [];

  constructor(components: readonly Component[]) {
    this.components = components;
    for (const { name } of components) this.#states.set(name, { pods: [] });
  }

  /** Rolled out and healthy with this wish. */
  settle({ versions, preferred }: Wish): void {
    for (const { name, replicas } of this.components) {
      const version = versions[name];
      if (version === undefined) continue;
      this.#states.set(name, {
        verified: version,
        live: version,
        pods: Array.from({ length: replicas }, () => version),
      });
    }
    const sequencers = this.#sequencers().filter(({ name }) => versions[name] !== undefined);
    for (const { name } of sequencers) this.#keys.set(name, false);
    const active = preferred ?? sequencers[0]?.name;
    if (active === undefined || versions[active] === undefined) return;
    this.#keys.set(active, true);
    this.#begin(active);
    this.#ledTo = active;
  }

  /**
   * However it has come to this: a hand-over that ended half-way, or somebody's hand. Unless it is forgotten, who was seen
   * last is remembered.
   */
  leave({ keys, ledTo, active, isForgotten = false }: Left): void {
    for (const name of this.#keys.keys()) this.#keys.set(name, keys.includes(name));
    this.#active.clear();
    for (const name of active) this.#active.add(name);
    this.#ledTo = ledTo;
    if (isForgotten) this.#lastActive = undefined;
  }

  get sequencing(): readonly string[] {
    return [...this.#active];
  }

  /** Everything is as wished, and somebody sequences. */
  isAt({ versions, preferred }: Wish): boolean {
    const isRolledOut = this.components.every(({ name, role, replicas }) => {
      const wanted = versions[name];
      const { verified, live, pods } = this.#state(name);
      if (wanted === undefined) return true;
      // Files are named after their content: others may lie beside them.
      const isLive = role === 'network' || live === wanted;
      return verified === wanted && isLive && pods.length === replicas && pods.every((pod) => pod === wanted);
    });
    const sequencers = this.#sequencers().filter(({ name }) => versions[name] !== undefined);
    const [active] = this.#active;
    const isLed = sequencers.length === 0 || (this.#active.size === 1 && (preferred ?? active) === active);
    const isServed = sequencers.length === 0 || this.#ledTo === active;
    return isRolledOut && isLed && isServed && [...this.#active].every((name) => this.#keys.get(name) === true);
  }

  describe(): string {
    const states = [...this.#states].map(([name, state]) => `${name} ${JSON.stringify(state)}`);
    return [
      ...states,
      `active ${[...this.#active].join(', ')}`,
      `keys ${JSON.stringify([...this.#keys])}`,
      `led to ${this.#ledTo}`,
    ].join('; ');
  }

  /** Who sequences; absent: nobody, or more than one. */
  get active(): string | undefined {
    const [active] = this.#active;
    return this.#active.size === 1 ? active : undefined;
  }

  /** What a look would give the planner. */
  input(wish: Wish): PlanningInput {
    const wished = this.components.filter(({ name }) => wish.versions[name] !== undefined);
    const choice = chooseSequencer(this.#seen(wish), { preferred: wish.preferred, lastActive: this.#lastActive });
    const roleOf = ({ role, name }: Component) => besideActive(role, name, choice.active) ?? role;
    return {
      network: 'acme',
      revision: JSON.stringify(wish),
      wish: JSON.stringify(wish),
      deleting: false,
      namespaceTerminating: false,
      meanwhile: false,
      repairsHeld: false,
      warnings: [],
      leaving: [],
      limits: LIMITS,
      succession: {
        ...(choice.heir === undefined ? {} : { heir: choice.heir }),
        returns: choice.wished !== undefined && choice.wished === choice.active,
        deputies: choice.deputies,
      },
      desired: wished.map((component): DesiredComponent => {
        const version = wish.versions[component.name] ?? 0;
        return { component: this.#ref(component), role: roleOf(component), ...rendered(component, version) };
      }),
      observed: wished.map((component) => this.#observed(component, roleOf(component), wish)),
    };
  }

  /** Plays a plan, part by part. @yields where a process may die */
  *play({ steps }: Pick<Plan, 'steps'>): Generator<string, void> {
    for (const step of steps) {
      try {
        for (const part of this.#parts(step)) {
          part();
          this.#check(step);
          yield step.id;
        }
      } catch (error) {
        if (error instanceof LookAgain) return;
        throw error;
      }
    }
  }

  *#parts(step: Step): Generator<() => void> {
    const { name } = step.component;
    const of = this.components.find((component) => componentKey(this.#ref(component)) === componentKey(step.component));
    if (!of) throw new Error(`${step.id} is about nothing that there is`);
    const state = this.#state(name);
    const version = versionOf(step.render) ?? state.live;
    switch (step.type) {
      case 'storeConfig':
        yield () => {
          for (const sequencer of this.#sequencers())
            if (!this.#keys.has(sequencer.name)) this.#keys.set(sequencer.name, false);
          state.live = version;
        };
        yield () => {
          const allowed = this.#sequencers().find((sequencer) => this.#keys.get(sequencer.name));
          this.#ledTo = allowed?.name ?? this.#ledTo ?? this.#sequencers()[0]?.name;
        };
        break;
      case 'applyComponent':
        yield () => {
          state.live = version;
          this.#roll(of, step.partition ?? of.replicas);
        };
        break;
      case 'stopBatcher':
      case 'scaleDown':
        yield () => {
          state.pods = [];
        };
        break;
      case 'stopSequencer':
        yield () => {
          const isAlone = this.#active.size === 1 && this.#active.has(name);
          if (isAlone) return;
          this.#keys.set(name, false);
          this.#active.delete(name);
        };
        break;
      case 'startSequencer':
        yield () => this.#forbid(name);
        yield () => {
          if (state.pods.length === 0) throw new Error(`${name} has no pod that could start`);
          this.#begin(name);
        };
        yield () => void this.#keys.set(name, true);
        yield () => {
          this.#ledTo = name;
        };
        break;
      case 'handOverSequencer':
        yield* this.#handOver(step.from ?? '', name);
        break;
      case 'awaitGate':
        yield () => this.#gate(step, of);
        break;
      default:
        yield () => undefined;
    }
    if (step.completes && version !== undefined)
      yield () => {
        state.verified = version;
      };
  }

  *#handOver(from: string, to: string): Generator<() => void> {
    if (!this.#active.has(to)) {
      yield () => {
        if ([...this.#active].some((name) => name !== from)) throw new LookAgain();
        for (const { name } of this.#sequencers()) this.#keys.set(name, false);
      };
      yield () => void this.#active.delete(from);
      yield () => void this.#keys.set(to, true);
      yield () => this.#begin(to);
    }
    yield () => {
      this.#forbidOthers(to);
      this.#keys.set(to, true);
    };
    yield () => {
      this.#ledTo = to;
    };
  }

  #forbid(name: string): void {
    if ([...this.#active].some((other) => other !== name)) throw new LookAgain();
    this.#forbidOthers(name);
    if (!this.#active.has(name)) this.#keys.set(name, false);
  }

  #forbidOthers(name: string): void {
    for (const other of this.#sequencers()) if (other.name !== name) this.#keys.set(other.name, false);
  }

  #gate({ gates = [], id }: Step, { name, role }: Component): void {
    if (gates.includes('sequencing') && !this.#active.has(name)) throw new Error(`${id}: ${name} makes no blocks`);
    if (gates.includes('single-sequencer') && this.#active.size !== 1)
      throw new Error(`${id}: not exactly one sequences`);
    if (gates.includes('batching') && this.#state(name).pods.length !== 1) throw new Error(`${id}: no batcher runs`);
    if (gates.includes('node-synced') && role === 'sequencer' && this.#active.has(name) && this.#active.size !== 1)
      throw new Error(`${id}: ${name} follows itself`);
  }

  /** Pods take the template from an ordinal on; missing ones are made. */
  #roll({ name, role, replicas }: Component, partition: number): void {
    const state = this.#state(name);
    const { live = 0, pods } = state;
    state.pods = Array.from({ length: replicas }, (_, ordinal) => {
      const before = pods[ordinal];
      const isReplaced = before === undefined || (ordinal >= partition && before !== live);
      if (!isReplaced) return before;
      if (role === 'batcher' && before !== undefined) this.violations.push(`${name} was replaced while it ran`);
      if (role === 'sequencer') {
        this.#active.delete(name);
        if (this.#keys.get(name)) this.#begin(name);
      }
      return live;
    });
  }

  #begin(name: string): void {
    this.#active.add(name);
    this.#lastActive = name;
  }

  #check({ id }: Step): void {
    if (this.#active.size > 1) this.violations.push(`${id}: ${[...this.#active].join(' and ')} sequence`);
    const allowed = [...this.#keys].filter(([, may]) => may).map(([name]) => name);
    if (allowed.length > 1) this.violations.push(`${id}: ${allowed.join(' and ')} would after a restart`);
  }

  #observed(component: Component, role: ComponentRole, wish: Wish): ObservedComponent {
    const { name, replicas } = component;
    const { verified, live, pods } = this.#state(name);
    const ref = this.#ref(component);
    const wanted = wish.versions[name];
    const strayPods = pods
      .filter((pod) => pod !== wanted)
      .map((_, ordinal) => change(ref, { object: `Pod/${name}-${ordinal}`, restartsPods: true }));
    if (verified === undefined)
      return { component: ref, changes: [change(ref, { action: 'create', fields: [] })], drift: [], strayPods };
    return {
      component: ref,
      verified: rendered(component, verified),
      changes: verified === wanted ? [] : [change(ref, { restartsPods: role !== 'network' })],
      drift: [
        ...this.#drift(component, ref, { verified, live, running: pods.length, replicas }),
        ...(component.role === 'network' ? this.#serviceDrift(ref, wish) : []),
        ...this.#sequencing(component, role, ref),
      ],
      strayPods,
    };
  }

  #drift(
    { role }: Component,
    ref: ComponentRef,
    seen: { verified: number; live: number | undefined; running: number; replicas: number },
  ): ObjectChange[] {
    if (role === 'network') return [];
    if (seen.live === undefined) return [change(ref, { action: 'create', fields: [] })];
    const isScaled = seen.running !== seen.replicas;
    const fields = [
      ...(seen.live === seen.verified ? [] : [{ path: 'spec.template' }]),
      ...(isScaled ? [{ path: 'spec.replicas' }] : []),
    ];
    return fields.length === 0 ? [] : [change(ref, { fields, restartsPods: seen.live !== seen.verified })];
  }

  /** As shared-drift.ts has it. */
  #serviceDrift(network: ComponentRef, wish: Wish): ObjectChange[] {
    const { active } = chooseSequencer(this.#seen(wish), { preferred: wish.preferred, lastActive: this.#lastActive });
    if (active === undefined || !this.#keys.get(active) || this.#ledTo === active) return [];
    return [change(network, { object: 'Service/acme-active-sequencer', fields: [{ path: 'spec.selector' }] })];
  }

  #sequencing({ role, name }: Component, as: ComponentRole, component: ComponentRef): ObjectChange[] {
    if (role !== 'sequencer') return [];
    const seen = this.#sight(name);
    const running = this.#state(name).pods.length > 0 ? { readyPod: `${name}-0` } : {};
    return sequencerDrift(
      { component, role: as === 'sequencer' ? 'sequencer' : 'standby', network: 'acme' },
      { ...seen, ...running },
    );
  }

  #seen({ versions }: Wish): SeenSequencer[] {
    return this.#sequencers()
      .filter(({ name }) => versions[name] !== undefined)
      .map(({ name }) => this.#sight(name));
  }

  #sight(name: string) {
    const may = this.#keys.get(name) === true;
    const runs = this.#state(name).pods.length > 0;
    const state = this.#active.has(name) ? ('active' as const) : runs ? ('stopped' as const) : ('unknown' as const);
    return { name, stays: true, barred: false, state, may, lost: false, key: may ? 'false' : 'true' };
  }

  #sequencers(): Component[] {
    return this.components.filter(({ role }) => role === 'sequencer');
  }

  #state(name: string): State {
    const state = this.#states.get(name);
    if (!state) throw new Error(`there is no ${name}`);
    return state;
  }

  #ref({ role, name }: Component): ComponentRef {
    return refOf(role, name);
  }
}

function rendered({ name, replicas }: Component, version: number) {
  return {
    render: `${name}@${version}`,
    inputs: `wish ${version}`,
    replicas,
    images: { program: `program:v${version}` },
    keys: [],
  };
}

function versionOf(render: string | undefined): number | undefined {
  return render === undefined ? undefined : Number(render.slice(render.lastIndexOf('@') + 1));
}
