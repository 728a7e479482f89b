/** What the step that stops a batcher waits for, on the real API server with its controllers, and an L1 that a test moves. */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { KubeObject } from '../../src/kube/index.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { sample } from '../api/sample-objects.ts';
import { type AnsweringServer, answering } from '../chain/answering-server.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { type Attempted, attempt, failureOf } from './attempt.ts';
import { type OpNode, opNodeAt } from './op-node-at.ts';

/** As in the recorded answers of op-node: it has not derived that far. */
const HEAD = 101;
const LIMIT_SECONDS = 300;
const BATCHER_KEY = `0x${'22'.repeat(32)}`;
/** Longer than the step waits when nothing can be seen; less than its limit. */
const LATE = { waitedMs: 245_000 };

const l1State = { head: HEAD, headAge: 0, latest: 41, pending: 41, refuses: undefined as string | undefined, chain: 0 };
let api: ApiServer;
let l1: AnsweringServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
  l1 = await answering(({ body }) => {
    const params = (body as { params?: unknown[] } | undefined)?.params ?? [];
    return { body: { jsonrpc: '2.0', id: body?.id ?? 1, ...onL1(body?.method, params) } };
  });
  await waitUntil('pods can be created', () =>
    api.client.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: api.namespace, name: 'default' }),
  );
  const metadata = { name: 'acme-keys', namespace: api.namespace };
  const keys = { batcher: BATCHER_KEY, sequencer: `0x${'33'.repeat(32)}` };
  await api.client.create({ apiVersion: 'v1', kind: 'Secret', metadata, ...{ stringData: keys } });
});
afterAll(async () => {
  await l1[Symbol.asyncDispose]();
  await api.close();
});
beforeEach(() => {
  Object.assign(l1State, { head: HEAD, headAge: 0, latest: 41, pending: 41, refuses: undefined, chain: 11_155_111 });
});

function onL1(method: string | undefined, params: readonly unknown[]): object {
  const hex = (value: number) => ({ result: `0x${value.toString(16)}` });
  if (method === l1State.refuses) return { error: { code: -32000, message: 'the node is away' } };
  switch (method) {
    case 'eth_chainId':
      return hex(l1State.chain);
    case 'eth_getBlockByNumber': {
      const timestamp = hex(Math.floor(Date.now() / 1000) - l1State.headAge).result;
      return {
        result: { number: hex(l1State.head).result, hash: `0x${'11'.repeat(32)}`, timestamp, transactions: [] },
      };
    }
    case 'eth_syncing':
      return { result: false };
    case 'eth_getBalance':
      return hex(10 ** 18);
    case 'eth_getTransactionCount':
      return hex(params[1] === 'pending' ? l1State.pending : l1State.latest);
    default:
      return { error: { code: -32601, message: `the method ${method} does not exist/is not available` } };
  }
}

type StatefulSet = KubeObject & { readonly spec: { readonly replicas: number } };
type Said = Partial<Omit<Attempted, 'network' | 'step'>>;

let networks = 0;

/** A network of Unichain with a batcher, whose StatefulSet makes a pod. */
class Scene {
  readonly name = `stops-${++networks}`;
  readonly batcher = `${this.name}-batcher`;
  #uid = '';
  /** What the last attempt has kept. */
  kept: unknown;

  static async open({ replicas = 1, stopped = false, skipGates = [] as string[] } = {}): Promise<Scene> {
    const scene = new Scene();
    const changes = {
      'spec.network': 'sepolia/unichain',
      'spec.l1.rpc': { url: l1.url },
      'spec.l1.chainId': undefined,
      'spec.rollout.skipGates': skipGates,
      'spec.l2': undefined,
      'spec.contracts': undefined,
      'spec.rollupConfig': undefined,
      'spec.genesis': undefined,
    };
    const { metadata } = await api.create(sample('OptimismNetwork', changes, scene.name));
    scene.#uid = metadata.uid ?? '';
    const wish = { 'spec.networkRef.name': scene.name, 'spec.stopped': stopped };
    await api.create(sample('OpBatcher', wish, scene.batcher));
    const labels = scene.#labels(`opbatcher.${scene.batcher}`, 'batcher');
    const spec = {
      replicas,
      serviceName: scene.batcher,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'main' }] } },
    };
    const set = { name: scene.batcher, namespace: api.namespace, labels };
    await api.client.create<KubeObject>({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: set, ...{ spec } });
    if (replicas > 0) await waitUntil('its pod is there', async () => ((await scene.pods()) > 0 ? true : undefined));
    return scene;
  }

  #labels(component: string, role: string) {
    return {
      'optimism.io/network': this.name,
      'optimism.io/component': component,
      'app.kubernetes.io/component': role,
    };
  }

  /** An op-node that sequences, and is as far as was recorded. */
  async sequencer(): Promise<OpNode> {
    const name = `${this.name}-seq`;
    const node = await opNodeAt(`${api.namespace} ${name}`, true);
    const metadata = {
      name: `${name}-0`,
      namespace: api.namespace,
      labels: this.#labels(`opnode.${name}`, 'sequencer'),
    };
    const spec = { containers: [{ name: 'op-node', image: 'op-node' }] };
    const status = { phase: 'Running', podIP: node.ip, podIPs: [{ ip: node.ip }] };
    await api.client.create<KubeObject>({ apiVersion: 'v1', kind: 'Pod', metadata, ...{ spec } });
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace: api.namespace, name: metadata.name };
    await api.client.mergePatch(ref, { status }, { subresource: 'status' });
    return node;
  }

  async pods(): Promise<number> {
    const labelSelector = `optimism.io/component=opbatcher.${this.batcher}`;
    const pods = { apiVersion: 'v1', kind: 'Pod', namespace: api.namespace };
    return (await api.client.list(pods, { labelSelector })).items.length;
  }

  async replicas(): Promise<number | undefined> {
    const ref = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: api.namespace, name: this.batcher };
    return (await api.client.get<StatefulSet>(ref))?.spec.replicas;
  }

  #attempted(said: Said): Attempted {
    const component = { kind: 'OpBatcher', name: this.batcher } as const;
    return {
      planKind: 'change',
      kept: this.kept,
      onKept: (value) => {
        this.kept = value;
      },
      ...said,
      network: { namespace: api.namespace, name: this.name, uid: this.#uid },
      step: { type: 'stopBatcher', component, limitSeconds: LIMIT_SECONDS },
    };
  }

  stops(said: Said = {}): Promise<string> {
    return attempt(api, this.#attempted(said));
  }

  waits(said: Said = {}) {
    return failureOf(api, this.#attempted(said));
  }

  /** Attempts until its pod has gone, also when its controller has written the StatefulSet at the same time. */
  async ended(said: Said = {}): Promise<string> {
    return waitUntil('its pod has gone', async () => {
      const words = await this.stops(said).catch((error: Error) => error.message);
      return words.includes('is ending') || (await this.replicas()) !== 0 ? undefined : words;
    });
  }
}

describe('a batcher runs on', () => {
  it.each<[string, Partial<typeof l1State>, RegExp]>([
    ['does not answer', { refuses: 'eth_chainId' }, /L1/],
    ['says nothing of its account', { refuses: 'eth_getTransactionCount' }, /its account can not be read/],
    ['makes no blocks', { headAge: 3600 }, /L1 head 101 is .* old/],
  ])('while L1 %s', async (_, state, why) => {
    const scene = await Scene.open();
    Object.assign(l1State, state);
    const failure = await scene.waits();
    expect(failure).toMatchObject({ type: 'NotReadyYet', message: expect.stringMatching(why) });
    expect(failure.message).toContain(`${scene.batcher} goes on until L1 can be seen`);
    expect(await scene.replicas()).toBe(1);
    // However long that lasts, and however often it is tried again.
    expect(await scene.waits(LATE)).toMatchObject({ type: 'NotReadyYet' });
    expect(await scene.waits({ waitedMs: 301_000 })).toMatchObject({ type: 'GateTimeout' });
    expect(await scene.replicas()).toBe(1);
    expect(await scene.pods()).toBe(1);
  });

  it('while what the wait for L1 has left of the limit is too little for its pod to end', async () => {
    const scene = await Scene.open();
    const late = { waitedMs: 181_000 };
    const failure = await scene.waits(late);
    expect(failure).toMatchObject({
      type: 'NotReadyYet',
      message: expect.stringMatching(/goes on: .* than the 119 s/),
    });
    expect(failure.details?.[0]).toMatchObject({ fix: expect.stringContaining('then retry') });
    expect(await scene.waits({ waitedMs: 301_000 })).toMatchObject({ type: 'GateTimeout' });
    expect(await scene.replicas()).toBe(1);
    // Who has stopped it in time goes on with that, however late it is.
    await waitUntil('it is scaled to nothing', async () => {
      await scene.stops({ waitedMs: 175_000 }).catch(() => undefined);
      return (await scene.replicas()) === 0 || undefined;
    });
    expect(await scene.ended(late)).toMatch(/has ended, and everything/);
  });

  it('while nobody knows its address, which its Secret has', async () => {
    const scene = await Scene.open();
    const keys = { apiVersion: 'v1', kind: 'Secret', namespace: api.namespace, name: 'acme-keys' };
    await api.client.mergePatch(keys, { data: { batcher: null } });
    const failure = await scene.waits();
    await api.client.mergePatch(keys, { stringData: { batcher: BATCHER_KEY } });
    expect(failure).toMatchObject({ message: expect.stringMatching(/its address is unknown$/) });
    expect(failure.details?.[0]).toMatchObject({ fix: 'see that Secret "acme-keys" is there, with "batcher"' });
    expect(await scene.replicas()).toBe(1);
  });

  it('while L1 makes no blocks, unless the spec skips that', async () => {
    l1State.headAge = 3600;
    const failure = await (await Scene.open()).waits();
    expect(failure.details?.[0]).toMatchObject({
      fix: expect.stringContaining('spec.rollout.gates.l1Reachable.maxHeadAge'),
    });
    const scene = await Scene.open({ skipGates: ['l1-reachable'] });
    l1State.refuses = 'eth_getTransactionCount';
    expect(await scene.waits()).toMatchObject({ message: expect.stringContaining('its account can not be read') });
    Object.assign(l1State, { refuses: undefined, chain: 1 });
    expect(await scene.waits()).toMatchObject({ type: 'ChainMismatch' });
    expect(await scene.replicas()).toBe(1);
    l1State.chain = 11_155_111;
    expect(await scene.ended()).toMatch(/has ended, and everything/);
  });

  it('while L1 is another chain, and the plan halts', async () => {
    const scene = await Scene.open();
    l1State.chain = 1;
    expect(await scene.waits()).toMatchObject({ type: 'ChainMismatch', nonRetryable: true });
    expect(await scene.replicas()).toBe(1);
  });
});

describe('a batcher is stopped without a look at L1', () => {
  it.each([
    ['when it is deleted', 'teardown', false],
    ['when it is to stay stopped', 'change', true],
    ['when somebody has started it although it is to stay stopped', 'drift', true],
  ] as const)('%s', async (_, planKind, stopped) => {
    const scene = await Scene.open({ stopped });
    l1State.refuses = 'eth_chainId';
    expect(await scene.ended({ planKind })).toMatch(/has ended; whether its last transaction is on L1/);
  });
});

describe('a batcher that has ended', () => {
  it('is stopped when nothing of it is pending, also when the step is done twice', async () => {
    const scene = await Scene.open();
    expect(await scene.ended()).toMatch(/has ended, and everything that it sent up to L1 block 101 is derived$/);
    scene.kept = undefined;
    expect(await scene.stops()).toMatch(/has ended, and everything/);
  });

  it('leaves its stuck transactions to the next one after ten L1 blocks', async () => {
    const scene = await Scene.open({ replicas: 0 });
    l1State.pending = 43;
    expect(await scene.waits()).toMatchObject({
      type: 'NotReadyYet',
      message: expect.stringContaining('2 of its transactions are not on L1 yet'),
    });
    l1State.head += 9;
    expect(await scene.waits()).toMatchObject({ type: 'NotReadyYet' });
    l1State.head += 1;
    const words = `${scene.batcher} has ended; 2 of its transactions are still not on L1: the next batcher begins at nonce 41 and replaces them`;
    expect(await scene.stops()).toBe(words);
    // Killed before that was told: the next attempt knows since when.
    expect(await scene.stops()).toBe(words);
    // And counts anew when that is lost with the process.
    scene.kept = undefined;
    expect(await scene.waits()).toMatchObject({ type: 'NotReadyYet' });
  });

  it('waits anew when L1 has taken one of them', async () => {
    const scene = await Scene.open({ replicas: 0 });
    l1State.pending = 43;
    await scene.waits();
    Object.assign(l1State, { head: HEAD + 10, latest: 42 });
    expect(await scene.waits()).toMatchObject({
      message: expect.stringContaining('1 of its transactions is not on L1'),
    });
    l1State.head += 10;
    expect(await scene.stops()).toMatch(/1 of its transactions is still not on L1.*at nonce 42 and replaces it$/);
  });

  it.each<[string, Partial<typeof l1State>, RegExp]>([
    ['while L1 is away', { refuses: 'eth_chainId' }, /whether its last transaction is on L1 could not be seen/],
    ['while L1 answers and makes no blocks', { pending: 42 }, /1 of its transactions is still not on L1/],
  ])('does not halt the plan %s, with the chain without a batcher', async (_, state, words) => {
    const scene = await Scene.open({ replicas: 0 });
    Object.assign(l1State, state);
    expect(await scene.waits({ waitedMs: 200_000 })).toMatchObject({ type: 'NotReadyYet' });
    expect(await scene.stops(LATE)).toMatch(words);
  });

  it('leaves the wait for derivation to the next one when that takes too long', async () => {
    const scene = await Scene.open({ replicas: 0 });
    await using _ = await scene.sequencer();
    expect(await scene.waits()).toMatchObject({
      message: expect.stringContaining('has not derived up to L1 block 101'),
    });
    expect(await scene.stops(LATE)).toMatch(
      /has not derived up to L1 block 101 yet.*: the next batcher waits for that$/,
    );
  });

  it('is not waited for in a teardown for longer than half a minute', async () => {
    const scene = await Scene.open({ replicas: 0 });
    l1State.pending = 42;
    expect(await scene.waits({ planKind: 'teardown', waitedMs: 20_000 })).toMatchObject({ type: 'NotReadyYet' });
    expect(await scene.stops({ planKind: 'teardown', waitedMs: 31_000 })).toContain(
      '1 of its transactions is still not',
    );
  });
});
