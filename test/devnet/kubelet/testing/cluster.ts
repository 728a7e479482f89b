import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient, type KubeClient, type KubeObject } from '../../../../src/kube/index.ts';
import type { Program } from '../../program.ts';
import { waitUntil } from '../../servers/wait-until.ts';
import type { Pod, PodStatus } from '../pod-object.ts';
import { type PodRunner, startPodRunner } from '../pod-runner.ts';
import { createTestPrograms, type TestPrograms } from './programs.ts';

export interface TestCluster extends TestPrograms {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly runner: PodRunner;
  readonly dir: string;
  /** Creates an object in the namespace. */
  create(object: {
    apiVersion: string;
    kind: string;
    metadata: { name: string; labels?: Readonly<Record<string, string>> | undefined };
    [field: string]: unknown;
  }): Promise<KubeObject>;
  pod(name: string): Promise<Pod | undefined>;
  /** Waits until a pod looks as wanted; fails with its last status. */
  podWith(name: string, what: string, wanted: (pod: Pod, status: PodStatus) => boolean): Promise<Pod>;
  ready(name: string): Promise<Pod>;
  /** Waits until the name is free. */
  gone(name: string): Promise<void>;
  deletePod(name: string, gracePeriodSeconds?: number): Promise<void>;
  /** Waits for an event of the pod whose `reason message` begins with the text or matches the expression. */
  event(pod: string, wanted: string | RegExp): Promise<void>;
  stop(): Promise<void>;
}

/** A namespace of its own with a pod runner. */
export async function startTestCluster(options: {
  kubeconfigPath: string;
  /** See the runner; default 0.1. */
  timeScale?: number;
  /** Programs besides the test programs. */
  programs?: Readonly<Record<string, Program>>;
}): Promise<TestCluster> {
  const { kubeconfigPath, timeScale = 0.1 } = options;
  const client = createKubeClient({ kubeconfigPath });
  const namespace = `kubelet-${randomBytes(4).toString('hex')}`;
  const dir = await mkdtemp(join(tmpdir(), 'opstack-kubelet-'));
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const programs = createTestPrograms();
  const runner = await startPodRunner({
    kubeconfigPath,
    namespace,
    dir,
    programs: { ...programs.programs, ...options.programs },
    timeScale,
  });
  const ref = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', namespace, name });
  const pod = (name: string) => client.get<Pod & KubeObject>(ref(name));

  const podWith: TestCluster['podWith'] = async (name, what, wanted) => {
    let last: Pod | undefined;
    try {
      return await waitUntil(`pod ${name} ${what}`, async () => {
        last = await pod(name);
        return last?.status && wanted(last, last.status) ? last : undefined;
      });
    } catch (error) {
      throw new Error(`${String(error)}; its status is ${JSON.stringify(last?.status)}`, { cause: error });
    }
  };

  return {
    ...programs,
    client,
    namespace,
    runner,
    dir,
    create: (object) =>
      client.create<KubeObject>({ ...object, metadata: { ...object.metadata, namespace } } as KubeObject),
    pod,
    podWith,
    ready: (name) => podWith(name, 'is ready', (_pod, status) => conditionStatus(status, 'Ready') === 'True'),
    gone: (name) => waitUntil(`pod ${name} is gone`, async () => ((await pod(name)) ? undefined : true)).then(() => {}),
    async deletePod(name, gracePeriodSeconds) {
      await client.delete(ref(name), { gracePeriodSeconds });
    },
    event: (name, wanted) =>
      waitUntil(`event "${wanted}" of pod ${name}`, async () => {
        const { items } = await client.list<KubeObject & { reason: string; message: string }>(
          { apiVersion: 'v1', kind: 'Event', namespace },
          { fieldSelector: `involvedObject.name=${name}` },
        );
        const texts = items.map(({ reason, message }) => `${reason} ${message}`.replaceAll(/127(\.\d+){3}/g, '<ip>'));
        const isWanted = (text: string) => (typeof wanted === 'string' ? text.startsWith(wanted) : wanted.test(text));
        if (texts.some(isWanted)) return true;
        throw new Error(`its events are ${JSON.stringify(texts)}`);
      }).then(() => {}),
    async stop() {
      // Without a kubelet nobody ends them any more, and they would keep the namespace.
      const force = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 };
      await client.raw('DELETE', `/apis/apps/v1/namespaces/${namespace}/statefulsets`, { body: force });
      await client.raw('DELETE', `/api/v1/namespaces/${namespace}/pods`, { body: force });
      await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
      await runner.stop();
      await client.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export function conditionStatus(status: PodStatus | undefined, type: string): string | undefined {
  return status?.conditions?.find((condition) => condition.type === type)?.status;
}
