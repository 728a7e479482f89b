/**
 * The only thing that the watcher says to Temporal: "look again". Starting the entity where it is missing and telling
 * it are one call, and the workflow id is the lock, so that any number of watchers may do it.
 */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { ENTITY_WORKFLOW_TYPE, entityWorkflowId, taskQueueName } from '../contract/ids.ts';
import { type EntityInput, type Poke, SIGNALS } from '../contract/messages.ts';
import type { Batch } from '../kube/index.ts';

const CALL_DEADLINE_MS = 5000;
const OP_NETWORK = defineSearchAttributeKey('OpNetwork', 'KEYWORD');
const OP_NAMESPACE = defineSearchAttributeKey('OpNamespace', 'KEYWORD');

export interface NetworkKey {
  readonly namespace: string;
  readonly name: string;
}

export interface Poker {
  /**
   * Tells the network's entity to look again. While the object exists (`uid` given), a missing entity is started; after
   * that, nobody listening is fine.
   */
  poke(network: NetworkKey & { readonly uid: string | undefined }, reason: string, signal: AbortSignal): Promise<void>;
  /** Networks whose entity runs, by the server's list, which may lag behind by seconds. */
  listRunning(signal: AbortSignal): Promise<Set<string>>;
  /** Whether the entity runs, by the server's own record. */
  isRunning(network: NetworkKey, signal: AbortSignal): Promise<boolean>;
  /** @throws when server or namespace cannot be used */
  probe(signal: AbortSignal): Promise<void>;
}

export function createPoker(temporal: Client, cluster: string): Poker {
  const taskQueue = taskQueueName(cluster);

  function call<T>(signal: AbortSignal, deadlineMs: number, work: () => Promise<T>): Promise<T> {
    return temporal.withDeadline(Date.now() + deadlineMs, () => temporal.withAbortSignal(signal, work));
  }

  return {
    async poke({ namespace, name, uid }, reason, signal) {
      const network = { cluster, namespace, name };
      const workflowId = entityWorkflowId(network);
      const message: Poke = { cluster, network: `${namespace}/${name}`, reason };
      if (uid === undefined) {
        const handle = temporal.workflow.getHandle(workflowId);
        await call(signal, CALL_DEADLINE_MS, () => handle.signal(SIGNALS.poke, message)).catch(ignoreNotFound);
        return;
      }
      const input: EntityInput = { network, schema: 1 };
      await call(signal, CALL_DEADLINE_MS, () =>
        temporal.workflow.signalWithStart(ENTITY_WORKFLOW_TYPE, {
          workflowId,
          taskQueue,
          args: [input],
          signal: SIGNALS.poke,
          signalArgs: [message],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          typedSearchAttributes: [
            { key: OP_NETWORK, value: name },
            { key: OP_NAMESPACE, value: namespace },
          ],
          memo: { uid },
          staticSummary: `${name}: OptimismNetwork in namespace ${namespace}`,
        }),
      );
    },

    async listRunning(signal) {
      const query = `WorkflowType = '${ENTITY_WORKFLOW_TYPE}' AND TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'`;
      return call(signal, 4 * CALL_DEADLINE_MS, async () => {
        const ids = new Set<string>();
        for await (const { workflowId } of temporal.workflow.list({ query, pageSize: 1000 })) ids.add(workflowId);
        return ids;
      });
    },

    async isRunning(network, signal) {
      const handle = temporal.workflow.getHandle(entityWorkflowId({ cluster, ...network }));
      const description = await call(signal, CALL_DEADLINE_MS, () => handle.describe()).catch(ignoreNotFound);
      return description?.status.name === 'RUNNING';
    },

    async probe(signal) {
      const { namespace } = temporal.options;
      await call(signal, CALL_DEADLINE_MS / 2, () => temporal.workflowService.describeNamespace({ namespace }));
    },
  };
}

/** One sentence of a batch's reasons. */
export function reasonOf({ reasons, count }: Batch): string {
  const shown = reasons.slice(0, 3).join('; ');
  return count > reasons.length || reasons.length > 3 ? `${shown}; ${count} changes in all` : shown;
}

function ignoreNotFound(error: unknown): undefined {
  if (error instanceof WorkflowNotFoundError) return undefined;
  throw error;
}
