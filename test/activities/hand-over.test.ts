/**
 * The hand-over from one sequencer to another, attempt by attempt: on the real API server, against op-nodes that answer as
 * each test says. Never two of them sequence, no block is made twice, and at the end one of them sequences.
 */
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { StepInput } from '../../src/contract/activities.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { sample } from '../api/sample-objects.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { attempt } from './attempt.ts';
import { type OpNode, opNodeAt } from './op-node-at.ts';
import { SharedChain } from './shared-chain.ts';

type Keys = Record<string, string>;
interface Said {
  readonly fencedNodes?: StepInput['fencedNodes'];
  /** By which the step has been tried for longer than before this attempt. */
  readonly laterMs?: number;
  /** Its worker dies here. */
  readonly diesAt?: string;
  readonly reached?: (point: string) => Promise<void>;
}

const STEP = '05-hand-over/b';
/** Restarts take less; a pod that is silent for longer is ended. */
const LONG_MS = 24_000;
const AS_BEFORE = { a: 'false', b: 'true', c: 'true' };
const NOBODY = { a: 'true', b: 'true', c: 'true' };
const OF_B = { a: 'true', b: 'false', c: 'true' };

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
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

const machine = () => `machine-of-${api.namespace}`;

let networks = 0;

/** A network in which `a` sequences and `b` is to; `c` stands by where a test lets it run. */
class Scene implements AsyncDisposable {
  readonly network = `over-${++networks}`;
  readonly chain = new SharedChain();
  readonly nodes: Record<'a' | 'b' | 'c', OpNode>;
  #uid = '';
  #attempts = 0;
  #waitedMs = 0;
  #kept: unknown;

  private constructor(nodes: Scene['nodes']) {
    this.nodes = nodes;
  }

  static async open(...running: readonly 'c'[]): Promise<Scene> {
    const seed = `${api.namespace} over ${networks + 1}`;
    const nodeOf = (name: string) => opNodeAt(`${seed} ${name}`, name === 'a');
    const scene = new Scene({ a: await nodeOf('a'), b: await nodeOf('b'), c: await nodeOf('c') });
    const changes = {
      'spec.network': 'sepolia/unichain',
      'spec.l1.rpc': { url: 'http://127.0.1.1:1' },
      'spec.l1.chainId': undefined,
      'spec.l2': undefined,
      'spec.contracts': undefined,
      'spec.rollupConfig': undefined,
      'spec.genesis': undefined,
    };
    const { metadata } = await api.create(sample('OptimismNetwork', changes, scene.network));
    scene.#uid = metadata.uid ?? '';
    await scene.#create('ConfigMap', `${scene.network}-sequencers`, { data: AS_BEFORE });
    const names = ['a', 'b', ...running] as const;
    for (const name of names) await scene.createPod(name);
    scene.chain.begin(...names.map((name) => scene.nodes[name]));
    return scene;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.chain[Symbol.dispose]();
    await Promise.all(Object.values(this.nodes).map((node) => node[Symbol.asyncDispose]()));
  }

  #create(kind: 'Pod' | 'ConfigMap', name: string, content: object, labels: Keys = {}) {
    const metadata = { name, namespace: api.namespace, labels: { 'optimism.io/network': this.network, ...labels } };
    return api.client.create<KubeObject>({ apiVersion: 'v1', kind, metadata, ...content });
  }

  async createPod(node: 'a' | 'b' | 'c', { ready = true } = {}): Promise<void> {
    const labels = { 'optimism.io/component': `opnode.${node}`, 'app.kubernetes.io/component': 'sequencer' };
    const spec = { containers: [{ name: 'op-node', image: 'op-node' }], nodeName: machine() };
    await this.#create('Pod', this.podOf(node), { spec }, labels);
    if (!ready) return;
    const { ip } = this.nodes[node];
    const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }] };
    await api.client.mergePatch(this.#pod(node), { status }, { subresource: 'status' });
  }

  podOf(node: string): string {
    return `${this.network}-${node}-0`;
  }

  #pod(node: string) {
    return { apiVersion: 'v1', kind: 'Pod', namespace: api.namespace, name: this.podOf(node) };
  }

  /** Whether somebody has told it to end. */
  async isEnding(node: string): Promise<boolean> {
    const pod = await api.client.get<KubeObject & { metadata: { deletionGracePeriodSeconds?: number } }>(
      this.#pod(node),
    );
    if (pod?.metadata.deletionTimestamp) expect(pod.metadata.deletionGracePeriodSeconds).toBe(15);
    return pod?.metadata.deletionTimestamp !== undefined;
  }

  /** The pod object goes, and its process with it. */
  async removePod(node: 'a' | 'b' | 'c'): Promise<void> {
    this.nodes[node].sequences = false;
    await api.client.delete(this.#pod(node), { gracePeriodSeconds: 0 });
    await waitUntil(`the pod of ${node} is gone`, async () => !(await api.client.get(this.#pod(node))) || undefined);
  }

  async keys(): Promise<Keys> {
    const name = `${this.network}-sequencers`;
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: api.namespace, name };
    return (await api.client.get<KubeObject & { data?: Keys }>(ref))?.data ?? {};
  }

  async ledTo(): Promise<string | undefined> {
    const name = `${this.network}-active-sequencer`;
    const ref = { apiVersion: 'v1', kind: 'Service', namespace: api.namespace, name };
    const service = await api.client.get<KubeObject & { spec?: { selector?: Keys } }>(ref);
    return service?.spec?.selector?.['optimism.io/component']?.replace('opnode.', '');
  }

  /** One attempt: what it says, or how it fails. A worker that dies takes with it what it would have kept. */
  async attempt({ fencedNodes, laterMs = 1000, diesAt, reached }: Said = {}): Promise<string | ApplicationFailure> {
    this.#attempts += 1;
    this.#waitedMs += laterMs;
    let kept = this.#kept;
    const step = { id: STEP, type: 'handOverSequencer', component: { kind: 'OpNode', name: 'b' }, from: 'a' } as const;
    const end: unknown = await attempt(api, {
      network: { namespace: api.namespace, name: this.network, uid: this.#uid },
      step,
      attempt: this.#attempts,
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
    if (diesAt === undefined) this.#kept = kept;
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

  async expectActive(active: 'a' | 'b', keys: Keys = active === 'a' ? AS_BEFORE : OF_B): Promise<void> {
    const { nodes, chain } = this;
    const sequencing = Object.entries(nodes).flatMap(([name, { sequences }]) => (sequences ? [name] : []));
    expect(sequencing).toEqual([active]);
    expect(await this.keys()).toEqual(keys);
    expect(await this.ledTo()).toBe(active);
    expect(chain.violations).toEqual([]);
  }

  /** Nothing has happened yet. */
  async expectUntouched(): Promise<void> {
    expect(this.nodes.a.sequences).toBe(true);
    expect(this.nodes.a.asked).not.toContain('admin_stopSequencer');
    expect(await this.keys()).toEqual(AS_BEFORE);
  }

  asked(node: 'a' | 'b', order: 'start' | 'stop'): number {
    return this.nodes[node].asked.filter((method) => method === `admin_${order}Sequencer`).length;
  }
}

const OVER = /^a → b at block \d+ \(0x[0-9a-f]{64}\)/;
const waits = (message: RegExp) => ({
  type: 'NotReadyYet',
  nonRetryable: false,
  message: expect.stringMatching(message),
});
const wentBack = (message: RegExp) => ({ type: 'GateFailed', message: expect.stringMatching(message) });

// Most of them wait for blocks, or for answers that do not come.
describe.concurrent('a hand-over', { timeout: 60_000 }, () => {
  it('stops the one and starts the other one on its last block, while every key says "stopped"', async () => {
    await using scene = await Scene.open();
    const { a, b } = scene.nodes;
    const keys: Keys[] = [];
    let last = '';
    a.onStop = async () => {
      keys.push(await scene.keys());
      last = a.head?.hash ?? '';
      return undefined;
    };
    b.onStart = async () => {
      keys.push(await scene.keys());
      expect([a.sequences, b.head?.hash]).toEqual([false, last]);
      return undefined;
    };
    expect(await scene.attempt()).toMatch(
      /^a → b at block \d+ \(0x[0-9a-f]{64}\), \d+ ms without a sequencer, gap \d+ blocks$/,
    );
    expect(keys).toEqual([NOBODY, NOBODY]);
    await scene.expectActive('b');
  });

  it('that is done is done: played again it changes nothing', async () => {
    await using scene = await Scene.open();
    await scene.attempt();
    expect(await scene.attempt()).toBe('b sequences already');
    expect([scene.asked('a', 'stop'), scene.asked('b', 'start')]).toEqual([1, 1]);
    await scene.expectActive('b');
  });

  it('stops nobody while the other one is behind', async () => {
    await using scene = await Scene.open();
    scene.chain.cutOff(scene.nodes.b);
    for (let block = 0; block < 3; block++) scene.chain.make(scene.nodes.a);
    expect(await scene.failure()).toMatchObject(waits(/^b is at block \d+, and \S+-a-0, which goes on, at \d+$/));
    await scene.expectUntouched();
    scene.chain.connect(scene.nodes.b);
    expect(await scene.end()).toMatch(OVER);
  });

  it('stops nobody for one that has the head for a moment, and then stands still', async () => {
    await using scene = await Scene.open();
    const { b } = scene.nodes;
    b.onAsked = async (method) => {
      if (method === 'optimism_syncStatus' && b.asked.length > 4) scene.chain.cutOff(b);
    };
    expect(await scene.failure()).toMatchObject(waits(/^b is at block/));
    await scene.expectUntouched();
  });

  it('stops nobody while a third one can not be asked, and for long if its pod stays', async () => {
    await using scene = await Scene.open('c');
    scene.nodes.c.mood = 'error';
    expect(await scene.failure()).toMatchObject(waits(/^whether \S+-c-0 sequences is unknown/));
    expect(await scene.failure({ laterMs: 40_000 })).toMatchObject({
      type: 'FencingRequired',
      message: expect.stringMatching(/^whether \S+-c-0 sequences is unknown/),
    });
    await scene.expectUntouched();
    const fencedNodes = [{ node: 'c', by: 'ana', reason: 'it is off', step: STEP }];
    expect(await scene.end({ fencedNodes })).toMatch(OVER);
    await scene.expectActive('b');
  });

  it('leaves it to the next look when a third one sequences', async () => {
    await using scene = await Scene.open('c');
    const { a, c } = scene.nodes;
    a.sequences = false;
    c.sequences = true;
    expect(await scene.failure()).toMatchObject({ type: 'SequencerChanged', nonRetryable: true });
    expect(scene.asked('b', 'start')).toBe(0);
    expect(await scene.keys()).toEqual(AS_BEFORE);
  });

  describe('whose order to stop is not answered', () => {
    it('goes on when it was heard', async () => {
      await using scene = await Scene.open();
      scene.nodes.a.onStop = async () => 'hang';
      expect(await scene.attempt()).toMatch(OVER);
      expect(scene.asked('a', 'stop')).toBe(1);
      await scene.expectActive('b');
    });

    it('gives it again when it was not', async () => {
      await using scene = await Scene.open();
      const { a } = scene.nodes;
      a.onStop = async () => 'deaf';
      expect(await scene.failure()).toMatchObject(waits(/^\S+-a-0 sequences$/));
      expect(await scene.keys()).toEqual(NOBODY);
      a.onStop = async () => undefined;
      expect(await scene.attempt()).toMatch(OVER);
      await scene.expectActive('b');
    });
  });

  it('goes on at once when the old one dies after its answer: it comes back stopped', async () => {
    await using scene = await Scene.open();
    const { a, b } = scene.nodes;
    b.onAsked = async () => {
      if (scene.asked('a', 'stop') > 0 && !a.sequences) a.mood = 'error';
    };
    expect(await scene.attempt()).toMatch(OVER);
    await scene.expectActive('b');
  });

  describe('whose candidate does not take over', () => {
    it('starts the old one again when the last block does not come', async () => {
      await using scene = await Scene.open();
      const { a, b } = scene.nodes;
      a.onStop = async () => {
        scene.chain.cutOff(b);
        scene.chain.make(a);
        return undefined;
      };
      expect(await scene.failure()).toMatchObject(wentBack(/^b did not take over \(it did not get block 0x\S+, .*3 s/));
      expect(scene.asked('b', 'start')).toBe(0);
      await scene.expectActive('a');
    });

    it('starts the old one again when it dies, and has said as it came back that it is stopped', async () => {
      await using scene = await Scene.open();
      const { a, b } = scene.nodes;
      a.onStop = async () => {
        b.mood = 'error';
        return undefined;
      };
      expect(await scene.failure()).toMatchObject(waits(/^whether \S+-b-0 sequences is unknown/));
      expect(a.sequences).toBe(false);
      b.mood = 'answers';
      expect(await scene.end()).toMatchObject(wentBack(/; a sequences again$/));
      await scene.expectActive('a');
    });

    it('ends its pod when it dies for good, and starts the old one again when that is gone', async () => {
      await using scene = await Scene.open();
      const { a, b } = scene.nodes;
      a.onStop = async () => {
        b.mood = 'error';
        return undefined;
      };
      await scene.failure();
      expect(await scene.isEnding('b')).toBe(false);
      await scene.failure({ laterMs: LONG_MS });
      expect(await scene.isEnding('b')).toBe(true);
      expect(a.sequences).toBe(false);
      await scene.removePod('b');
      expect(await scene.end()).toMatchObject(wentBack(/; a sequences again$/));
      await scene.expectActive('a');
    });

    it('starts the old one again beside a pod of it that never starts: it has read that it is stopped', async () => {
      await using scene = await Scene.open();
      const { a, b } = scene.nodes;
      a.onStop = async () => {
        b.mood = 'error';
        return undefined;
      };
      await scene.failure();
      await scene.failure({ laterMs: LONG_MS });
      await scene.removePod('b');
      await scene.createPod('b', { ready: false });
      expect(await scene.attempt()).toMatchObject(wentBack(/; a sequences again$/));
      await scene.expectActive('a');
    });

    it('knows nothing of a pod any more that it has ended, once another one in its place was told to start', async () => {
      await using scene = await Scene.open();
      const { a } = scene.nodes;
      a.mood = 'error';
      await scene.failure();
      await scene.failure({ laterMs: LONG_MS });
      await scene.removePod('a');
      await scene.createPod('a');
      a.mood = 'answers';
      scene.nodes.b.isReplica = true;
      expect(await scene.failure()).toMatchObject(waits(/^\S+-a-0 is new, and is to be started$/));
      a.onStart = async () => {
        a.mood = 'error';
        return 'deaf';
      };
      await scene.failure();
      scene.nodes.b.isReplica = false;
      expect(await scene.failure()).toMatchObject(waits(/^the head of \S+-a-0 can not be read/));
      a.mood = 'answers';
      a.onStart = async () => undefined;
      expect(await scene.end()).toMatchObject(wentBack(/; a sequences again$/));
      await scene.expectActive('a');
    });

    it('starts the old one again when the worker died as well, which had kept nothing', async () => {
      await using scene = await Scene.open();
      await scene.failure({ diesAt: 'handOverSequencer/stop/after' });
      scene.nodes.b.mood = 'error';
      await scene.failure();
      await scene.removePod('b');
      expect(await scene.end()).toMatchObject(wentBack(/^b did not take over \(b does not answer\)/));
      await scene.expectActive('a');
    });

    it('starts the old one again when it is not able to sequence at all', async () => {
      await using scene = await Scene.open();
      scene.nodes.b.isReplica = true;
      expect(await scene.failure()).toMatchObject(
        wentBack(/runs without OP_NODE_SEQUENCER_ENABLED.*a sequences again$/),
      );
      await scene.expectActive('a');
    });

    it('lets it take over after all when the old one has lost its last block meanwhile', async () => {
      await using scene = await Scene.open();
      const { a, b } = scene.nodes;
      const stale = { number: 0, hash: '' };
      a.onStop = async () => {
        Object.assign(stale, a.head);
        scene.chain.cutOff(b);
        b.mood = 'error';
        scene.chain.make(a);
        return undefined;
      };
      await scene.failure();
      a.head = { ...stale };
      const ahead = { number: stale.number + 1, hash: `0x${'44'.repeat(32)}` };
      b.head = ahead;
      b.mood = 'answers';
      expect(await scene.failure()).toMatchObject(waits(/has lost what comes up to/));
      expect(await scene.end()).toMatch(OVER);
      expect([a.sequences, b.sequences]).toEqual([false, true]);
    });
  });

  describe('whose order to start is not answered', () => {
    it('is done when it was heard', async () => {
      await using scene = await Scene.open();
      scene.nodes.b.onStart = async () => 'hang';
      await scene.failure();
      expect(await scene.keys()).toEqual(NOBODY);
      expect(await scene.attempt()).toBe('b sequences already');
      expect(scene.asked('b', 'start')).toBe(1);
      await scene.expectActive('b');
    });

    it('gives it again when it was not', async () => {
      await using scene = await Scene.open();
      const { b } = scene.nodes;
      b.onStart = async () => 'deaf';
      await scene.failure();
      b.onStart = async () => undefined;
      expect(await scene.attempt()).toMatch(OVER);
      await scene.expectActive('b');
    });

    it('starts the old one again when the other one has died of it', async () => {
      await using scene = await Scene.open();
      const { b } = scene.nodes;
      b.onStart = async () => {
        b.mood = 'error';
        return 'deaf';
      };
      await scene.failure();
      await scene.failure();
      b.mood = 'answers';
      expect(await scene.end()).toMatchObject(wentBack(/^b did not take over \(b does not answer\)/));
      await scene.expectActive('a');
    });
  });

  describe('from one that does not answer', () => {
    it('forbids nothing for a moment of silence', async () => {
      await using scene = await Scene.open();
      const { a } = scene.nodes;
      a.mood = 'error';
      expect(await scene.failure()).toMatchObject(waits(/^whether \S+-a-0 sequences is unknown/));
      await scene.expectUntouched();
      a.mood = 'answers';
      expect(await scene.attempt()).toMatch(OVER);
      await scene.expectActive('b');
    });

    it('waits for one whose pod was deleted, which comes back and sequences', async () => {
      await using scene = await Scene.open();
      const { a } = scene.nodes;
      await scene.removePod('a');
      expect(await scene.failure()).toMatchObject(waits(/^the last block of a is unknown: its pod is gone$/));
      expect(await scene.keys()).toEqual(AS_BEFORE);
      await scene.createPod('a');
      a.sequences = true;
      expect(await scene.attempt()).toMatch(OVER);
      await scene.expectActive('b');
    });

    it('does not start beside a pod that comes up while the keys are being written', async () => {
      await using scene = await Scene.open();
      const { a } = scene.nodes;
      await scene.removePod('a');
      await scene.failure();
      const reached = async (point: string) => {
        if (point !== 'handOverSequencer/allow/before' || a.sequences) return;
        await scene.createPod('a');
        a.sequences = true;
      };
      expect(await scene.failure({ laterMs: LONG_MS, reached })).toMatchObject(waits(/^\S+-a-0 sequences$/));
      expect(scene.asked('b', 'start')).toBe(0);
      expect(await scene.end()).toMatch(OVER);
      await scene.expectActive('b');
    });

    it('ends its pod after long, and starts the other one on the block that the next pod of the old one has', async () => {
      await using scene = await Scene.open();
      const { a } = scene.nodes;
      a.mood = 'error';
      await scene.failure();
      await scene.failure({ laterMs: LONG_MS });
      expect(await scene.keys()).toEqual(NOBODY);
      expect(await scene.isEnding('a')).toBe(true);
      await scene.removePod('a');
      expect(await scene.failure()).toMatchObject(waits(/^the last block of a is unknown/));
      // It starts, and has its own time to do so.
      await scene.createPod('a', { ready: false });
      expect(await scene.failure({ laterMs: 8000 })).toMatchObject(waits(/^the last block of a is unknown/));
      expect(await scene.isEnding('a')).toBe(false);
      await scene.removePod('a');
      await scene.createPod('a');
      a.mood = 'answers';
      expect(await scene.end()).toMatch(OVER);
      await scene.expectActive('b');
    });

    it('starts the other one when no pod comes back for it', async () => {
      await using scene = await Scene.open();
      await scene.removePod('a');
      await scene.failure();
      expect(await scene.attempt({ laterMs: LONG_MS })).toMatch(OVER);
      await scene.expectActive('b');
    });

    it('needs the word of a person when its pod stays, as on a machine that is lost', async () => {
      await using scene = await Scene.open();
      const { a } = scene.nodes;
      a.mood = 'error';
      await scene.failure();
      await scene.failure({ laterMs: LONG_MS });
      expect(await scene.isEnding('a')).toBe(true);
      const isOverdue = async () => (await scene.failure()).type === 'FencingRequired' || undefined;
      await waitUntil('its end is overdue', isOverdue, 40_000);
      expect(scene.asked('b', 'start')).toBe(0);
      a.sequences = false;
      const fencedNodes = [{ node: machine(), by: 'ana', reason: 'I have pulled the plug', step: STEP }];
      expect(await scene.attempt({ fencedNodes })).toMatch(OVER);
      await scene.expectActive('b');
    });
  });

  const EFFECTS = ['allow', 'stop', 'start', 'service'].flatMap((effect) => [`${effect}/before`, `${effect}/after`]);

  it.each(EFFECTS)('whose worker dies at %s goes on with the next one, which knows nothing of it', async (point) => {
    await using scene = await Scene.open();
    await scene.failure({ diesAt: `handOverSequencer/${point}` });
    expect(await scene.end()).toMatch(/^a → b at block|^b sequences already$/);
    expect([scene.asked('a', 'stop'), scene.asked('b', 'start')]).toEqual([1, 1]);
    await scene.expectActive('b');
  });

  it.each(['allow/after', 'start/before', 'start/after', 'service/before'])(
    'that goes back, and whose worker dies at %s, ends with the old one',
    async (point) => {
      await using scene = await Scene.open();
      const { a, b } = scene.nodes;
      let isStopped = false;
      a.onStop = async () => {
        isStopped = true;
        scene.chain.cutOff(b);
        scene.chain.make(a);
        return undefined;
      };
      let died = false;
      const reached = async (at: string) => {
        if (at !== `handOverSequencer/${point}` || died || !isStopped) return;
        died = true;
        throw new Error('its worker dies');
      };
      await scene.failure({ reached });
      expect(died).toBe(true);
      expect(await scene.end()).toMatchObject(wentBack(/; a sequences again$/));
      await scene.expectActive('a');
    },
  );
});
