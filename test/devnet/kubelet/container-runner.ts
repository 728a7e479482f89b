/** One container of a pod over all its restarts: pull, configure, run, back off. */
import { createHash } from 'node:crypto';
import type { V1Container } from '@kubernetes/client-node';
import type { Program } from '../program.ts';
import { BackOff, goDuration } from './back-off.ts';
import { sleep } from './clock.ts';
import { commandProblem, configProblem } from './container-config.ts';
import type { ContainerHost } from './container-host.ts';
import { ContainerInstance } from './container-instance.ts';
import type { ContainerLog } from './container-log.ts';
import type { ContainerRecord } from './container-record.ts';
import { ContainerConfigError } from './environment.ts';
import type { GracePeriod } from './grace-period.ts';
import { parseImageName } from './image-name.ts';
import { CONFIG_RETRY_SECONDS, pullImage } from './image-pull.ts';
import { timestamp } from './pod-object.ts';

/** Between the end of a program and the kubelet's reaction to it. */
const SYNC_SECONDS = 1;
const START_ERROR_EXIT_CODE = 128;

export class ContainerRunner {
  readonly record: ContainerRecord;
  readonly #spec: V1Container;
  readonly #host: ContainerHost;
  readonly #stopping = new AbortController();
  readonly #started = Promise.withResolvers<void>();
  readonly #backOff: BackOff;
  #instance: ContainerInstance | undefined;
  #readinessPassed = false;
  #log: ContainerLog | undefined;
  #previousLog: ContainerLog | undefined;
  #ended: Promise<void> | undefined;

  constructor(spec: V1Container, record: ContainerRecord, host: ContainerHost) {
    this.record = record;
    this.#spec = spec;
    this.#host = host;
    this.#backOff = new BackOff(host.clock);
  }

  /** Resolves when the container has been started for the first time, its startup probe included. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** undefined when there was no such instance. */
  log(previous: boolean): ContainerLog | undefined {
    return previous ? this.#previousLog : this.#log;
  }

  /** Runs the container until it has ended for good or is stopped. */
  run(): Promise<void> {
    this.#ended ??= this.#run();
    return this.#ended;
  }

  /** Ends it in order: preStop, SIGTERM, and SIGKILL when the grace period is over. No restart any more. */
  async stop(grace: GracePeriod): Promise<void> {
    this.#stopping.abort();
    if (this.#instance) {
      this.#host.event('Normal', 'Killing', `Stopping container ${this.#spec.name}`);
      await this.#instance.terminate(grace);
    }
    await this.#ended;
  }

  /** Ends it at once. No restart any more. */
  async kill(): Promise<void> {
    this.#stopping.abort();
    this.#instance?.kill();
    await this.#ended;
  }

  /** SIGKILL from outside: the container is restarted. @returns false when it does not run */
  kill9(): boolean {
    this.#instance?.kill();
    return this.#instance !== undefined;
  }

  /** To be called when faults have changed. */
  applyFaults(): void {
    this.#instance?.applyFaults();
    this.#updateReady();
  }

  get #faultText(): string {
    return `${this.#host.pod().metadata.name}/${this.#spec.name} ${this.#spec.image}`;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const program = await this.#pull();
      const env = program && (await this.#configure());
      if (!program || !env || signal.aborted) return;
      const { exitCode, failedProbe } = await this.#runOnce(program, env);
      if (signal.aborted || !this.#isRestarted(exitCode)) return;
      // The kubelet knows of no ended instance yet when it kills the first one, so there is nothing to back off from.
      if (!(failedProbe && this.record.restartCount === 0)) await this.#waitForRestart();
    }
  }

  async #pull(): Promise<Program | undefined> {
    const { image = '', imagePullPolicy = 'IfNotPresent' } = this.#spec;
    const program = this.#host.programs[parseImageName(image).program];
    const pulled = await pullImage({
      image,
      policy: imagePullPolicy,
      container: this.#faultText,
      exists: program !== undefined,
      faults: this.#host.faults,
      clock: this.#host.clock,
      signal: this.#stopping.signal,
      event: this.#host.event,
      present: this.#host.presentImages,
      waiting: (reason, message) => this.#wait(reason, message),
    });
    return pulled ? program : undefined;
  }

  /** Retries until everything that the container refers to is there. */
  async #configure(): Promise<Record<string, string> | undefined> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const problem = configProblem(this.#host.pod(), this.#spec);
        if (problem) throw new ContainerConfigError(problem);
        return await this.#host.sandbox.environment(this.#spec);
      } catch (error) {
        // Anything else is the API server being away: nothing to show, just try again.
        if (error instanceof ContainerConfigError) {
          this.#host.event('Warning', 'Failed', `Error: ${error.message}`);
          this.#wait('CreateContainerConfigError', error.message);
        }
        await sleep(this.#host.clock.milliseconds(CONFIG_RETRY_SECONDS), signal);
      }
    }
    return undefined;
  }

  async #runOnce(program: Program, env: Record<string, string>): Promise<{ exitCode: number; failedProbe: boolean }> {
    const { record } = this;
    if (record.containerID !== undefined) record.restartCount += 1;
    const { uid } = this.#host.pod().metadata;
    const id = createHash('sha256').update(`${uid} ${record.name} ${record.restartCount}`).digest('hex');
    record.containerID = `containerd://${id}`;
    record.imageID = parseImageName(record.image).id;
    this.#previousLog = this.#log;
    const log = this.#host.sandbox.openLog(this.#spec, record.restartCount);
    this.#log = log;
    const noCommand = commandProblem(program, this.#spec);
    if (noCommand) return this.#startError(noCommand);

    const instance = new ContainerInstance({
      host: this.#host,
      spec: this.#spec,
      program,
      env,
      log,
      restartCount: record.restartCount,
      faultText: this.#faultText,
      onStarted: () => this.#onStarted(),
      onReady: (ready) => {
        this.#readinessPassed = ready;
        this.#updateReady();
      },
    });
    this.#instance = instance;
    this.#enter({ running: { startedAt: timestamp(instance.startedAt) } });
    instance.startProbes();
    this.#host.event('Normal', 'Started', `Started container ${record.name}`);
    const exitCode = await instance.exited;
    this.#instance = undefined;
    log.close();
    const showsLog = exitCode !== 0 && this.#spec.terminationMessagePolicy === 'FallbackToLogsOnError';
    const message = showsLog ? log.terminationMessage() : undefined;
    const reason = instance.outOfMemory ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error';
    this.#terminated(exitCode, instance.startedAt, reason, message);
    return { exitCode, failedProbe: instance.failedProbe };
  }

  #onStarted(): void {
    this.record.started = true;
    this.#started.resolve();
    this.#updateReady();
    this.#host.changed();
  }

  #updateReady(): void {
    const { record } = this;
    const ready =
      record.kind === 'init'
        ? 'terminated' in record.state && record.state.terminated.exitCode === 0
        : 'running' in record.state &&
          record.started &&
          this.#readinessPassed &&
          (this.#spec.readinessProbe !== undefined || !this.#host.faults.find('neverReady', this.#faultText));
    if (ready === record.ready) return;
    record.ready = ready;
    this.#host.changed();
  }

  #startError(message: string): { exitCode: number; failedProbe: boolean } {
    this.#host.event('Warning', 'Failed', `Error: ${message}`);
    this.#terminated(START_ERROR_EXIT_CODE, new Date(0), 'StartError', message);
    this.#wait('RunContainerError', message);
    return { exitCode: START_ERROR_EXIT_CODE, failedProbe: false };
  }

  #terminated(exitCode: number, startedAt: Date, reason: string, message: string | undefined): void {
    const containerID = this.record.containerID ?? '';
    const finishedAt = timestamp(this.#host.clock.now());
    const said = message ? { message } : {};
    this.#enter({
      terminated: { containerID, exitCode, reason, ...said, startedAt: timestamp(startedAt), finishedAt },
    });
  }

  #wait(reason: string, message: string): void {
    this.#enter({ waiting: { reason, message } });
  }

  #enter(state: ContainerRecord['state']): void {
    const { record } = this;
    if ('terminated' in record.state) record.lastTerminated = record.state.terminated;
    record.state = state;
    record.started = false;
    this.#readinessPassed = false;
    this.#updateReady();
    this.#host.changed();
  }

  #isRestarted(exitCode: number): boolean {
    if (this.record.kind === 'sidecar') return true;
    const policy = this.#host.pod().spec.restartPolicy ?? 'Always';
    if (this.record.kind === 'init') return exitCode !== 0 && policy !== 'Never';
    return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
  }

  async #waitForRestart(): Promise<void> {
    const { clock, event, pod } = this.#host;
    const { signal } = this.#stopping;
    const { name, namespace, uid } = pod().metadata;
    const failedAt = clock.now();
    if (!(await sleep(clock.milliseconds(SYNC_SECONDS), signal))) return;
    const remaining = this.#backOff.remaining(failedAt);
    if (remaining > 0) {
      const id = `${name}_${namespace}(${uid})`;
      const period = goDuration(this.#backOff.seconds);
      event('Warning', 'BackOff', `Back-off restarting failed container ${this.record.name} in pod ${id}`);
      this.#wait('CrashLoopBackOff', `back-off ${period} restarting failed container=${this.record.name} pod=${id}`);
      if (!(await sleep(clock.milliseconds(remaining), signal))) return;
    }
    this.#backOff.advance();
  }
}
