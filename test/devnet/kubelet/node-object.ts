/** The Node and its Lease: what the controller-manager looks at to tell whether the node lives. */
import { isKubeStatus, type KubeClient } from '../../../src/kube/index.ts';
import { sleep } from './clock.ts';
import { KUBELET_PORT } from './kubelet-server.ts';
import type { NodeConnection } from './node-connection.ts';
import { timestamp } from './pod-object.ts';
import { NODE_CAPACITY } from './scheduler.ts';

const LEASE_NAMESPACE = 'kube-node-lease';
const LEASE_SECONDS = 40;
const RENEW_MILLISECONDS = 10_000;
const RETRY_MILLISECONDS = 500;

export class NodeObject {
  readonly #client: KubeClient;
  readonly #name: string;
  readonly #ip: string;
  readonly #connection: NodeConnection;
  readonly #closed = new AbortController();
  #heartbeat: Promise<void> = Promise.resolve();

  constructor(options: { client: KubeClient; name: string; ip: string; connection: NodeConnection }) {
    this.#client = options.client;
    this.#name = options.name;
    this.#ip = options.ip;
    this.#connection = options.connection;
  }

  /** Registers the node as ready and keeps it alive until `remove`. */
  async register(): Promise<void> {
    const labels = { 'kubernetes.io/hostname': this.#name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };
    await this.#createUnlessThere({ apiVersion: 'v1', kind: 'Node', metadata: { name: this.#name, labels }, spec: {} });
    await this.#createUnlessThere({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: this.#name, namespace: LEASE_NAMESPACE },
      spec: { holderIdentity: this.#name, leaseDurationSeconds: LEASE_SECONDS, renewTime: microTime() },
    });
    await this.setReady('True');
    this.#heartbeat = this.#beat();
  }

  /** `Unknown` is what the node lifecycle controller writes when it has heard nothing for 50 s. */
  async setReady(status: 'True' | 'Unknown'): Promise<void> {
    const now = timestamp(new Date());
    const times = { lastHeartbeatTime: now, lastTransitionTime: now };
    const lost = { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
    const condition = (type: string, healthy: string, reason: string, message: string) =>
      status === 'True' ? { type, status: healthy, reason, message, ...times } : { type, ...lost, ...times };
    const version = 'v1.34.4';
    await this.#client.mergePatch(
      { apiVersion: 'v1', kind: 'Node', name: this.#name },
      {
        status: {
          // No host name: the API server would try to resolve it when it asks for a log.
          addresses: [{ type: 'InternalIP', address: this.#ip }],
          daemonEndpoints: { kubeletEndpoint: { Port: KUBELET_PORT } },
          capacity: NODE_CAPACITY,
          allocatable: NODE_CAPACITY,
          conditions: [
            condition(
              'MemoryPressure',
              'False',
              'KubeletHasSufficientMemory',
              'kubelet has sufficient memory available',
            ),
            condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
            condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
            condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
          ],
          nodeInfo: {
            architecture: 'amd64',
            bootID: '',
            containerRuntimeVersion: 'devnet://1',
            kernelVersion: '',
            kubeProxyVersion: version,
            kubeletVersion: version,
            machineID: '',
            operatingSystem: 'linux',
            osImage: 'op-stack-operator devnet',
            systemUUID: '',
          },
        },
      },
      { subresource: 'status' },
    );
  }

  async remove(): Promise<void> {
    this.#closed.abort();
    await this.#heartbeat;
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: LEASE_NAMESPACE, name: this.#name };
    await this.#client.delete(lease);
    await this.#client.delete({ apiVersion: 'v1', kind: 'Node', name: this.#name });
  }

  async #beat(): Promise<void> {
    const { signal } = this.#closed;
    const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: LEASE_NAMESPACE, name: this.#name };
    while (await sleep(RENEW_MILLISECONDS, signal)) {
      if (this.#connection.lost) continue;
      // While the API server is away there is nobody to tell.
      await this.#client.mergePatch(ref, { spec: { renewTime: microTime() } }, { signal }).catch(() => undefined);
    }
  }

  async #createUnlessThere(object: Parameters<KubeClient['create']>[0]): Promise<void> {
    const { signal } = this.#closed;
    for (;;) {
      try {
        await this.#client.create(object);
        return;
      } catch (error) {
        if (isKubeStatus(error, 409)) return;
        // The namespace of the leases is made by the API server a moment after its start.
        if (!isKubeStatus(error, 404)) throw error;
        await sleep(RETRY_MILLISECONDS, signal);
      }
    }
  }
}

function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
