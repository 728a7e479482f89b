import type { KubeClient } from '../../../src/kube/index.ts';
import type { FaultRules, Match, Undo } from './faults.ts';
import type { NodeConnection } from './node-connection.ts';
import type { NodeObject } from './node-object.ts';
import { type Pod, timestamp } from './pod-object.ts';
import type { PodWorkers } from './pod-workers.ts';

/** Faults on demand; see {@link Match} for what they are applied to. */
export interface PodFaults {
  /** The registry does not have the image. */
  imageMissing(match: Match): Undo;
  /** The pull takes so long, once for each image. */
  slowImage(match: Match, seconds: number): Undo;
  /** The program ends with exit code 1 as soon as it starts; one that runs ends now. */
  crashLoop(match: Match): Undo;
  /** The kernel kills the program for its memory as soon as it starts; one that runs is killed now. */
  outOfMemory(match: Match): Undo;
  /** The readiness probe fails, whatever the program says. */
  neverReady(match: Match): Undo;
  /** The program does nothing for so long after its start. */
  slowStart(match: Match, milliseconds: number): Undo;
  /** Nothing can be written any more to the volume of a claim. */
  diskFull(claim: string): Undo;
  /** SIGKILL; the container is restarted. @throws when it does not run */
  kill9(pod: string, container: string): void;
  /**
   * The node is cut off from the API server, its containers run on; with `containersDie` it has lost its power. The API
   * shows it as after the 50 s in which the controller-manager would notice: node `Unknown`, pods not ready.
   */
  nodeLost(options?: { containersDie?: boolean }): Promise<void>;
  /** Hears and reports everything that was missed. */
  nodeBack(): Promise<void>;
}

export function podFaults(parts: {
  readonly faults: FaultRules;
  readonly workers: PodWorkers;
  readonly node: NodeObject;
  readonly connection: NodeConnection;
  readonly client: KubeClient;
  /** Those on the node. */
  readonly pods: () => readonly Pod[];
  /** Looks at all pods again. */
  readonly look: () => void;
}): PodFaults {
  const { faults, workers, node, connection } = parts;
  return {
    imageMissing: (match) => faults.add('imageMissing', { match }),
    slowImage: (match, seconds) => faults.add('slowImage', { match, milliseconds: seconds * 1000 }),
    crashLoop: (match) => faults.add('crashLoop', { match }),
    outOfMemory: (match) => faults.add('outOfMemory', { match }),
    neverReady: (match) => faults.add('neverReady', { match }),
    slowStart: (match, milliseconds) => faults.add('slowStart', { match, milliseconds }),
    diskFull: (claim) => faults.fillClaim(claim),
    kill9(pod, container) {
      if (!workers.latest(pod).container(container).kill9()) {
        throw new Error(`container ${container} of pod ${pod} does not run, so it can't be killed`);
      }
    },
    async nodeLost({ containersDie = false } = {}) {
      connection.lose();
      if (containersDie) await workers.powerOff();
      await node.setReady('Unknown');
      await Promise.all(parts.pods().map((pod) => markNotReady(parts.client, pod)));
    },
    async nodeBack() {
      await node.setReady('True');
      connection.restore();
      for (const worker of workers.all()) worker.rewriteStatus();
      parts.look();
    },
  };
}

/** What the node lifecycle controller does with the pods of a node that it can't hear any more. */
async function markNotReady(client: KubeClient, { metadata, status }: Pod): Promise<void> {
  if (!status?.conditions?.some(({ type }) => type === 'Ready')) return;
  const { namespace, name, uid } = metadata;
  await client.raw('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}/status`, {
    contentType: 'application/strategic-merge-patch+json',
    body: {
      metadata: { uid },
      status: { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: timestamp(new Date()) }] },
    },
  });
}
