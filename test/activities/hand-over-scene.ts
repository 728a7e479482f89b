/** A network in which one sequencer hands over to another one: on the real API server, with op-nodes that answer as a test says. */
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect } from 'vitest';
import { API_VERSION } from '../../src/api/names.ts';
import type { StepInput } from '../../src/contract/activities.ts';
import type { Step } from '../../src/contract/plan.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { activeSequencerSpec } from '../../src/render/active-sequencer.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { sample } from '../api/sample-objects.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { attempt } from './attempt.ts';
import { type OpNode, opNodeAt } from './op-node-at.ts';
import { SharedChain } from './shared-chain.ts';

export type Keys = Record<string, string>;
export type Name = 'a' | 'b' | 'c';

export interface Said {
  readonly fencedNodes?: StepInput['fencedNodes'];
  /** By which the step has been tried for longer than before this attempt. */
  readonly laterMs?: number;
  /** Its worker dies here. */
  readonly diesAt?: string;
  readonly reached?: (point: string) => Promise<void>;
  /** It is another step: `b` is started. */
  readonly type?: 'startSequencer';
}

/** How everything is when a test begins. Else `a` sequences, as its key and the Service say. */
export interface Begin {
  /** Besides `a` and `b`. */
  readonly running?: readonly 'c'[];
  readonly keys?: Keys;
  readonly ledTo?: Name;
  readonly active?: readonly Name[];
  /** Else blocks come faster than the step thinks, which takes them to be a second apart. */
  readonly blockMs?: number;
}

export const STEP = '05-hand-over/b';
export const AS_BEFORE: Keys = { a: 'false', b: 'true', c: 'true' };
export const NOBODY: Keys = { a: 'true', b: 'true', c: 'true' };
export const OF_B: Keys = { a: 'true', b: 'false', c: 'true' };

/** Call at the top of a file. @returns what makes a scene of its own for each test */
export function useScenes(kubeconfigPath: () => string) {
  let api: ApiServer;
  const machine = () => `machine-of-${api.namespace}`;
  beforeAll(async () => {
    api = await connectApiServer(kubeconfigPath());
    await waitUntil('pods can be created', () =>
      api.client.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: api.namespace, name: 'default' }),
    );
    // Pods of a machine that there is not are collected within a minute.
    await api.client.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: machine() } });
  });
  afterAll(async () => {
    await api.client.delete({ apiVersion: 'v1', kind: 'Node', name: machine() });
    await api.close();
  });
  return { machine, open: (begin: Begin = {}) => Scene.open(api, machine(), begin) };
}

let networks = 0;

/** A network in which `a` sequences and `b` is to; `c` stands by where a test lets it run. */
export class Scene implements AsyncDisposable {
  readonly chain: SharedChain;
  readonly network: string;
  readonly nodes: Record<Name, OpNode>;
  readonly #api: ApiServer;
  readonly #machine: string;
  #uid = '';
  #attempts = 0;
  #waitedMs = 0;
  #kept: unknown;

  private constructor(api: ApiServer, machine: string, network: string, nodes: Scene['nodes'], blockMs?: number) {
    this.chain = new SharedChain(blockMs);
    this.#api = api;
    this.#machine = machine;
    this.network = network;
    this.nodes = nodes;
  }

  static async open(api: ApiServer, machine: string, begin: Begin): Promise<Scene> {
    const { running = [], keys = AS_BEFORE, ledTo, active = ['a'], blockMs } = begin;
    const network = `over-${++networks}`;
    const nodeOf = (name: Name) => opNodeAt(`${api.namespace} ${network} ${name}`, active.includes(name));
    const nodes = {
      a: await nodeOf('a'),
      b: await nodeOf('b'),
      c: await nodeOf('c'),
    };
    const scene = new Scene(api, machine, network, nodes, blockMs);
    const changes = {
      'spec.network': 'sepolia/unichain',
      'spec.l1.rpc': { url: 'http://127.0.1.1:1' },
      'spec.l1.chainId': undefined,
      'spec.l2': undefined,
      'spec.contracts': undefined,
      'spec.rollupConfig': undefined,
      'spec.genesis': undefined,
    };
    const { metadata } = await api.create(sample('OptimismNetwork', changes, network));
    scene.#uid = metadata.uid ?? '';
    await scene.#create('ConfigMap', `${network}-sequencers`, { data: keys });
    if (ledTo)
      await scene.#create('Service', `${network}-active-sequencer`, { spec: activeSequencerSpec(network, ledTo) });
    const names: readonly Name[] = ['a', 'b', ...running];
    for (const name of names) await scene.createPod(name);
    scene.chain.begin(...names.map((name) => scene.nodes[name]));
    return scene;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.chain[Symbol.dispose]();
    await Promise.all(Object.values(this.nodes).map((node) => node[Symbol.asyncDispose]()));
  }

  #create(kind: 'Pod' | 'ConfigMap' | 'Service', name: string, content: object, labels: Keys = {}) {
    const { namespace, client } = this.#api;
    const owner = { apiVersion: API_VERSION, kind: 'OptimismNetwork', name: this.network, uid: this.#uid };
    const metadata = {
      name,
      namespace,
      labels: { 'optimism.io/network': this.network, ...labels },
      ...(kind === 'Service' ? { ownerReferences: [owner] } : {}),
    };
    return client.create<KubeObject>({ apiVersion: 'v1', kind, metadata, ...content });
  }

  /** @param of answers in its pod; another one than the node itself for a pod that somebody else has made of it */
  async createPod(node: Name, { ready = true, name = this.podOf(node), of = this.nodes[node] } = {}): Promise<void> {
    const labels = { 'optimism.io/component': `opnode.${node}`, 'app.kubernetes.io/component': 'sequencer' };
    const spec = { containers: [{ name: 'op-node', image: 'op-node' }], nodeName: this.#machine };
    await this.#create('Pod', name, { spec }, labels);
    if (!ready) return;
    const { ip } = of;
    const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }] };
    await this.#api.client.mergePatch(this.#pod(name), { status }, { subresource: 'status' });
  }

  podOf(node: string): string {
    return `${this.network}-${node}-0`;
  }

  #pod(name: string) {
    return { apiVersion: 'v1', kind: 'Pod', namespace: this.#api.namespace, name };
  }

  /** Whether somebody has told it to end. */
  async isEnding(node: string): Promise<boolean> {
    const pod = await this.#api.client.get<KubeObject & { metadata: { deletionGracePeriodSeconds?: number } }>(
      this.#pod(this.podOf(node)),
    );
    if (pod?.metadata.deletionTimestamp) expect(pod.metadata.deletionGracePeriodSeconds).toBe(15);
    return pod?.metadata.deletionTimestamp !== undefined;
  }

  /** The pod object goes, and its process with it. */
  async removePod(node: Name): Promise<void> {
    const { client } = this.#api;
    const pod = this.#pod(this.podOf(node));
    this.nodes[node].sequences = false;
    await client.delete(pod, { gracePeriodSeconds: 0 });
    await waitUntil(`the pod of ${node} is gone`, async () => !(await client.get(pod)) || undefined);
  }

  /** Its process is killed. */
  kill(node: Name): void {
    this.nodes[node].sequences = false;
    this.nodes[node].mood = 'error';
  }

  /** It is there again, and does as its key says. */
  async restart(node: Name): Promise<void> {
    this.nodes[node].sequences = (await this.keys())[node] === 'false';
    this.nodes[node].mood = 'answers';
  }

  async keys(): Promise<Keys> {
    const ref = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: this.#api.namespace,
      name: `${this.network}-sequencers`,
    };
    return (await this.#api.client.get<KubeObject & { data?: Keys }>(ref))?.data ?? {};
  }

  async ledTo(): Promise<string | undefined> {
    const name = `${this.network}-active-sequencer`;
    const ref = { apiVersion: 'v1', kind: 'Service', namespace: this.#api.namespace, name };
    const service = await this.#api.client.get<KubeObject & { spec?: { selector?: Keys } }>(ref);
    return service?.spec?.selector?.['optimism.io/component']?.replace('opnode.', '');
  }

  /** One attempt: what it says, or how it fails. A worker that dies takes with it what it would have kept. */
  async attempt(said: Said = {}): Promise<string | ApplicationFailure> {
    const { fencedNodes, laterMs = 1000, diesAt, reached, type = 'handOverSequencer' } = said;
    this.#attempts += 1;
    this.#waitedMs += laterMs;
    const number = this.#attempts;
    let kept = this.#kept;
    const component = { kind: 'OpNode', name: 'b' } as const;
    const step: Pick<Step, 'id' | 'type' | 'component' | 'from'> =
      type === 'startSequencer' ? { id: `${STEP}-start`, type, component } : { id: STEP, type, component, from: 'a' };
    const end: unknown = await attempt(this.#api, {
      network: { namespace: this.#api.namespace, name: this.network, uid: this.#uid },
      step,
      attempt: number,
      waitedMs: this.#waitedMs,
      kept,
      onKept: (value) => {
        kept = value;
      },
      ...(fencedNodes ? { fencedNodes } : {}),
      reached: async (point) => {
        await reached?.(point);
        if (point === diesAt) throw new Error('its worker dies');
      },
    }).catch((error: unknown) => error);
    // Nobody asks one any more that another one has come after.
    if (diesAt === undefined && number === this.#attempts) this.#kept = kept;
    if (typeof end === 'string' || end instanceof ApplicationFailure) return end;
    throw end;
  }

  async failure(said?: Said): Promise<ApplicationFailure> {
    const end = await this.attempt(said);
    if (end instanceof ApplicationFailure) return end;
    throw new Error(`the step did not fail, it said: ${end}`);
  }

  /** Attempts until the step has ended, as Temporal makes them; with what it ends. */
  async end(said?: Said): Promise<string | ApplicationFailure> {
    return waitUntil('the step has ended', async () => {
      const end = await this.attempt(said);
      return typeof end === 'string' || end.nonRetryable ? end : undefined;
    });
  }

  async expectActive(active: Name, keys: Keys = active === 'a' ? AS_BEFORE : OF_B): Promise<void> {
    expect(this.sequencing()).toEqual([active]);
    expect(await this.keys()).toEqual(keys);
    expect(await this.ledTo()).toBe(active);
    expect(this.chain.violations).toEqual([]);
  }

  sequencing(): string[] {
    return Object.entries(this.nodes).flatMap(([name, { sequences }]) => (sequences ? [name] : []));
  }

  /** Nothing has happened yet. */
  async expectUntouched(): Promise<void> {
    expect(this.nodes.a.sequences).toBe(true);
    expect(this.nodes.a.asked).not.toContain('admin_stopSequencer');
    expect(await this.keys()).toEqual(AS_BEFORE);
  }

  asked(node: Name, order: 'start' | 'stop'): number {
    return this.nodes[node].asked.filter((method) => method === `admin_${order}Sequencer`).length;
  }
}
