import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { currentAttempt } from '../../src/activities/deadline.ts';
import { activityInterceptor, rememberForNextAttempt, toOperatorError } from '../../src/activities/interceptor.ts';
import { createRedactor } from '../../src/activities/redaction.ts';
import { ENTITY_ACTIVITIES } from '../../src/contract/activities.ts';
import { OperatorError, type Problem } from '../../src/contract/failures.ts';
import { KubeApiError, KubeUnreachableError } from '../../src/kube/index.ts';

const NETWORK = { cluster: 'prod', namespace: 'chains', name: 'acme' };
const SECRET = 'canary-0123456789abcdef';

function environment(activityType: string): MockActivityEnvironment {
  const redactor = createRedactor();
  redactor.remember(SECRET);
  const inbound = activityInterceptor({ cluster: 'prod', redactor, logger: pino({ level: 'silent' }) });
  const info = { activityType, startToCloseTimeoutMs: 30_000, heartbeatTimeoutMs: 5000 };
  return new MockActivityEnvironment(info, { interceptors: [() => ({ inbound })], logger: new DefaultLogger('ERROR') });
}

async function failureOf(activityType: string, error: unknown, network = NETWORK): Promise<ApplicationFailure> {
  const throwing = async (_: { network: typeof NETWORK }): Promise<void> => {
    throw error;
  };
  const thrown: unknown = await environment(activityType)
    .run(throwing, { network })
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  if (thrown instanceof ApplicationFailure) return thrown;
  throw new Error(`not an ApplicationFailure: ${String(thrown)}`);
}

const problem = (type: Problem['type'], message = 'something'): Problem => ({ type, message, fix: 'do this' });

describe('a failure on its way to Temporal', () => {
  it('keeps type and fix, and is final when no retry can mend it', async () => {
    expect(await failureOf('applyComponent', new OperatorError(problem('InvalidSpec')))).toMatchObject({
      type: 'InvalidSpec',
      nonRetryable: true,
      details: [{ fix: 'do this' }],
    });
  });

  it('of a look or a report is never final: nobody would handle it', async () => {
    for (const activity of ENTITY_ACTIVITIES) {
      expect(await failureOf(activity, new OperatorError(problem('Forbidden')))).toMatchObject({ nonRetryable: false });
    }
  });

  it('that is an expected wait is benign and says when to come back', async () => {
    const wait = new OperatorError(problem('NotReadyYet'), { retryAfterSeconds: 2 });
    expect(await failureOf('awaitGate', wait)).toMatchObject({
      nonRetryable: false,
      category: ApplicationFailureCategory.BENIGN,
      nextRetryDelay: 2000,
    });
  });

  it('holds no secret', async () => {
    const { message } = await failureOf('look', new OperatorError(problem('L1Unavailable', `GET ${SECRET}: 401`)));
    expect(message).toBe('GET [redacted]: 401');
  });

  it('of an activity for another cluster comes before anything is done', async () => {
    const failure = await failureOf('applyComponent', new Error('it ran'), { ...NETWORK, cluster: 'staging' });
    expect(failure).toMatchObject({ type: 'WrongCluster', nonRetryable: true });
  });

  it('of a cancelled attempt is a cancellation', async () => {
    const env = environment('applyComponent');
    const waiting = async (_: { network: typeof NETWORK }): Promise<void> => {
      const { signal } = currentAttempt();
      setImmediate(() => env.cancel());
      await new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))),
      );
    };
    await expect(env.run(waiting, { network: NETWORK })).rejects.toBeInstanceOf(CancelledFailure);
  });
});

it('what an attempt remembers goes out with its heartbeats', async () => {
  const env = environment('awaitGate');
  const beats: unknown[] = [];
  env.on('heartbeat', (details: unknown) => beats.push(details));
  await env.run(async (_: { network: typeof NETWORK }) => rememberForNextAttempt({ samples: 3 }), { network: NETWORK });
  expect(beats).toContainEqual({ samples: 3 });
});

describe('an error of a library', () => {
  const kubeError = (status: number, message: string) =>
    new KubeApiError({ status, reason: '', message, causes: [], retryAfterSeconds: undefined });

  it.each([
    ['a 409', kubeError(409, 'the object has been modified'), 'KubernetesUnavailable'],
    ['a 429', kubeError(429, 'too many requests'), 'KubernetesUnavailable'],
    ['a 500', kubeError(500, 'etcd is gone'), 'KubernetesUnavailable'],
    ['no answer', new KubeUnreachableError('no answer'), 'KubernetesUnavailable'],
    ['a 403', kubeError(403, 'secrets is forbidden'), 'Forbidden'],
    [
      'a namespace that ends',
      kubeError(403, 'forbidden: namespace x because it is being terminated'),
      'NamespaceTerminating',
    ],
    ['a 422', kubeError(422, 'spec.replicas: Invalid value'), 'InvalidSpec'],
    ['an immutable field', kubeError(422, 'spec.clusterIP: field is immutable'), 'ImmutableField'],
    [
      'a StatefulSet that can not be changed',
      kubeError(422, 'updates to statefulset spec for fields other than'),
      'ImmutableField',
    ],
    ['an interruption', new DOMException('aborted', 'AbortError'), 'NotReadyYet'],
    ['anything else', new TypeError('x is undefined'), 'NodeUnavailable'],
  ])('%s has a type of ours', (_, error, type) => {
    expect(toOperatorError(error).type).toBe(type);
  });
});
