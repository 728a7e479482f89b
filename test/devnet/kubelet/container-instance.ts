/** One start of a container: its process and the probes of it. */
import type { V1Container, V1Probe } from '@kubernetes/client-node';
import type { Program } from '../program.ts';
import { sleep } from './clock.ts';
import type { ContainerHost } from './container-host.ts';
import type { ContainerLog } from './container-log.ts';
import { GracePeriod } from './grace-period.ts';
import { parseImageName } from './image-name.ts';
import { attemptProbe } from './probe.ts';
import { type ProbeKind, runProbes } from './probe-loops.ts';
import { type ProgramProcess, startProcess } from './program-process.ts';
import { expandVariables } from './variable-expansion.ts';

const CRASH_LOOP_EXIT_CODE = 1;
const SIGKILL_EXIT_CODE = 137;

export interface InstanceOptions {
  readonly host: ContainerHost;
  readonly spec: V1Container;
  readonly program: Program;
  readonly env: Readonly<Record<string, string>>;
  readonly log: ContainerLog;
  /** How often the container was started before. */
  readonly restartCount: number;
  /** What faults are matched against. */
  readonly faultText: string;
  readonly onStarted: () => void;
  readonly onReady: (ready: boolean) => void;
}

export class ContainerInstance {
  readonly startedAt: Date;
  readonly #options: InstanceOptions;
  readonly #process: ProgramProcess;
  readonly #probing = new AbortController();
  #failedProbe = false;
  #outOfMemory = false;

  constructor(options: InstanceOptions) {
    const { host, faultText, program } = options;
    this.#options = options;
    this.startedAt = host.clock.now();
    this.#outOfMemory = host.faults.find('outOfMemory', faultText) !== undefined;
    const crashes = host.faults.find('crashLoop', faultText) !== undefined;
    this.#process = startProcess({
      program: this.#outOfMemory ? killed : crashes ? crashLoop : program,
      context: this.#context(),
      startDelay: host.faults.find('slowStart', faultText)?.milliseconds ?? 0,
      onStuck: () => host.problem(`${faultText} goes on 5 s after SIGKILL: its program ignores context.kill`),
    });
    void this.exited.then(() => this.#probing.abort());
  }

  /** Resolves with the exit code; never rejects. */
  get exited(): Promise<number> {
    return this.#process.exited;
  }

  /** True when a startup or liveness probe is why it ends. */
  get failedProbe(): boolean {
    return this.#failedProbe;
  }

  /** True when the kernel has killed it for its memory. */
  get outOfMemory(): boolean {
    return this.#outOfMemory;
  }

  /** preStop, SIGTERM, and SIGKILL when the grace period is over. */
  async terminate(grace: GracePeriod): Promise<void> {
    const kill = () => this.#process.kill();
    if (grace.over.aborted) kill();
    else grace.over.addEventListener('abort', kill);
    const preStop = this.#options.spec.lifecycle?.preStop?.sleep?.seconds;
    if (preStop) await sleep(this.#options.host.clock.milliseconds(preStop), grace.over);
    this.#process.terminate();
    await this.exited;
    grace.over.removeEventListener('abort', kill);
  }

  /** SIGKILL. */
  kill(): void {
    this.#process.kill();
  }

  /** To be called when faults have changed. */
  applyFaults(): void {
    const { host, faultText } = this.#options;
    if (host.faults.find('crashLoop', faultText)) this.#process.kill(CRASH_LOOP_EXIT_CODE);
    if (!host.faults.find('outOfMemory', faultText)) return;
    this.#outOfMemory = true;
    this.#process.kill(SIGKILL_EXIT_CODE);
  }

  /** To be called when the container is shown as running: the first result may come at once. */
  startProbes(): void {
    const { host, spec, faultText, onStarted, onReady } = this.#options;
    const { ip, ports } = host.sandbox;
    const target = { podIP: ip, container: spec, isLoopbackOnly: (port: number) => ports.isLoopbackOnly(port) };
    // An attempt may be under way until its time-out: nobody waits for it.
    void runProbes({
      container: spec,
      clock: host.clock,
      signal: this.#probing.signal,
      ending: host.ending,
      event: host.event,
      attempt: async (probe, kind) =>
        kind === 'Readiness' && host.faults.find('neverReady', faultText)
          ? { ok: false, message: 'HTTP probe failed with statuscode: 503' }
          : attemptProbe(probe, target),
      onStarted,
      onReady,
      onFailed: (kind, probe) => void this.#killUnhealthy(kind, probe),
    });
  }

  #context(): Parameters<typeof startProcess>[0]['context'] {
    const { host, spec, env, log, restartCount } = this.#options;
    const { namespace, name, uid } = host.pod().metadata;
    return {
      argv: [...(spec.command ?? []), ...(spec.args ?? [])].map((argument) => expandVariables(argument, env)),
      env: Object.freeze({ ...env }),
      imageTag: parseImageName(spec.image ?? '').tag,
      pod: { namespace, name, uid, ip: host.sandbox.ip },
      container: spec.name,
      ...host.sandbox.files(spec, restartCount),
      listen: (address, port) => host.sandbox.ports.listen(address, port),
      resolve: host.resolve,
      log: (line) => log.append(line),
    };
  }

  async #killUnhealthy(kind: ProbeKind, probe: V1Probe): Promise<void> {
    const { host, spec } = this.#options;
    this.#failedProbe = true;
    const message = `Container ${spec.name} failed ${kind.toLowerCase()} probe, will be restarted`;
    host.event('Normal', 'Killing', message);
    const seconds = probe.terminationGracePeriodSeconds ?? host.pod().spec.terminationGracePeriodSeconds ?? 30;
    const grace = new GracePeriod(host.clock, seconds);
    await this.terminate(grace);
    grace.close();
  }
}

const killed: Program = async () => SIGKILL_EXIT_CODE;

const crashLoop: Program = async (context) => {
  context.log('crash loop on demand');
  return CRASH_LOOP_EXIT_CODE;
};
