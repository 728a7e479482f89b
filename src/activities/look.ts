/** Activity `look`: one look, with what the plan needs stored by content before anybody is asked to approve it. */
import { Context } from '@temporalio/activity';
import type { LookInput, LookResult } from '../contract/activities.ts';
import { boundLook } from '../plan/bound-look.ts';
import { adoptRolledOut } from './adopt-rolled-out.ts';
import { auditStoreOf } from './audit-stores.ts';
import { writeChainFacts } from './chain-facts.ts';
import { currentAttempt } from './deadline.ts';
import { vouchedDecision } from './decision-policy.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { lookOnce } from './look-once.ts';
import { pruneRenders } from './prune-renders.ts';
import { sideBySide } from './side-by-side.ts';
import { storePlan } from './state/plan-store.ts';
import { renewInputs, storeRender } from './state/render-store.ts';

const GONE: LookResult = {
  found: false,
  uid: '',
  deleting: false,
  revision: '',
  wish: '',
  key: '',
  problems: [],
  approval: { required: false, expiresAfterSeconds: 0, sources: ['Kubernetes', 'Temporal'] },
  paused: false,
  decisions: [],
  remembered: { taken: [], paused: false, abortedWish: '', rejectedPlan: '' },
  probeIntervalSeconds: 30,
  release: '',
  chainId: '',
  generations: {},
  hasStatus: false,
  nextPlanNumber: 0,
};

export function lookActivity(deps: ActivityDependencies): (input: LookInput) => Promise<LookResult> {
  return async ({ network, idle, abortedWish, rolledBack, foughtObjects, askedAt }) => {
    const attempt = currentAttempt();
    const { signal } = attempt;
    const at = { namespace: network.namespace, name: network.name };
    const once = () => lookOnce(deps, at, { abortedWish, rolledBack, foughtObjects, askedAt, signal });
    let look = await once();
    if (!look) return GONE;
    const seen = { network: look.wish.resources.network, live: look.live };
    if (await adoptRolledOut(deps, at, seen, attempt)) look = await once();
    if (!look) return GONE;
    const { result, renders, renewed } = look;
    await deps.reached('look/store/before');
    const store = { kube: deps.kube, network: at, uid: result.uid };
    await sideBySide(renders, (render) => storeRender(store, render, signal));
    await sideBySide(renewed, ({ digest, inputs }) => renewInputs(store, digest, inputs, signal));
    if (idle && !result.plan && result.problems.length === 0) await pruneRenders(deps, at, look, attempt);
    await writeChainFacts(deps, at, look, attempt);
    const vouched = await vouchedDecision(deps, look, attempt);
    const decisions = result.decisions.map((decision) => ({ ...decision, verified: decision.key === vouched }));
    const audit = auditStoreOf(deps, { ...at, uid: result.uid });
    deps.logger.debug(
      {
        network: `${at.namespace}/${at.name}`,
        revision: result.revision,
        plan: result.plan?.hash,
        activityId: Context.current().info.activityId,
      },
      'Looked at network',
    );
    const nextPlanNumber = await audit.nextPlanNumber({ signal });
    // Redacted before it is cut: of a secret that was cut nobody would recognise the rest.
    const clean = deps.redactor.redactJson({ ...result, decisions, nextPlanNumber });
    // There before anybody is asked. While a plan runs, its own stays.
    const document = idle && clean.plan ? await storePlan(store, clean.plan, attempt) : undefined;
    return boundLook(clean.plan && document ? { ...clean, plan: { ...clean.plan, document } } : clean);
  };
}
