/** One pod on the node, from its binding to its end. */
import { once } from 'node:events';
import { isKubeStatus } from '../../../src/kube/index.ts';
import { sleep } from './clock.ts';
import type { ContainerRecord } from './container-record.ts';
import { ContainerRunner } from './container-runner.ts';
import { createPodEvents, type RecordEvent } from './events.ts';
import { GracePeriod } from './grace-period.ts';
import { initialRecord } from './initial-record.ts';
import type { NodeHost } from './node-host.ts';
import { containersOf, type Pod, type PodCondition, type PodStatus, timestamp } from './pod-object.ts';
import { PodSandbox } from './pod-sandbox.ts';
import { podStatus } from './pod-status.ts';
import { StatusWriter } from './status-writer.ts';

/** A sidecar gets at least this, even if the other containers have used up the grace period. */
const SIDECAR_GRACE_SECONDS = 2;
const LEAST_GRACE_SECONDS = 1;
const DEFAULT_GRACE_SECONDS = 30;
const DELETE_RETRY_MILLISECONDS = 500;

export class PodWorker {
  readonly #node: NodeHost;
  readonly #containers: readonly { container: ReturnType<typeof containersOf>[number]; record: ContainerRecord }[];
  readonly #writer: StatusWriter;
  readonly #event: RecordEvent;
  readonly #ending = new AbortController();
  readonly #startTime: string;
  readonly #start: Promise<void>;
  #pod: Pod;
  /** While a pod ends, the kubelet goes on showing its containers as they were; only readiness changes. */
  #lastSeen: readonly Readonly<ContainerRecord>[] | undefined;
  #sandbox: PodSandbox | undefined;
  #runners: readonly ContainerRunner[] = [];
  #conditions: readonly PodCondition[];
  #grace: GracePeriod | undefined;
  #termination: Promise<void> | undefined;

  constructor(node: NodeHost, pod: Pod) {
    this.#node = node;
    this.#pod = pod;
    this.#containers = containersOf(pod).map((container) => ({ container, record: initialRecord(container, pod) }));
    this.#conditions = pod.status?.conditions ?? [];
    this.#startTime = pod.status?.startTime ?? timestamp(node.clock.now());
    const source = { component: 'kubelet', host: node.nodeName };
    this.#event = createPodEvents(node.client, pod, source, () => !node.connection.lost);
    this.#writer = new StatusWriter({
      client: node.client,
      pod,
      compute: () => this.#status(),
      gate: (signal) => node.connection.connected(signal),
    });
    this.#writer.changed();
    this.#start = this.#run();
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** undefined until the volumes are mounted. */
  get ip(): string | undefined {
    return this.#sandbox?.ip;
  }

  get records(): Readonly<ContainerRecord>[] {
    return this.#containers.map(({ record }) => record);
  }

  /** @throws when the pod has no such container, or has not come so far */
  container(name: string): ContainerRunner {
    const runner = this.#runners.find(({ record }) => record.name === name);
    if (runner) return runner;
    const names = this.records.map((record) => record.name).join(', ');
    throw new Error(`pod ${this.#pod.metadata.name} has no container ${name} (yet); its containers are ${names}`);
  }

  /** The API object has changed. */
  update(pod: Pod): void {
    const generation = this.#pod.metadata.generation;
    this.#pod = pod;
    if (pod.metadata.generation !== generation) this.#writer.changed();
  }

  /** The node is back, or others may have written the status. */
  rewriteStatus(): void {
    this.#writer.rewrite();
  }

  applyFaults(): void {
    for (const runner of this.#runners) runner.applyFaults();
  }

  /**
   * Ends the pod in order and removes its object; a second call can only shorten the time.
   * @param requested seconds between SIGTERM and SIGKILL. Without them, or with 0 as after a forced deletion, it is what
   * the pod asks for: the kubelet then has nobody to hurry for
   */
  terminate(requested = 0): Promise<void> {
    const seconds = Math.max(requested || this.#graceSeconds, LEAST_GRACE_SECONDS);
    this.#grace?.shorten(seconds);
    this.#grace ??= new GracePeriod(this.#node.clock, seconds);
    this.#termination ??= this.#terminate(this.#grace);
    return this.#termination;
  }

  /** Main and init containers together, then the sidecars; the object stays. */
  async stopContainers(grace = new GracePeriod(this.#node.clock, this.#graceSeconds)): Promise<void> {
    this.#ending.abort();
    this.#lastSeen = structuredClone(this.records);
    const others = this.#runners.filter(({ record }) => record.kind !== 'sidecar');
    await Promise.all(others.map((runner) => runner.stop(grace)));
    await this.#start;
    await this.#stopSidecars(grace);
    grace.close();
    this.#lastSeen = undefined;
  }

  /** All containers end at once, and nothing is reported: the machine is off. */
  async powerOff(): Promise<void> {
    this.#ending.abort();
    this.#writer.close();
    await Promise.all(this.#runners.map((runner) => runner.kill()));
    await this.#start;
    this.#sandbox?.release();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    const sandbox = await PodSandbox.create({ node: this.#node, pod: () => this.#pod, event: this.#event, signal });
    if (!sandbox) return;
    this.#sandbox = sandbox;
    this.#runners = this.#createRunners(sandbox);
    this.#writer.changed();
    // A sidecar that crashes again and again neither starts nor ends: only the pod's end ends the wait for it.
    const ending = once(signal, 'abort');
    for (const runner of this.#runners.filter(({ record }) => record.kind !== 'main')) {
      if (signal.aborted) return;
      const ended = runner.run();
      await (runner.record.kind === 'sidecar' ? Promise.race([runner.started, ended, ending]) : ended);
      if (runner.record.kind === 'init' && !runner.record.ready) break;
    }
    if (signal.aborted) return;
    const initialized = this.#runners.every(({ record }) => record.kind !== 'init' || record.ready);
    const main = this.#runners.filter(({ record }) => initialized && record.kind === 'main');
    // With restartPolicy Always they never end for good.
    void Promise.all(main.map((runner) => runner.run())).then(async () => {
      if (!signal.aborted) await this.#stopSidecars();
    });
  }

  #createRunners(sandbox: PodSandbox): ContainerRunner[] {
    const { clock, faults, programs, presentImages } = this.#node;
    return this.#containers.map(({ container, record }) => {
      return new ContainerRunner(container.spec, record, {
        clock,
        faults,
        programs,
        presentImages,
        sandbox,
        event: this.#event,
        ending: this.#ending.signal,
        pod: () => this.#pod,
        resolve: (host) => this.#node.resolve(this.#pod, sandbox.ip, host),
        changed: () => this.#writer.changed(),
        problem: (message) => this.#node.problem(message),
      });
    });
  }

  async #terminate(grace: GracePeriod): Promise<void> {
    await this.stopContainers(grace);
    this.#writer.changed();
    await this.#writer.flush();
    await this.#deleteObject();
    this.#writer.close();
    await this.#sandbox?.remove();
  }

  /** The last one started ends first. */
  async #stopSidecars(grace?: GracePeriod): Promise<void> {
    for (const runner of this.#runners.filter(({ record }) => record.kind === 'sidecar').toReversed()) {
      const left = grace?.remaining() ?? this.#graceSeconds;
      const own = new GracePeriod(this.#node.clock, Math.max(left, SIDECAR_GRACE_SECONDS));
      await runner.stop(own);
      own.close();
    }
  }

  async #deleteObject(): Promise<void> {
    const { namespace, name, uid } = this.#pod.metadata;
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name };
    const { off, connection } = this.#node;
    while (!off.aborted) {
      await connection.connected(off);
      try {
        await this.#node.client.delete(ref, { gracePeriodSeconds: 0, preconditions: { uid } });
        return;
      } catch (error) {
        // 409: the name belongs to a successor.
        if (isKubeStatus(error, 409)) return;
        await sleep(DELETE_RETRY_MILLISECONDS, off);
      }
    }
  }

  #status(): PodStatus {
    const live = this.records;
    const status = podStatus({
      pod: this.#pod,
      records: this.#lastSeen?.map((record, index) => ({ ...record, ready: live[index]?.ready ?? false })) ?? live,
      hostIP: this.#node.hostIP,
      podIP: this.ip,
      startTime: this.#startTime,
      previous: this.#conditions,
      now: this.#node.clock.now(),
    });
    this.#conditions = status.conditions ?? [];
    return status;
  }

  get #graceSeconds(): number {
    return this.#pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  }
}
