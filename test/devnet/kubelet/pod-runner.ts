/**
 * The pod runner: kubelet, scheduler, volume provisioner, DNS and kube-proxy of one namespace on a node of its own,
 * against a real API server with a controller-manager. Containers are programs that run in this process
 * (`../program.ts`), each pod on a loopback address of its own. What the API shows of them has the shapes recorded from
 * a real kubelet (`fixtures/`).
 *
 * Not there: exec and grpc probes, hooks but preStop.sleep, NetworkPolicy, memory limits, `kubectl exec`, and
 * EndpointSlices: the API server refuses loopback addresses in them, so the controller-manager leaves them empty.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createKubeClient, type KubeObject } from '../../../src/kube/index.ts';
import type { Program } from '../program.ts';
import { ClaimProvisioner } from './claims.ts';
import { createClock } from './clock.ts';
import { createClusterDns } from './cluster-dns.ts';
import { FaultRules } from './faults.ts';
import { startKubeletServer } from './kubelet-server.ts';
import { reserveLoopbackAddress } from './loopback-address.ts';
import { NodeConnection } from './node-connection.ts';
import type { NodeHost } from './node-host.ts';
import { NodeObject } from './node-object.ts';
import { ObjectCache } from './object-cache.ts';
import { type PodFaults, podFaults } from './pod-faults.ts';
import type { ContainerKind, ContainerState, Pod } from './pod-object.ts';
import { PodWorkers } from './pod-workers.ts';
import type { Service } from './service-links.ts';

export interface PodRunnerOptions {
  readonly kubeconfigPath: string;
  /** The namespace whose pods are run. */
  readonly namespace: string;
  /** Folder for volumes and logs; volumes of an earlier runner, or of another node, with the same folder are found. */
  readonly dir: string;
  /** Default: `devnet-<namespace>`. With several runners pods have to say by `nodeSelector` which of them runs them. */
  readonly nodeName?: string;
  /** Programs by the last segment of the image name, without tag: `op-node`. */
  readonly programs: Readonly<Record<string, Program>>;
  /** Names outside of the cluster and their addresses, before this machine's DNS is asked. */
  readonly publicNames?: ReadonlyMap<string, string>;
  /** Factor on the pods' periods, back-offs and grace periods; 0.1 is ten times faster than life. Default 1. */
  readonly timeScale?: number;
  /** Each line of each container, as `pod/container: line`, and the runner's own complaints. */
  readonly log?: (line: string) => void;
}

export interface RunningPod {
  readonly name: string;
  readonly uid: string;
  /** undefined until the volumes are mounted. */
  readonly ip: string | undefined;
  readonly containers: readonly {
    readonly name: string;
    readonly kind: ContainerKind;
    readonly image: string;
    readonly state: ContainerState;
    readonly restartCount: number;
    readonly started: boolean;
    readonly ready: boolean;
  }[];
}

export interface PodRunner {
  readonly nodeName: string;
  readonly fault: PodFaults;
  /**
   * Log of the newest pod of that name, also when it has ended.
   * @param container default: the first main container
   * @param options `previous`: of the instance before the last restart
   */
  logs(pod: string, container?: string, options?: { previous?: boolean }): string[];
  pods(): RunningPod[];
  /**
   * Ends all containers, at once or (`graceful`) in order, and removes the node. Pods and claims stay in the API: delete
   * the namespace first if they should go.
   * @throws when a program did something that no program can do, e.g. went on after SIGKILL
   */
  stop(options?: { graceful?: boolean }): Promise<void>;
}

/** Resolves when the node is ready and the pods that are there have been looked at. */
export async function startPodRunner(options: PodRunnerOptions): Promise<PodRunner> {
  const { namespace, dir, programs, log = () => undefined, nodeName = `devnet-${namespace}` } = options;
  const client = createKubeClient({ kubeconfigPath: options.kubeconfigPath });
  const connection = new NodeConnection();
  const faults = new FaultRules();
  const off = new AbortController();
  const problems: string[] = [];
  await mkdir(dir, { recursive: true });
  const address = await reserveLoopbackAddress(`node ${nodeName}`);
  const node = new NodeObject({ client, name: nodeName, ip: address.ip, connection });
  await node.register();

  let looking = false;
  // Changes that come together are looked at once.
  const look = () => {
    if (looking) return;
    looking = true;
    setImmediate(() => {
      looking = false;
      workers.reconcile(pods.values());
    });
  };
  const claims = new ClaimProvisioner({ client, namespace, dir: join(dir, 'volumes'), onChange: look });
  const pods = new ObjectCache<Pod & KubeObject>(client, { apiVersion: 'v1', kind: 'Pod', namespace }, look);
  const services = new ObjectCache<Service & KubeObject>(
    client,
    { apiVersion: 'v1', kind: 'Service', namespace },
    () => undefined,
  );
  const own = { services: () => services.values(), pods: () => pods.values() };
  const dns = createClusterDns(client, namespace, own, options.publicNames);
  const host: NodeHost = {
    client,
    clock: createClock(options.timeScale ?? 1),
    faults,
    programs,
    presentImages: new Set(),
    connection,
    off: off.signal,
    nodeName,
    hostIP: address.ip,
    dir,
    services: () => services.values(),
    claimFolder: (claim) => claims.folder(claim),
    resolve: dns.resolve,
    log,
    problem: (message) => {
      problems.push(message);
      log(`pod runner: ${message}`);
    },
  };
  const workers = new PodWorkers(host, (name) => claims.get(name));
  faults.onChange = () => {
    for (const worker of workers.all()) worker.applyFaults();
  };
  const server = await startKubeletServer({
    ip: address.ip,
    namespace,
    log: (pod, container, previous) => workers.latest(pod).container(container).log(previous),
  });
  await Promise.all([claims.synced, pods.synced, services.synced]);

  return {
    nodeName,
    fault: podFaults({
      faults,
      workers,
      node,
      connection,
      client,
      pods: () => pods.values().filter(({ spec }) => spec.nodeName === nodeName),
      look,
    }),
    logs(pod, container, { previous = false } = {}) {
      const worker = workers.latest(pod);
      const log = worker.container(container ?? worker.pod.spec.containers[0]?.name ?? '').log(previous);
      return log?.lines().map(({ text }) => text) ?? [];
    },
    pods: () =>
      workers.all().map(({ pod, ip, records }) => ({
        name: pod.metadata.name,
        uid: pod.metadata.uid,
        ip,
        containers: records.map(({ name, kind, image, state, restartCount, started, ready }) => {
          return { name, kind, image, state, restartCount, started, ready };
        }),
      })),
    async stop({ graceful = false } = {}) {
      workers.close();
      if (graceful) await Promise.all(workers.all().map((worker) => worker.stopContainers()));
      off.abort();
      await workers.powerOff();
      await Promise.all([claims.close(), pods.close(), services.close(), server.stop()]);
      await node.remove();
      await client.close();
      address.release();
      if (problems.length > 0) throw new Error(`while the pod runner ran:\n${problems.join('\n')}`);
    },
  };
}
