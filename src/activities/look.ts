/** Activity `look`: one look, with what the plan needs stored by content before anybody is asked to approve it. */
import { Context } from '@temporalio/activity';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import { describeContradiction } from '../chain/discovery/addresses.ts';
import { scheduledForks } from '../chain/rollup-config.ts';
import type { LookInput, LookResult } from '../contract/activities.ts';
import { boundLook } from '../plan/bound-look.ts';
import { cutText } from '../status/conditions.ts';
import { adoptRolledOut } from './adopt-rolled-out.ts';
import { auditStoreOf } from './audit-stores.ts';
import { type Attempt, currentAttempt } from './deadline.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type Look, lookOnce } from './look-once.ts';
import { pruneRenders } from './prune-renders.ts';
import { sideBySide } from './side-by-side.ts';
import { changeStatus } from './state/change-status.ts';
import { storeRender } from './state/render-store.ts';

const MAX_VERSION = 32;
const MAX_UNREAD = 50;

const GONE: LookResult = {
  found: false,
  uid: '',
  deleting: false,
  revision: '',
  key: '',
  problems: [],
  approval: { required: false, expiresAfterSeconds: 0, sources: ['Kubernetes', 'Temporal'] },
  paused: false,
  decisions: [],
  remembered: { taken: [], paused: false, abortedRevision: '', rejectedPlan: '' },
  probeIntervalSeconds: 30,
  release: '',
  chainId: '',
  generations: {},
  hasStatus: false,
  nextPlanNumber: 0,
};

export function lookActivity(deps: ActivityDependencies): (input: LookInput) => Promise<LookResult> {
  return async ({ network, idle, abortedRevision, repairsHeld }) => {
    const attempt = currentAttempt();
    const { signal } = attempt;
    const at = { namespace: network.namespace, name: network.name };
    const once = () => lookOnce(deps, at, { abortedRevision, repairsHeld, signal });
    let look = await once();
    if (!look) return GONE;
    const seen = { network: look.wish.resources.network, live: look.live };
    if (await adoptRolledOut(deps, at, seen, attempt)) look = await once();
    if (!look) return GONE;
    const { result, renders } = look;
    await deps.reached('look/store/before');
    const store = { kube: deps.kube, network: at, uid: result.uid };
    await sideBySide(renders, (render) => storeRender(store, render, signal));
    if (idle && !result.plan && result.problems.length === 0) await pruneRenders(deps, at, look, attempt);
    if (look.discovery) await writeChainFacts(deps, at, look, attempt);
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
    return boundLook(deps.redactor.redactJson({ ...result, nextPlanNumber }));
  };
}

/** Contracts, roles and forks in status. Written when something other than the block number has changed. */
async function writeChainFacts(
  deps: ActivityDependencies,
  at: { namespace: string; name: string },
  { discovery, result, wish }: Look,
  attempt: Attempt,
): Promise<void> {
  if (!discovery) return;
  const { addresses, roles, generation, gameType, blockNumber, unreadable, contradictions } = discovery;
  // Whatever a contract says: it must fit into the status.
  const version = cutText(discovery.version, MAX_VERSION);
  await changeStatus<OptimismNetworkStatus>(
    deps.kube,
    { kind: 'OptimismNetwork', ...at, uid: result.uid },
    (status) => {
      const contracts = {
        ...addresses,
        generation,
        version,
        ...(gameType === undefined ? {} : { gameType }),
        ...(unreadable.length > 0 ? { unread: unreadable.slice(0, MAX_UNREAD) } : {}),
        ...(contradictions.length > 0 ? { contradictions: contradictions.map(describeContradiction) } : {}),
      };
      const known = { ...contracts, blockNumber: status.contracts?.blockNumber ?? blockNumber };
      const { batcher, unsafeBlockSigner, proposer, challenger, owner } = roles;
      const headTime = Date.parse(status.health?.unsafe?.timestamp ?? '') / 1000 || 0;
      const forks = wish.files
        ? scheduledForks(wish.files.rollup).map(({ name, time }) => ({
            name,
            time,
            active: time === 0 || time <= headTime,
          }))
        : status.forks;
      const next = {
        ...status,
        contracts: known,
        roles: {
          batcher,
          unsafeBlockSigner,
          ...(proposer ? { proposer } : {}),
          ...(challenger ? { challenger } : {}),
          owner,
        },
        ...(forks ? { forks } : {}),
      };
      if (
        JSON.stringify([next.contracts, next.roles, next.forks]) ===
        JSON.stringify([status.contracts, status.roles, status.forks])
      )
        return undefined;
      return { ...next, contracts: { ...contracts, blockNumber } };
    },
    attempt,
  );
}
