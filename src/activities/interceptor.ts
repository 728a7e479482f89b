/**
 * Around every activity: heartbeats (without them no cancellation arrives), the check that it is for this cluster, and
 * the one place where errors become Temporal failures, with all secrets taken out.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { ENTITY_ACTIVITIES } from '../contract/activities.ts';
import { BENIGN_FAILURES, isRetryable, OperatorError } from '../contract/failures.ts';
import { KubeApiError, KubeUnreachableError } from '../kube/index.ts';
import { beat, isInterruption } from './deadline.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { refusalType } from './refusal-type.ts';

const HEARTBEAT_EVERY_MS = 1500;

export function activityInterceptor(
  deps: Pick<ActivityDependencies, 'cluster' | 'redactor' | 'logger'>,
): ActivityInboundCallsInterceptor {
  return {
    async execute(
      input: ActivityExecuteInput,
      next: Next<ActivityInboundCallsInterceptor, 'execute'>,
    ): Promise<unknown> {
      const context = Context.current();
      beat(context);
      const beating = setInterval(() => {
        beat(context);
        context.heartbeat(heartbeatDetails.get(context) ?? context.info.heartbeatDetails);
      }, HEARTBEAT_EVERY_MS);
      try {
        checkCluster(deps.cluster, input.args[0]);
        return deps.redactor.redactJson((await next(input)) ?? null);
      } catch (error) {
        throw toFailure(deps, error);
      } finally {
        clearInterval(beating);
      }
    },
  };
}

const heartbeatDetails = new WeakMap<Context, unknown>();

/** What the next attempt finds in `heartbeatDetails`. Kept by the interceptor, so that its own beats do not drop it. */
export function rememberForNextAttempt(details: unknown): void {
  const context = Context.current();
  heartbeatDetails.set(context, details);
  context.heartbeat(details);
}

function checkCluster(cluster: string, argument: unknown): void {
  const network =
    typeof argument === 'object' && argument !== null && 'network' in argument ? argument.network : undefined;
  const asked = typeof network === 'object' && network !== null && 'cluster' in network ? network.cluster : undefined;
  if (asked === cluster) return;
  throw new OperatorError({
    type: 'WrongCluster',
    message: `this worker serves cluster ${JSON.stringify(cluster)}, the activity is for ${JSON.stringify(asked)}`,
    fix: 'give each installation its own clusterName, and terminate workflows that were started under a wrong one',
  });
}

function toFailure(deps: Pick<ActivityDependencies, 'redactor' | 'logger'>, error: unknown): Error {
  const { redactor, logger } = deps;
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  if (Context.current().cancellationSignal.aborted && isInterruption(error)) return new CancelledFailure('cancelled');
  const problem = toOperatorError(error);
  const message = redactor.redact(problem.message);
  if (!BENIGN_FAILURES.includes(problem.type)) {
    const { workflowExecution, activityId, attempt } = Context.current().info;
    logger.warn(
      { activityId, attempt, workflowId: workflowExecution?.workflowId, failure: problem.type, reason: message },
      'Activity failed',
    );
  }
  return ApplicationFailure.create({
    message,
    type: problem.type,
    nonRetryable: !isRetryable(problem.type) && !isOfEntity(Context.current().info.activityType),
    details: [{ fix: redactor.redact(problem.fix), ...(problem.object ? { object: problem.object } : {}) }],
    ...(BENIGN_FAILURES.includes(problem.type) ? { category: ApplicationFailureCategory.BENIGN } : {}),
    ...(problem.retryAfterSeconds === undefined ? {} : { nextRetryDelay: problem.retryAfterSeconds * 1000 }),
  });
}

/** No workflow handles a failure of these (activity-profiles.ts): they are tried again, whatever it is. */
function isOfEntity(activityType: string): boolean {
  return ENTITY_ACTIVITIES.some((name) => name === activityType);
}

/** Errors of libraries, in our own terms. Kubernetes 409, 429, 5xx and lost connections are waited out. */
export function toOperatorError(error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  if (error instanceof KubeUnreachableError) {
    return new OperatorError(
      {
        type: 'KubernetesUnavailable',
        message: error.message,
        fix: 'nothing to do: it is tried again until the API server answers',
      },
      { cause: error },
    );
  }
  if (error instanceof KubeApiError) {
    const options = {
      cause: error,
      ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
    };
    if (error.message.includes('is being terminated')) {
      return new OperatorError(
        { type: 'NamespaceTerminating', message: error.message, fix: 'create the network in another namespace' },
        options,
      );
    }
    if (error.retryable) {
      return new OperatorError(
        { type: 'KubernetesUnavailable', message: error.message, fix: 'nothing to do: it is tried again' },
        options,
      );
    }
    return new OperatorError(
      {
        type: refusalType(error),
        message: error.message,
        fix:
          error.status === 403
            ? "grant the worker's service account what the message names"
            : 'change the field that the message names',
      },
      options,
    );
  }
  if (isInterruption(error)) {
    return new OperatorError(
      { type: 'NotReadyYet', message: 'the attempt ran out of time', fix: 'nothing to do: it is tried again' },
      { cause: error },
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  // Unknown errors are bugs or passing trouble: retried, visible in the pending activity, never final.
  return new OperatorError(
    { type: 'NodeUnavailable', message, fix: 'if it stays, look at the worker log' },
    { cause: error },
  );
}
