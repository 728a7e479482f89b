/** Gates as steps of a plan: what they look at and for how long, on the real API server, with an L1 that stands still. */
import type { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { StepInput } from '../../src/contract/activities.ts';
import type { ComponentRef, GateName, Step } from '../../src/contract/plan.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { sample } from '../api/sample-objects.ts';
import { type AnsweringServer, answering } from '../chain/answering-server.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { type Attempted, attempt, failureOf, resultOf } from './attempt.ts';
import { type OpNode, opNodeAt, RECORDED_HEAD } from './op-node-at.ts';

/** As in the recorded answers of op-node. */
const L1_HEAD = 101;
const NONCE = 41;

let api: ApiServer;
let l1: AnsweringServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
  l1 = await answering(({ body }) => ({ body: { jsonrpc: '2.0', id: body?.id ?? 1, ...onL1(body?.method) } }));
  await waitUntil('pods can be created', () =>
    api.client.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: api.namespace, name: 'default' }),
  );
  const keys = { batcher: `0x${'22'.repeat(32)}`, sequencer: `0x${'33'.repeat(32)}` };
  const metadata = { name: 'acme-keys', namespace: api.namespace };
  await api.client.create({ apiVersion: 'v1', kind: 'Secret', metadata, ...{ stringData: keys } });
});
afterAll(async () => {
  await l1[Symbol.asyncDispose]();
  await api.close();
});

function onL1(method: string | undefined): object {
  const hex = (value: number) => ({ result: `0x${value.toString(16)}` });
  switch (method) {
    case 'eth_chainId':
      return hex(11_155_111);
    case 'eth_getBlockByNumber': {
      const head = { ...hex(L1_HEAD), timestamp: `0x${Math.floor(Date.now() / 1000).toString(16)}` };
      return {
        result: { number: head.result, hash: `0x${'11'.repeat(32)}`, timestamp: head.timestamp, transactions: [] },
      };
    }
    case 'eth_syncing':
      return { result: false };
    case 'eth_getBalance':
      return { result: `0x${(10n ** 18n).toString(16)}` };
    case 'eth_getTransactionCount':
      return hex(NONCE);
    default:
      return { error: { code: -32601, message: `the method ${method} does not exist/is not available` } };
  }
}

const SEQUENCER: ComponentRef = { kind: 'OpNode', name: '' };
type Said = Partial<Omit<Attempted, 'network' | 'step'>>;

let networks = 0;

/** A network of Unichain with a sequencer, a standby, a replica and a batcher; a test says which of them run. */
class Scene implements AsyncDisposable {
  readonly name = `gates-${++networks}`;
  readonly #nodes: OpNode[] = [];
  #uid = '';
  /** What the last attempt has kept. */
  kept: { samples?: { at: number; nodes: { node: string }[] }[]; waiting?: unknown } = {};

  async open(): Promise<void> {
    const changes = {
      'spec.network': 'sepolia/unichain',
      'spec.l1.rpc': { url: l1.url },
      'spec.l1.chainId': undefined,
      'spec.l2': undefined,
      'spec.contracts': undefined,
      'spec.rollupConfig': undefined,
      'spec.genesis': undefined,
      'spec.rollout.gates.noForeignSequencer.quietBlocks': 3,
    };
    const { metadata } = await api.create(sample('OptimismNetwork', changes, this.name));
    this.#uid = metadata.uid ?? '';
    const of = { 'spec.networkRef.name': this.name };
    const signer = { secretKeyRef: { name: 'acme-keys', key: 'sequencer' } };
    for (const role of ['seq', 'standby'])
      await api.create(
        sample('OpNode', { ...of, 'spec.role': 'Sequencer', 'spec.sequencer': { signer } }, this.of(role)),
      );
    await api.create(sample('OpNode', of, this.of('replica')));
    await api.create(sample('OpBatcher', of, this.of('batcher')));
  }

  of(role: string): string {
    return `${this.name}-${role}`;
  }

  #labels(component: string, role: string) {
    return {
      'optimism.io/network': this.name,
      'optimism.io/component': component,
      'app.kubernetes.io/component': role,
    };
  }

  async #createSet(name: string, labels: Record<string, string>): Promise<void> {
    // There is a controller: it must not take the pods of the test for its own.
    const none = { of: name };
    const spec = {
      replicas: 0,
      serviceName: name,
      selector: { matchLabels: none },
      template: { metadata: { labels: none }, spec: { containers: [{ name: 'main', image: 'main' }] } },
    };
    const metadata = { name, namespace: api.namespace, labels };
    await api.client.create<KubeObject>({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, ...{ spec } });
  }

  async #createPod(name: string, labels: Record<string, string>, status: object): Promise<void> {
    const metadata = { name, namespace: api.namespace, labels };
    const spec = { containers: [{ name: 'main', image: 'main' }] };
    await api.client.create<KubeObject>({ apiVersion: 'v1', kind: 'Pod', metadata, ...{ spec } });
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace: api.namespace, name };
    await api.client.mergePatch(ref, { status }, { subresource: 'status' });
  }

  async node(role: 'seq' | 'standby' | 'replica', sequences = false): Promise<OpNode> {
    const name = this.of(role);
    const node = await opNodeAt(`${api.namespace} ${name}`, sequences);
    this.#nodes.push(node);
    const labels = this.#labels(`opnode.${name}`, role === 'replica' ? 'replica' : 'sequencer');
    await this.#createSet(name, labels);
    const { ip } = node;
    await this.#createPod(`${name}-0`, labels, { phase: 'Running', podIP: ip, podIPs: [{ ip }] });
    return node;
  }

  batcherPod(state: object): Promise<void> {
    const name = this.of('batcher');
    const status = { name: 'main', image: 'main', imageID: '', ready: false, restartCount: 0, state };
    const labels = this.#labels(`opbatcher.${name}`, 'batcher');
    return this.#createPod(`${name}-0`, labels, { phase: 'Pending', containerStatuses: [status] });
  }

  /** What status says: what was rolled out, and who sequenced last. */
  async says(status: { components?: readonly ComponentRef[]; active?: string }): Promise<void> {
    const components = status.components?.map((component) => ({ ...component, render: 'ab'.repeat(32) }));
    const ref = {
      apiVersion: 'optimism.io/v1alpha1',
      kind: 'OptimismNetwork',
      namespace: api.namespace,
      name: this.name,
    };
    const sequencer = status.active === undefined ? {} : { sequencer: { active: status.active } };
    const change = { status: { ...(components ? { components } : {}), ...sequencer } };
    await api.client.mergePatch(ref, change, { subresource: 'status' });
  }

  /** When the batcher was last seen ready. */
  async wasReady(readyAt: string): Promise<void> {
    const ref = {
      apiVersion: 'optimism.io/v1alpha1',
      kind: 'OpBatcher',
      namespace: api.namespace,
      name: this.batcher.name,
    };
    await api.client.mergePatch(ref, { status: { readyAt } }, { subresource: 'status' });
  }

  get batcher(): ComponentRef {
    return { kind: 'OpBatcher', name: this.of('batcher') };
  }
  get sequencer(): ComponentRef {
    return { ...SEQUENCER, name: this.of('seq') };
  }

  attempted(
    gates: readonly GateName[],
    component: ComponentRef,
    said: Said & { step?: Partial<Step> } = {},
  ): Attempted {
    const network = { namespace: api.namespace, name: this.name, uid: this.#uid };
    const step = { type: 'awaitGate', component, gates, ...said.step } as const;
    const onKept = (value: unknown) => {
      this.kept = (value ?? {}) as typeof this.kept;
    };
    return { planKind: 'change', onKept, ...said, network, step };
  }

  passes(...args: Parameters<Scene['attempted']>): Promise<string> {
    return attempt(api, this.attempted(...args));
  }
  waits(...args: Parameters<Scene['attempted']>): Promise<ApplicationFailure> {
    return failureOf(api, this.attempted(...args));
  }

  /** As if what is kept had been seen a minute earlier. */
  aMinuteLater(): unknown {
    const samples = this.kept.samples?.map((seen) => ({ ...seen, at: seen.at - 60_000 }));
    return { ...this.kept, samples };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.#nodes) await node[Symbol.asyncDispose]();
  }
}

let scene: Scene;
beforeEach(async () => {
  scene = new Scene();
  await scene.open();
  return () => scene[Symbol.asyncDispose]();
});

const fenced = (step: string, node = 'foreign-sequencer'): StepInput['fencedNodes'] => [
  { node, by: 'ana', reason: 'it is off', step },
];
const givenUp = (step: string, above: number): NonNullable<StepInput['givenUp']> => [
  { above, by: 'ana', reason: 'its disk is lost', step },
];
const fixOf = ({ details }: ApplicationFailure) => String(Object(details?.[0]).fix);

describe('a component that was never rolled out', () => {
  it('as a batcher waits for as long as batches take, also when the plan is a change', async () => {
    expect(await scene.waits(['no-foreign-batcher'], scene.batcher)).toMatchObject({
      type: 'NotReadyYet',
      message: expect.stringContaining('expecting 235'),
    });
  });

  it('as a sequencer has to know the last block of whoever made it, also when the plan is a change', async () => {
    const own = await scene.node('seq');
    own.headTime = Math.floor(Date.now() / 1000) - 60;
    await scene.waits(['no-foreign-sequencer'], scene.sequencer);
    const kept = scene.aMinuteLater();
    expect(await scene.waits(['no-foreign-sequencer'], scene.sequencer, { kept })).toMatchObject({
      message: expect.stringContaining('whether that is the last block cannot be seen'),
    });
    await scene.says({ components: [scene.sequencer], active: scene.sequencer.name });
    expect(await scene.passes(['no-foreign-sequencer'], scene.sequencer, { kept })).toMatch(/^nobody else sequences/);
  });
});

describe('a batcher that was rolled out and does not run', () => {
  const long = { message: expect.stringContaining('expecting 235') };
  const repair = { planKind: 'drift' } as const;
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString().replace(/[.].*/, 'Z');

  it('waits for as long when a wish starts it again, however short it was off', async () => {
    await scene.says({ components: [scene.batcher] });
    await scene.wasReady(minutesAgo(1));
    expect(await scene.waits(['no-foreign-batcher'], scene.batcher)).toMatchObject(long);
  });

  it('is brought back after a short silence when it ran a moment ago', async () => {
    await scene.says({ components: [scene.batcher] });
    await scene.wasReady(minutesAgo(4));
    expect(await scene.passes(['no-foreign-batcher'], scene.batcher, repair)).toMatch(/sent nothing for 10 L1 blocks/);
  });

  it('is brought back after a long one when it was away for longer, or nobody knows', async () => {
    await scene.says({ components: [scene.batcher] });
    expect(await scene.waits(['no-foreign-batcher'], scene.batcher, repair)).toMatchObject(long);
    await scene.wasReady(minutesAgo(11));
    expect(await scene.waits(['no-foreign-batcher'], scene.batcher, repair)).toMatchObject(long);
  });
});

describe('a sequencer that another one of ours was active before', () => {
  it('has to know its last block, also when a repair starts it', async () => {
    const own = await scene.node('seq');
    own.headTime = Math.floor(Date.now() / 1000) - 60;
    await scene.says({ components: [scene.sequencer], active: scene.of('standby') });
    await scene.waits(['no-foreign-sequencer'], scene.sequencer, { planKind: 'drift' });
    const kept = scene.aMinuteLater();
    expect(await scene.waits(['no-foreign-sequencer'], scene.sequencer, { kept, planKind: 'drift' })).toMatchObject({
      message: expect.stringContaining('whether that is the last block cannot be seen'),
    });
  });
});

describe('the gate before a sequencer starts', () => {
  it('ends the plan when another one of ours sequences: the next look takes that one for the active one', async () => {
    await scene.node('seq');
    await scene.node('standby', true);
    expect(await scene.waits(['no-foreign-sequencer'], scene.sequencer)).toMatchObject({
      type: 'SequencerChanged',
      nonRetryable: true,
    });
  });

  it('asks for nobody to vouch where that would not count, and says so to who has', async () => {
    const own = await scene.node('seq');
    own.headTime = Math.floor(Date.now() / 1000);
    const step = { id: '04-await-no-foreign-sequencer/seq' };
    const plain = await scene.waits(['no-foreign-sequencer'], scene.sequencer, { step });
    expect(`${plain.message} ${fixOf(plain)}`).not.toMatch(/confirm/);
    const vouched = { step, fencedNodes: fenced(step.id), kept: scene.aMinuteLater() };
    const failure = await scene.waits(['no-foreign-sequencer'], scene.sequencer, vouched);
    expect(failure.message).toMatch(/s old.*that ana has confirmed it to be off does not count/);
    expect(fixOf(failure)).not.toMatch(/confirm/);
  });
});

describe('the word that another sequencer is off', () => {
  const step = { id: '04-await-no-foreign-sequencer/seq' };
  const wait = (said: Said) => scene.waits(['no-foreign-sequencer'], scene.sequencer, { step, ...said });
  const pass = (said: Said) => scene.passes(['no-foreign-sequencer'], scene.sequencer, { step, ...said });

  beforeEach(async () => {
    const own = await scene.node('seq');
    own.headTime = Math.floor(Date.now() / 1000) - 60;
  });

  it('passes the gate that can not see whether there is one, and the fix says it', async () => {
    const failure = await wait({});
    expect(fixOf(failure)).toContain(
      `opstack confirm-fenced ${scene.name} foreign-sequencer --reason "…" -n ${api.namespace}`,
    );
    for (const word of [fenced(step.id, scene.of('seq')), fenced('03-earlier/seq')])
      expect(await wait({ fencedNodes: word })).toMatchObject({ type: 'NotReadyYet' });
    expect(await pass({ fencedNodes: fenced(step.id) })).toBe(
      'ana confirmed that no other sequencer of this chain runs: it is off',
    );
  });

  it('gives no block up that another node of the network has: that is said of the block that the candidate stands at', async () => {
    const replica = await scene.node('replica');
    replica.ahead = 3;
    await wait({});
    const kept = scene.aMinuteLater();
    const failure = await wait({ kept });
    expect(failure.message).toMatch(/would give these blocks up$/);
    expect(fixOf(failure)).toContain(
      `opstack give-up-blocks ${scene.name} ${RECORDED_HEAD} --reason "…" -n ${api.namespace}`,
    );
    for (const early of [kept, undefined])
      expect(await wait({ kept: early, fencedNodes: fenced(step.id) })).toMatchObject({
        message: expect.stringMatching(/that ana has confirmed the other one to be off gives no blocks up$/),
      });
    expect(await wait({ kept, givenUp: givenUp(step.id, RECORDED_HEAD + 1) })).toMatchObject({
      message: expect.stringMatching(/what ana has given up is above \d+, where it does not stand$/),
    });
    expect(await wait({ kept, givenUp: givenUp('03-earlier/seq', RECORDED_HEAD) })).toMatchObject({
      type: 'NotReadyYet',
    });
    expect(await pass({ kept, givenUp: givenUp(step.id, RECORDED_HEAD) })).toBe(
      `ana gave up the blocks above ${RECORDED_HEAD}: its disk is lost`,
    );
    const both = { fencedNodes: fenced(step.id), givenUp: givenUp(step.id, RECORDED_HEAD) };
    expect(await pass(both)).toMatch(/^ana confirmed that no other sequencer .* is off; ana gave up the blocks above/);
  });
});

describe('the gate after a sequencer has started', () => {
  it('asks to confirm nothing where nobody is silent', async () => {
    await scene.node('seq');
    await scene.node('standby');
    const failure = await scene.waits(['single-sequencer'], scene.sequencer);
    expect(failure.message).toBe('no sequencer is active');
    expect(fixOf(failure)).not.toMatch(/confirm/);
  });

  it('asks to confirm that the one is off which does not answer, not the one that has started', async () => {
    await scene.node('seq', true);
    const silent = await scene.node('standby');
    await silent[Symbol.asyncDispose]();
    const failure = await scene.waits(['single-sequencer'], scene.sequencer);
    expect(failure.message).toContain(`op-node of ${scene.of('standby')}-0`);
    expect(fixOf(failure)).toContain(`opstack confirm-fenced ${scene.name} ${scene.of('standby')} --reason`);
    const step = { id: '09-await-single-sequencer/seq' };
    const typo = { step, fencedNodes: fenced(step.id, 'stanby') };
    expect((await scene.waits(['single-sequencer'], scene.sequencer, typo)).message).toMatch(
      /; stanby, which ana has confirmed to be off, is none of \S+-standby, \S+-standby-0$/,
    );
    const fencedNodes = fenced('any', scene.of('standby'));
    expect(await scene.passes(['single-sequencer'], scene.sequencer, { fencedNodes })).toContain('is the only active');
  });
});

describe('the gate before a batcher starts', () => {
  it('is asked while a pod of it has not begun, as one that an interrupted install has left', async () => {
    await scene.batcherPod({ waiting: { reason: 'ImagePullBackOff' } });
    const failure = await scene.waits(['no-foreign-batcher'], scene.batcher);
    expect(failure).toMatchObject({ type: 'NotReadyYet' });
    expect(fixOf(failure)).toContain(`opstack confirm-fenced ${scene.name} foreign-batcher --reason`);
    const step = { id: '08-await-no-foreign-batcher/batcher' };
    const word = (node: string) => ({ step, fencedNodes: fenced(step.id, node) });
    for (const node of [scene.of('batcher'), 'foreign-sequencer'])
      await scene.waits(['no-foreign-batcher'], scene.batcher, word(node));
    expect(await scene.passes(['no-foreign-batcher'], scene.batcher, word('foreign-batcher'))).toBe(
      'ana confirmed that no other batcher of this chain runs: it is off',
    );
  });

  it('is passed when its own has begun', async () => {
    await scene.batcherPod({ running: { startedAt: '2026-01-01T00:00:00Z' } });
    expect(await scene.passes(['no-foreign-batcher'], scene.batcher)).toBe(`${scene.of('batcher')} runs already`);
  });
});

describe('a step of several gates', () => {
  const gates = ['engine-ready', 'derivation-caught-up'] as const;
  const step = { gateTimeouts: { 'engine-ready': 100, 'derivation-caught-up': 500 }, limitSeconds: 600 };
  const skip = (gate: GateName) => ({ gate, by: 'ana', reason: 'I know' });

  it('ends when one of them has been waited for longer than its own limit', async () => {
    await scene.node('seq');
    const waiting = (gate: GateName) => ({ samples: [], waiting: { gate, sinceMs: 50_000 } });
    const waited = (gate: GateName, waitedMs: number) =>
      scene.waits(gates, scene.sequencer, { step, waitedMs, kept: waiting(gate) });
    expect(await waited('engine-ready', 120_000)).toMatchObject({ type: 'NotReadyYet' });
    expect(await waited('engine-ready', 151_000)).toMatchObject({
      type: 'GateTimeout',
      message: expect.stringMatching(/\(waited 1\d\d s, the limit is 100 s\)$/),
    });
  });

  it('counts from when those before it have passed', async () => {
    await scene.node('seq');
    const kept = { samples: [], waiting: { gate: 'derivation-caught-up', sinceMs: 0 } };
    const failure = await scene.waits(gates, scene.sequencer, { step, waitedMs: 300_000, kept });
    expect(failure).toMatchObject({ type: 'NotReadyYet', message: expect.stringContaining('execution client') });
    expect(scene.kept.waiting).toEqual({ gate: 'engine-ready', sinceMs: expect.closeTo(300_000, -4) });
  });

  it('is done when only some of them are skipped, and says which', async () => {
    await scene.node('seq');
    const one = scene.attempted(gates, scene.sequencer, { step, skippedGates: [skip('engine-ready')] });
    expect(await resultOf(api, one)).toEqual({
      message: expect.stringMatching(/^gate engine-ready was skipped by ana: I know; \S+ has derived/),
    });
    const all = scene.attempted(gates, scene.sequencer, { step, skippedGates: gates.map(skip) });
    expect(await resultOf(api, all)).toMatchObject({ skipped: true });
  });
});

describe('a step of a plan that another version has made', () => {
  it('passes no gate that it does not name: the plan has to be aborted', async () => {
    const old: object = { gate: 'no-foreign-batcher' };
    const failure = await scene.waits([], scene.batcher, { step: old });
    expect(failure).toMatchObject({
      type: 'NotSupportedYet',
      nonRetryable: true,
      message: expect.stringContaining('made by another version'),
    });
    expect(fixOf(failure)).toContain('abort the plan');
  });
});

describe('what a gate looks at', () => {
  it('is sequencers and what it is about, and other nodes only where they count', async () => {
    const own = await scene.node('seq');
    const replica = await scene.node('replica');
    await scene.passes(['derivation-caught-up'], scene.sequencer);
    expect(own.asked).toContain('optimism_syncStatus');
    expect(replica.asked).toEqual([]);
    await scene.waits(['no-foreign-sequencer'], scene.sequencer);
    expect(replica.asked).toContain('optimism_syncStatus');
  });

  it('is remembered without the nodes that are not compared over time', async () => {
    await scene.node('seq');
    await scene.node('replica');
    await scene.waits(['no-foreign-sequencer'], scene.sequencer);
    await scene.waits(['no-foreign-sequencer'], scene.sequencer, { kept: scene.kept });
    await scene.waits(['no-foreign-sequencer'], scene.sequencer, { kept: scene.kept });
    const counts = scene.kept.samples?.map(({ nodes }) => nodes.length);
    expect(counts).toEqual([1, 2, 2]);
  });
});
