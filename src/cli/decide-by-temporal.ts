/** Decisions through Temporal updates: when the cluster can't be reached. They count as claimed, not as verified. */
import {
  Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { type DecisionAction, UPDATES } from '../contract/messages.ts';
import { CliError } from './cli-error.ts';
import type { Decision } from './decision.ts';
import { connectTemporal } from './temporal-connection.ts';
import type { TemporalOptions } from './temporal-options.ts';
import type { Terminal } from './terminal.ts';

const DEADLINE_MS = 15_000;

const UPDATE_NAMES: Readonly<Record<DecisionAction, string>> = {
  ...UPDATES,
  approve: UPDATES.approvePlan,
  reject: UPDATES.rejectPlan,
};

/**
 * Sends a decision to a network's workflow, which answers.
 * @throws CliError with the workflow's own words when it refuses
 */
export async function decideByTemporal(
  options: TemporalOptions,
  workflowId: string,
  decision: Decision,
  by: string,
  { env }: Pick<Terminal, 'env'>,
): Promise<void> {
  const connection = await connectTemporal(options, env);
  try {
    const handle = new Client({ connection, namespace: options.temporalNamespace }).workflow.getHandle(workflowId);
    await connection.withDeadline(Date.now() + DEADLINE_MS, () =>
      handle.executeUpdate(UPDATE_NAMES[decision.action], { args: [updatePayload(decision, by)] }),
    );
  } catch (error) {
    throw refusal(error, workflowId, options);
  } finally {
    await connection.close();
  }
}

/** The one JSON object that the update takes (src/contract/messages.ts). */
function updatePayload({ action, subject, reason }: Decision, by: string): Record<string, string | number> {
  switch (action) {
    case 'approve':
    case 'reject':
      return { plan: subject ?? '', approver: by, ...(reason ? { comment: reason } : {}) };
    case 'skipGate':
      return { gate: subject ?? '', by, reason: reason ?? '' };
    case 'confirmFenced':
      return { node: subject ?? '', by, reason: reason ?? '' };
    case 'giveUpBlocks':
      return { above: Number(subject), by, reason: reason ?? '' };
    default:
      return { by, ...(reason ? { reason } : {}) };
  }
}

function refusal(error: unknown, workflowId: string, { temporalNamespace }: TemporalOptions): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    return new CliError({ what: 'The workflow refused', why: error.cause?.message ?? error.message }, { cause: error });
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return new CliError(
      {
        what: `${workflowId} has not answered within ${DEADLINE_MS / 1000} s`,
        why: 'the decision may still count: it waits for a worker, or for the API server',
        next: 'look at opstack status, or at the workflow in the Temporal UI, before you repeat it',
      },
      { cause: error },
    );
  }
  if (error instanceof WorkflowNotFoundError) {
    return new CliError(
      {
        what: `There is no workflow ${workflowId} in Temporal namespace ${temporalNamespace}`,
        next: 'check --temporal-namespace and --cluster; kubectl get optimismnetwork <name> -o jsonpath={.status.workflow.id} tells the id',
      },
      { cause: error },
    );
  }
  return error;
}
