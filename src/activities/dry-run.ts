/**
 * Asks the API server what it would make of a plan, before anybody is asked to approve it: a policy, a quota, a field
 * that can not be changed. A plan that nobody is asked about has no time to lose: its first step is told the same
 * (docs/decisions/0019).
 */
import { FIELD_MANAGER } from '../api/names.ts';
import type { NonRetryableFailureType, Problem } from '../contract/failures.ts';
import { componentKey, type ObjectChange } from '../contract/plan.ts';
import { KubeApiError, type KubeObject } from '../kube/index.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { Look } from './look-once.ts';
import { refusalType } from './refusal-type.ts';
import { sideBySide } from './side-by-side.ts';

/** An admission webhook that knows no dry run says nothing about the real thing. */
const KNOWS_NO_DRY_RUN = /does not support dry run/;

const FIXES: Partial<Record<NonRetryableFailureType, string>> = {
  Forbidden:
    'change what refuses it (the policy, quota or role that the message names), or set what is wished back; it is tried again by itself',
  ImmutableField: 'set the field back to what it is, or create the component under another name',
};
const FIX = 'change what the message names; it is tried again by itself';

/** @returns what the server refuses of a plan that waits for a person, and that no status has shown yet; else nothing */
export async function refusedByServer(
  { kube, logger }: Pick<ActivityDependencies, 'kube' | 'logger'>,
  { result: { plan, awaiting }, wished, renders }: Pick<Look, 'result' | 'wished' | 'renders'>,
  signal: AbortSignal,
): Promise<Problem[]> {
  if (!plan || !wished?.waits || plan.hash !== wished.plan.hash || awaiting) return [];
  const refused = new Map<ObjectChange, Problem>();
  await sideBySide(plan.changes.filter(isApplied), async (change) => {
    const object = renders
      .filter(({ component }) => componentKey(component) === componentKey(change.component))
      .flatMap(({ objects }) => objects)
      .find(({ kind, metadata }) => `${kind}/${metadata.name}` === change.object);
    const error = object && (await refusalOf(object));
    if (error) refused.set(change, problemOf(change, error));
  });
  // In the order of the plan, whoever has answered first.
  return plan.changes.flatMap((change) => refused.get(change) ?? []);

  async function refusalOf(object: KubeObject): Promise<KubeApiError | undefined> {
    try {
      await kube.apply(object, { fieldManager: FIELD_MANAGER, force: true, dryRun: true, signal });
      return undefined;
    } catch (error) {
      if (!(error instanceof KubeApiError)) throw error;
      if (!error.retryable && !KNOWS_NO_DRY_RUN.test(error.message)) return error;
      // Nothing is known then. The steps try it in earnest, as often as it takes.
      logger.debug({ object: object.metadata.name, reason: error.message }, 'Dry run came to nothing');
      return undefined;
    }
  }
}

/** What is created anew under its name is deleted first: beside the live object it can not be tried. */
function isApplied({ action }: ObjectChange): boolean {
  return action === 'create' || action === 'change';
}

function problemOf({ component, object }: ObjectChange, error: KubeApiError): Problem {
  const type = refusalType(error);
  return {
    type,
    message: `the API server refuses ${object}: ${error.message}`,
    fix: FIXES[type] ?? FIX,
    object: componentKey(component),
  };
}
