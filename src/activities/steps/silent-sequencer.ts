/** Sequencers that do not answer: their pods are ended, and what comes after them comes back stopped. */
import type { PodTarget } from '../../chain/sample.ts';
import { gatherWorkloads } from '../gather/live.ts';
import type { StepContext } from './step-context.ts';
import { silenceOf, stateOf } from './stopped-sequencer.ts';

/** Its process hangs, so that it uses up whatever time it is given. */
const GRACE_SECONDS = 15;

interface Kept {
  readonly silentSince?: Readonly<Record<string, number>>;
  readonly ended?: Readonly<Record<string, string>>;
}

/**
 * Deletes the pods that have been silent for long, once every key says "stopped". Never by force: a pod of a machine that
 * is gone stays, and a person has to say that it is off.
 */
export async function deleteSilent(
  context: StepContext,
  pods: readonly PodTarget[],
  patienceMs: number,
): Promise<void> {
  const { deps, at, signal } = context;
  const { silentSince = {} } = (context.kept ?? {}) as Kept;
  const waited = context.waitedMs();
  const silent = pods.filter((target) => waited - (silentSince[silenceOf(target)] ?? waited) > patienceMs);
  if (silent.length === 0) return;
  const live = await gatherWorkloads(deps.kube, at, signal);
  for (const target of silent) {
    const found = live.pods.find(({ metadata }) => metadata.name === target.pod);
    if (!found || found.metadata.deletionTimestamp || found.metadata.uid !== target.uid) continue;
    if ((await stateOf(context, target, 'proof')) !== 'unknown') continue;
    const { uid } = found.metadata;
    await context.act('delete-pod', () =>
      deps.kube.delete(
        { apiVersion: 'v1', kind: 'Pod', namespace: at.namespace, name: target.pod },
        { gracePeriodSeconds: GRACE_SECONDS, ...(uid ? { preconditions: { uid } } : {}), signal },
      ),
    );
    const kept = (context.kept ?? {}) as Kept;
    context.keep({ ...kept, ended: { ...kept.ended, [target.pod]: uid ?? '' } } satisfies Kept);
  }
}
