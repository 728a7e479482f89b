/** What the containers of a pod share: its address, its volumes and what it refers to. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1Container } from '@kubernetes/client-node';
import { sleep } from './clock.ts';
import { createConfigReader } from './config-reader.ts';
import { type ContainerFiles, createContainerFiles } from './container-files.ts';
import { ContainerLog } from './container-log.ts';
import { resolveEnvironment } from './environment.ts';
import type { RecordEvent } from './events.ts';
import { type ReservedAddress, reserveLoopbackAddress } from './loopback-address.ts';
import type { NodeHost } from './node-host.ts';
import type { Pod } from './pod-object.ts';
import { PodPorts } from './pod-ports.ts';
import { serviceLinks } from './service-links.ts';
import { type ContentReader, MountError } from './volume-content.ts';
import { type MountedVolume, mountVolumes } from './volumes.ts';

const FIRST_MOUNT_RETRY_SECONDS = 0.5;
const LAST_MOUNT_RETRY_SECONDS = 122;
/** How often mounted Secrets and ConfigMaps are brought up to date. */
const REMOUNT_SECONDS = 60;

export interface SandboxOptions {
  readonly node: NodeHost;
  readonly pod: () => Pod;
  readonly event: RecordEvent;
  /** Aborts when the pod ends. */
  readonly signal: AbortSignal;
}

interface ReadingOptions extends SandboxOptions {
  readonly reader: ContentReader;
}

export class PodSandbox {
  readonly ip: string;
  readonly ports: PodPorts;
  readonly #options: ReadingOptions;
  readonly #address: ReservedAddress;
  #volumes: ReadonlyMap<string, MountedVolume>;

  /**
   * Waits for the volumes, with the kubelet's back-off.
   * @returns undefined when the signal ended it
   */
  static async create(given: SandboxOptions): Promise<PodSandbox | undefined> {
    const { node, pod, event, signal } = given;
    const options: ReadingOptions = { ...given, reader: createConfigReader(node.client, pod()) };
    let retry = FIRST_MOUNT_RETRY_SECONDS;
    while (!signal.aborted) {
      try {
        const volumes = await mountAll(options, '');
        if (signal.aborted) return undefined;
        const { namespace, uid } = pod().metadata;
        return new PodSandbox(options, await reserveLoopbackAddress(`${namespace} ${uid}`), volumes);
      } catch (error) {
        // Anything else is the API server being away.
        if (error instanceof MountError) event('Warning', 'FailedMount', error.message);
        else node.log(`pod ${pod().metadata.name}: ${String(error)}`);
      }
      await sleep(node.clock.milliseconds(retry), signal);
      retry = Math.min(2 * retry, LAST_MOUNT_RETRY_SECONDS);
    }
    return undefined;
  }

  private constructor(options: ReadingOptions, address: ReservedAddress, volumes: ReadonlyMap<string, MountedVolume>) {
    this.#options = options;
    this.#address = address;
    this.#volumes = volumes;
    this.ip = address.ip;
    this.ports = new PodPorts(address.ip);
    void this.#remountPeriodically();
  }

  /**
   * Resolves the environment, anew at each start of a container.
   * @throws {ContainerConfigError} when it refers to what is not there
   */
  environment(container: V1Container): Promise<Record<string, string>> {
    const { node, pod } = this.#options;
    return resolveEnvironment({
      pod: pod(),
      container,
      podIP: this.ip,
      hostIP: node.hostIP,
      serviceLinks: pod().spec.enableServiceLinks === false ? {} : serviceLinks(node.services()),
      read: this.#options.reader,
    });
  }

  /** @param instance how often the container was started before */
  files(container: V1Container, instance: number): ContainerFiles {
    const { node, pod } = this.#options;
    return createContainerFiles({
      pod: pod(),
      container,
      volumes: () => this.#volumes,
      rootDir: join(podFolder(node, pod()), 'roots', container.name, String(instance)),
      isFull: (claim) => node.faults.isFull(claim),
    });
  }

  openLog(container: V1Container, instance: number): ContainerLog {
    const { node, pod } = this.#options;
    const { name, uid } = pod().metadata;
    const file = join(node.dir, 'logs', `${name}_${uid}`, container.name, `${instance}.log`);
    const log = new ContainerLog(file);
    log.follow(
      ({ text }) => node.log(`${name}/${container.name}: ${text}`),
      () => undefined,
    );
    return log;
  }

  /** Gives back the address and removes what goes with the pod. */
  async remove(): Promise<void> {
    this.#address.release();
    // A mount that is under way still writes for a moment, and then the folder is not empty.
    const patience = { maxRetries: 20, retryDelay: 50 };
    await rm(podFolder(this.#options.node, this.#options.pod()), { recursive: true, force: true, ...patience });
  }

  /** Gives back the address; the folders stay for the pod's next life. */
  release(): void {
    this.#address.release();
  }

  async #remountPeriodically(): Promise<void> {
    const { node, signal } = this.#options;
    const hasContent = [...this.#volumes.values()].some(({ kind }) => kind === 'content');
    while (hasContent && (await sleep(node.clock.milliseconds(REMOUNT_SECONDS), signal))) await this.#remount();
  }

  /** What is mounted stays when its source is gone, or can't be read. */
  async #remount(): Promise<void> {
    try {
      this.#volumes = await mountAll(this.#options, this.ip);
    } catch (error) {
      if (error instanceof MountError) this.#options.event('Warning', 'FailedMount', error.message);
    }
  }
}

function mountAll({ node, pod, reader }: ReadingOptions, podIP: string): Promise<Map<string, MountedVolume>> {
  return mountVolumes({
    pod: pod(),
    podIP,
    hostIP: node.hostIP,
    dir: join(podFolder(node, pod()), 'volumes'),
    read: reader,
    claimFolder: (claim) => node.claimFolder(claim),
  });
}

function podFolder(node: NodeHost, pod: Pod): string {
  return join(node.dir, 'pods', pod.metadata.uid);
}
