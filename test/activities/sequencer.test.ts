/**
 * The proof rule: before one sequencer starts, every other one is proven to be stopped. The steps run as activities, on
 * the real API server, against op-nodes that answer as each test says.
 */
import type { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { StepInput } from '../../src/contract/activities.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { sample } from '../api/sample-objects.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { attempt, failureOf } from './attempt.ts';
import { type Mood, type OpNode, opNodeAt, RECORDED_HEAD } from './op-node-at.ts';
import { createOwner } from './owner.ts';

type StepType = 'startSequencer' | 'stopSequencer';
type Input = Partial<Pick<StepInput, 'fencedNodes' | 'givenUp' | 'planKind'>> & {
  readonly waitedMs?: number;
  readonly kept?: unknown;
};

const STEP = '07-start-sequencer/a';
const HOST = 'a-machine';

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
  await waitUntil('pods can be created', () =>
    api.client.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: api.namespace, name: 'default' }),
  );
});
afterAll(() => api.close());

interface Standby {
  readonly sequences?: boolean;
  readonly mood?: Mood;
  /** Its pod has no address (yet, or any more). */
  readonly withoutIp?: boolean;
}

/** A network with the sequencers `a`, which is to start, `b`, which is what the test is about, and `c`, which has no pod. */
class Scene implements AsyncDisposable {
  readonly network: string;
  readonly a: OpNode;
  readonly b: OpNode;
  readonly #uid: string;
  /** Of the newest pod of each node. */
  readonly #uids = new Map<string, string>();
  #attempts = 0;

  private constructor(network: string, uid: string, a: OpNode, b: OpNode) {
    this.network = network;
    this.#uid = uid;
    this.a = a;
    this.b = b;
  }

  static async open({ sequences = false, mood, withoutIp = false }: Standby = {}): Promise<Scene> {
    const { name, uid } = await createOwner(api);
    const seed = `${api.namespace} ${name}`;
    const scene = new Scene(
      name,
      uid,
      await opNodeAt(`${seed} a`, false),
      await opNodeAt(`${seed} b`, sequences, mood),
    );
    await scene.#create('ConfigMap', `${name}-sequencers`, { data: { a: 'true', b: 'false', c: 'false' } });
    await scene.#createPod('a', scene.a.ip);
    await scene.#createPod('b', withoutIp ? undefined : scene.b.ip);
    return scene;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.a[Symbol.asyncDispose]();
    await this.b[Symbol.asyncDispose]();
  }

  #create(kind: 'Pod' | 'ConfigMap', name: string, content: object, labels: Record<string, string> = {}) {
    const metadata = { name, namespace: api.namespace, labels: { 'optimism.io/network': this.network, ...labels } };
    return api.client.create<KubeObject>({ apiVersion: 'v1', kind, metadata, ...content });
  }

  /** More than a restart takes has gone by since `b` was silent first: from then on that is no moment of one. */
  get longSilence() {
    return { waitedMs: 431_000, kept: { silentSince: { [this.#uids.get('b') ?? '']: 400_000 } } };
  }

  /** `b` comes back on another machine. */
  createPodOfB(): Promise<void> {
    return this.#createPod('b', this.b.ip);
  }

  async #createPod(node: string, ip: string | undefined): Promise<void> {
    const labels = { 'optimism.io/component': `opnode.${node}`, 'app.kubernetes.io/component': 'sequencer' };
    const spec = { containers: [{ name: 'op-node', image: 'op-node' }], nodeName: HOST };
    const { metadata } = await this.#create('Pod', this.podOf(node), { spec }, labels);
    this.#uids.set(node, metadata.uid ?? '');
    if (!ip) return;
    const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }] };
    await api.client.mergePatch(this.#pod(node), { status }, { subresource: 'status' });
  }

  podOf(node: string): string {
    return `${this.network}-${node}-0`;
  }

  #pod(node: string) {
    return { apiVersion: 'v1', kind: 'Pod', namespace: api.namespace, name: this.podOf(node) };
  }

  /** The pod object goes, as when its node has been seen gone or somebody has deleted it. */
  async removePod(node: string): Promise<void> {
    await api.client.delete(this.#pod(node), { gracePeriodSeconds: 0 });
    await waitUntil(`the pod of ${node} is gone`, async () => !(await api.client.get(this.#pod(node))) || undefined);
  }

  /** Who may sequence after a restart: `"false"` is not stopped. */
  async keys(): Promise<Record<string, string>> {
    const found = await api.client.get<KubeObject & { data?: Record<string, string> }>({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: api.namespace,
      name: `${this.network}-sequencers`,
    });
    return found?.data ?? {};
  }

  /** The OpNode of `b` is there, and stays when `a` is taken down. */
  async createNode(): Promise<void> {
    const signer = { secretKeyRef: { name: 'keys', key: 'k' } };
    const spec = {
      'spec.networkRef.name': this.network,
      'spec.role': 'Sequencer',
      'spec.sequencer': { signer },
    };
    await api.create(sample('OpNode', spec, 'b'));
  }

  /** Somebody lets a node sequence after a restart. */
  async allow(node: string): Promise<void> {
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: api.namespace, name: `${this.network}-sequencers` };
    await api.client.mergePatch(ref, { data: { [node]: 'false' } });
  }

  /** One attempt of a step of `a`. */
  attempt(type: StepType, input?: Input): Promise<string> {
    return attempt(api, this.#attempted(type, input));
  }

  failure(type: StepType, input?: Input): Promise<ApplicationFailure> {
    return failureOf(api, this.#attempted(type, input));
  }

  #attempted(type: StepType, input: Input = {}) {
    this.#attempts += 1;
    const step = { id: STEP, type, component: { kind: 'OpNode', name: 'a' } } as const;
    const network = { namespace: api.namespace, name: this.network, uid: this.#uid };
    return { ...input, network, step, attempt: this.#attempts };
  }

  starts(): number {
    return this.a.asked.filter((method) => method === 'admin_startSequencer').length;
  }
}

const ALLOWED = { a: 'false', b: 'true', c: 'true' };
const NOBODY = { a: 'true', b: 'true', c: 'true' };
const AS_BEFORE = { a: 'true', b: 'false', c: 'false' };
const said = { by: 'ana', reason: 'I have pulled the plug' };
const confirmed = (node: string, step = STEP) => [{ ...said, node, step }];
const givenUp = (above: number) => [{ ...said, above, step: STEP }];

// Those that wait for answers that do not come wait side by side.
describe.concurrent('a sequencer', () => {
  it('starts when the other one says that it does not sequence', async () => {
    await using scene = await Scene.open();
    expect(await scene.attempt('startSequencer')).toMatch(/^a sequences from block \d+$/);
    expect(scene.b.asked).not.toContain('admin_stopSequencer');
    expect(scene.a.sequences).toBe(true);
    expect(await scene.keys()).toEqual(ALLOWED);
  });

  it('is told to start only after every other one is forbidden to come back', async () => {
    await using scene = await Scene.open();
    let atStart: Record<string, string> = {};
    scene.a.onStart = async () => {
      atStart = await scene.keys();
      return undefined;
    };
    await scene.attempt('startSequencer');
    expect(atStart).toEqual(NOBODY);
  });

  it('does not take over from one that sequences: the next look takes that one for the active one', async () => {
    await using scene = await Scene.open({ sequences: true });
    expect(await scene.failure('startSequencer')).toMatchObject({
      type: 'SequencerChanged',
      nonRetryable: true,
      message: expect.stringContaining(`${scene.podOf('b')} sequences`),
    });
    expect(scene.starts()).toBe(0);
    expect([scene.a.sequences, scene.b.sequences]).toEqual([false, true]);
    expect(await scene.keys()).toEqual(AS_BEFORE);
  });

  it('that sequences already ends another one that sequences too, and asks it again', async () => {
    await using scene = await Scene.open({ sequences: true });
    scene.a.sequences = true;
    expect(await scene.failure('startSequencer')).toMatchObject({
      type: 'NotReadyYet',
      message: `${scene.podOf('b')} sequenced too and was told to stop`,
    });
    expect(await scene.keys()).toEqual(ALLOWED);
    expect(await scene.attempt('startSequencer')).toBe('a sequences already');
    expect(scene.b.asked).toEqual(['admin_sequencerActive', 'admin_stopSequencer', 'admin_sequencerActive']);
    expect([scene.a.sequences, scene.b.sequences]).toEqual([true, false]);
  });

  const SILENT: [string, Standby][] = [
    ['answers with an error', { mood: 'error' }],
    ['does not answer', { mood: 'hang' }],
    ['has a pod without an address', { withoutIp: true }],
  ];
  const STARTS: [string, Standby] = ['has just started, and may begin in a moment', { mood: 'starts' }];

  it.each([...SILENT, STARTS])('waits for one that %s, as a pod does while it restarts', async (_, standby) => {
    await using scene = await Scene.open(standby);
    expect(await scene.failure('startSequencer')).toMatchObject({
      type: 'NotReadyYet',
      nonRetryable: false,
      message: expect.stringContaining(`whether ${scene.podOf('b')} sequences is unknown`),
    });
    expect(scene.starts()).toBe(0);
    expect(await scene.keys()).toEqual(NOBODY);
    scene.b.mood = 'answers';
    if (!standby.withoutIp) expect(await scene.attempt('startSequencer')).toMatch(/^a sequences/);
  });

  it.each(SILENT)('does not start beside one that %s for long: unknown is not stopped', async (_, standby) => {
    await using scene = await Scene.open(standby);
    const failure = await scene.failure('startSequencer', scene.longSilence);
    expect(failure).toMatchObject({ type: 'FencingRequired', nonRetryable: true });
    expect(failure.message).toContain(scene.podOf('b'));
    expect(failure.details?.[0]).toMatchObject({
      fix: `switch it off, then: opstack confirm-fenced ${scene.network} b --reason "…" -n ${api.namespace}`,
    });
    expect(scene.starts()).toBe(0);
    expect(await scene.keys()).toEqual(NOBODY);
  });

  it.each<[string, Input]>([
    ['', {}],
    [', whatever a person has said', { fencedNodes: confirmed('b') }],
  ])('does not start beside one that has no head for long%s: to take its pod away helps', async (_, words) => {
    await using scene = await Scene.open({ mood: 'starts' });
    const failure = await scene.failure('startSequencer', { ...words, ...scene.longSilence });
    expect(failure).toMatchObject({ type: 'FencingRequired', nonRetryable: true });
    const why = `whether ${scene.podOf('b')} begins to sequence in a moment is unknown: it answers, and has not read its head yet`;
    const despite = words.fencedNodes ? '; that it is off, as ana has confirmed, does not count while it answers' : '';
    expect(failure.message).toBe(`${why}${despite}`);
    expect(failure.details?.[0]).toMatchObject({
      fix: `mend its execution client, or its L1; or take its pod away: kubectl scale statefulset b --replicas=0 -n ${api.namespace}. Then: opstack retry ${scene.network} -n ${api.namespace}`,
    });
    expect(scene.starts()).toBe(0);
    await scene.removePod('b');
    expect(await scene.attempt('startSequencer', words)).toMatch(/^a sequences/);
  });

  it('waits for one that misses a single answer, however long the step has waited for something else', async () => {
    await using scene = await Scene.open({ mood: 'error' });
    expect(await scene.failure('startSequencer', { waitedMs: 400_000 })).toMatchObject({ type: 'NotReadyYet' });
    const others = { silentSince: { [scene.podOf('c')]: 1000 } };
    expect(await scene.failure('startSequencer', { waitedMs: 400_000, kept: others })).toMatchObject({
      type: 'NotReadyYet',
    });
    expect(await scene.failure('startSequencer', scene.longSilence)).toMatchObject({ type: 'FencingRequired' });
  });

  it('does not start beside one whose pod appears while the others are being forbidden', async () => {
    await using scene = await Scene.open({ sequences: true });
    await scene.removePod('b');
    scene.a.onAsked = async (method) => {
      if (method === 'admin_sequencerActive' && scene.b.asked.length === 0) await scene.createPodOfB();
    };
    expect(await scene.failure('startSequencer')).toMatchObject({
      type: 'SequencerChanged',
      message: expect.stringContaining(`${scene.podOf('b')} sequences`),
    });
    expect([scene.a.sequences, scene.b.sequences]).toEqual([false, true]);
    expect(scene.starts()).toBe(0);
  });

  it('does not start on an older block than one has whose pod appears meanwhile', async () => {
    await using scene = await Scene.open();
    await scene.removePod('b');
    scene.b.ahead = 3;
    scene.a.onAsked = async (method) => {
      if (method === 'admin_sequencerActive' && scene.b.asked.length === 0) await scene.createPodOfB();
    };
    expect(await scene.failure('startSequencer')).toMatchObject({ message: expect.stringMatching(/would be lost$/) });
    expect(scene.starts()).toBe(0);
  });

  it('does not start on an older block than one that is stopped has made, until it has it or a person gives it up', async () => {
    await using scene = await Scene.open();
    scene.b.ahead = 3;
    const failure = await scene.failure('startSequencer');
    expect(failure).toMatchObject({ type: 'NotReadyYet', message: expect.stringMatching(/would be lost$/) });
    expect(failure.details?.[0]).toMatchObject({
      fix: `nothing to do while it catches up. To give up what is above ${RECORDED_HEAD}: opstack give-up-blocks ${scene.network} ${RECORDED_HEAD} --reason "…" -n ${api.namespace}`,
    });
    expect(scene.starts()).toBe(0);
    expect(await scene.attempt('startSequencer', { givenUp: givenUp(RECORDED_HEAD) })).toMatch(/^a sequences/);
  });

  it.each<[string, Input, RegExp]>([
    ['who made them is off', { fencedNodes: [{ ...said, node: 'b', step: STEP }] }, /would be lost$/],
    [
      'blocks are given up above one that it does not have',
      { givenUp: [{ ...said, above: RECORDED_HEAD + 1, step: STEP }] },
      /would be lost; what ana has given up is above \d+, where it does not stand$/,
    ],
    [
      'they are given up, said of another step',
      { givenUp: [{ ...said, above: RECORDED_HEAD, step: '03-x/a' }] },
      /be lost$/,
    ],
  ])('does not start on an older block by the word that %s', async (_, input, message) => {
    await using scene = await Scene.open();
    scene.b.ahead = 3;
    expect(await scene.failure('startSequencer', input)).toMatchObject({ message: expect.stringMatching(message) });
    expect(scene.starts()).toBe(0);
  });

  it('does not start on the word of a person that one is off which sequences', async () => {
    await using scene = await Scene.open({ sequences: true });
    expect(await scene.failure('startSequencer', { fencedNodes: confirmed('b') })).toMatchObject({
      type: 'SequencerChanged',
    });
    expect(scene.starts()).toBe(0);
  });

  it('starts when the pod object of the other one is gone', async () => {
    await using scene = await Scene.open({ mood: 'hang' });
    await scene.removePod('b');
    expect(await scene.attempt('startSequencer')).toMatch(/^a sequences/);
    expect(scene.b.asked).toEqual([]);
    expect(await scene.keys()).toEqual(ALLOWED);
  });

  it.each([
    ['its name', 'b'],
    ['the Kubernetes node that it is on', HOST],
    ['its pod', undefined],
  ])('starts when a person vouches for the other one, by %s', async (_, node) => {
    await using scene = await Scene.open({ mood: 'error' });
    const fencedNodes = confirmed(node ?? scene.podOf('b'));
    expect(await scene.attempt('startSequencer', { fencedNodes })).toMatch(/^a sequences/);
    // Its machine may be switched on again.
    expect(await scene.keys()).toEqual(ALLOWED);
  });

  it('does not start on the word of a person about another step', async () => {
    await using scene = await Scene.open({ mood: 'error' });
    const fencedNodes = confirmed('b', '03-start-sequencer/a');
    expect(await scene.failure('startSequencer', { fencedNodes, ...scene.longSilence })).toMatchObject({
      type: 'FencingRequired',
    });
    expect(scene.starts()).toBe(0);
  });

  it('does not start on the word of a person about another node', async () => {
    await using scene = await Scene.open({ mood: 'error' });
    const failure = await scene.failure('startSequencer', { fencedNodes: confirmed('c'), ...scene.longSilence });
    expect(failure).toMatchObject({
      type: 'FencingRequired',
      message: expect.stringContaining(
        `; c, which ana has confirmed to be off, is none of b, ${scene.podOf('b')}, ${HOST}`,
      ),
    });
    expect(scene.starts()).toBe(0);
  });

  it('does not start on a block that somebody has just made, whatever a person has said', async () => {
    await using scene = await Scene.open();
    scene.a.headTime = Math.floor(Date.now() / 1000) - 3;
    const failure = await scene.failure('startSequencer', { fencedNodes: confirmed('a') });
    expect(failure).toMatchObject({ type: 'NotReadyYet', nonRetryable: false });
    expect(failure.message).toMatch(/^block \d+ of \S+-a-0 is [3-9] s old, and whoever has made it may go on/);
    expect(scene.starts()).toBe(0);
    expect(await scene.keys()).toEqual({ ...NOBODY, a: 'true' });
    scene.a.headTime -= 10;
    expect(await scene.attempt('startSequencer')).toMatch(/^a sequences from block/);
  });

  it('that did not say whether it has started may not come back by itself until it has said so', async () => {
    await using scene = await Scene.open();
    scene.a.onStart = async () => 'hang';
    const failure = await scene.failure('startSequencer');
    expect(failure).toMatchObject({ nonRetryable: false, message: expect.stringContaining('admin_startSequencer') });
    expect(await scene.keys()).toEqual(NOBODY);
    expect(await scene.attempt('startSequencer')).toBe('a sequences already');
    expect(scene.starts()).toBe(1);
    expect(await scene.keys()).toEqual(ALLOWED);
  });

  it('whose pod and StatefulSet are gone is asked for again after some seconds, and then given up for a new plan', async () => {
    await using scene = await Scene.open();
    await scene.removePod('a');
    expect(await scene.failure('startSequencer')).toMatchObject({
      type: 'NotReadyYet',
      message: 'StatefulSet a does not exist',
    });
    expect(await scene.failure('startSequencer', { waitedMs: 6000 })).toMatchObject({
      type: 'ObjectLost',
      nonRetryable: true,
    });
    expect(await scene.keys()).toMatchObject({ a: 'true', b: 'false' });
  });

  it('that sequences already is not started again, and may come back by itself', async () => {
    await using scene = await Scene.open();
    scene.a.sequences = true;
    expect(await scene.attempt('startSequencer')).toBe('a sequences already');
    expect(scene.starts()).toBe(0);
    expect(await scene.keys()).toEqual(ALLOWED);
  });

  it('that does not answer whether it has stopped is asked again: it may still sequence', async () => {
    await using scene = await Scene.open();
    scene.a.mood = 'error';
    expect(await scene.failure('stopSequencer', { planKind: 'change' })).toMatchObject({
      type: 'NotReadyYet',
      nonRetryable: false,
      message: expect.stringContaining('a does not answer'),
    });
    expect(await scene.keys()).toMatchObject({ a: 'true' });
  });

  it('is not stopped by a repair while it is the only one that sequences', async () => {
    await using scene = await Scene.open();
    scene.a.sequences = true;
    expect(await scene.attempt('stopSequencer', { planKind: 'drift' })).toBe('a sequences and is left alone');
    expect(scene.a.sequences).toBe(true);
  });

  it('is stopped by a repair when another one sequences as well, and stays stopped after a restart', async () => {
    await using scene = await Scene.open({ sequences: true });
    scene.a.sequences = true;
    expect(await scene.attempt('stopSequencer', { planKind: 'drift' })).toBe(
      'a sequenced beside another one, and is stopped',
    );
    expect([scene.a.sequences, scene.b.sequences]).toEqual([false, true]);
    expect(await scene.keys()).toEqual(AS_BEFORE);
  });

  it('that does not answer holds up no repair: it comes back stopped', async () => {
    await using scene = await Scene.open();
    await scene.allow('a');
    scene.a.mood = 'hang';
    expect(await scene.attempt('stopSequencer', { planKind: 'drift' })).toBe('a comes back stopped');
    expect(await scene.keys()).toEqual(AS_BEFORE);
  });

  it('leaves its last block to another one that stays, when it is taken down', async () => {
    await using scene = await Scene.open();
    await scene.createNode();
    scene.a.sequences = true;
    scene.b.ahead = -1;
    expect(await scene.failure('stopSequencer', { planKind: 'teardown' })).toMatchObject({
      type: 'NotReadyYet',
      message: expect.stringMatching(/^no other sequencer has block \d+, its last, yet$/),
    });
    scene.b.ahead = 0;
    expect(await scene.attempt('stopSequencer', { planKind: 'teardown' })).toMatch(
      new RegExp(`^a does not sequence; ${scene.podOf('b')} has block \\d+, its last$`),
    );
  });

  it('has stopped when its pod object is gone', async () => {
    await using scene = await Scene.open();
    await scene.removePod('a');
    expect(await scene.attempt('stopSequencer', { planKind: 'change' })).toBe('a has no pod');
    expect(await scene.keys()).toMatchObject({ a: 'true' });
  });
});
