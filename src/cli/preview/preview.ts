/** The plan that the operator would make of a network if some objects were applied. Reads only. */
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import { gatherCustomResources } from '../../activities/gather/custom-resources.ts';
import { gatherLive } from '../../activities/gather/live.ts';
import { referencesOf } from '../../activities/gather/references.ts';
import { sequencersInState } from '../../activities/gather/sequencers.ts';
import { gatherPodTemplates } from '../../activities/gather/stray-pods.ts';
import { wishOf } from '../../activities/gather/wish.ts';
import { lookAt } from '../../activities/look-once.ts';
import { findRender, type StoredRender } from '../../activities/state/render-store.ts';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { SequencerState } from '../../chain/sequencer-state.ts';
import type { Problem } from '../../contract/failures.ts';
import type { Plan } from '../../contract/plan.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { chainFromHere } from './chain-from-here.ts';
import { installationFromHere } from './installation-from-here.ts';
import { overlay } from './overlay.ts';
import { neededKeys, standIn } from './unseen.ts';

export interface Preview {
  readonly network: KubeObject;
  /** Absent: nothing would change, or `problems` stand in the way. */
  readonly plan?: Plan;
  /** Whether a person would be asked before it begins. */
  readonly waits: boolean;
  readonly problems: readonly Problem[];
  /** What could not be seen from here, and what else there is to know. */
  readonly notes: readonly string[];
}

export type PreviewDependencies = Pick<ActivityDependencies, 'redactor' | 'registry' | 'operatorNamespace' | 'now'> & {
  /** The cluster itself. */
  readonly cluster: KubeClient;
  readonly signal: AbortSignal;
};

type At = { readonly namespace: string; readonly name: string };

/**
 * @param applied objects as they would be
 * @returns undefined when there would be no such network
 */
export async function previewNetwork(
  deps: PreviewDependencies,
  at: At,
  applied: readonly KubeObject[],
): Promise<Preview | undefined> {
  const { cluster, signal, now, redactor } = deps;
  const resources = await gatherCustomResources(
    overlay(cluster, { objects: applied, unreadable: refStandIn }),
    at,
    signal,
  );
  if (!resources) return undefined;
  const status = (resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const rolledOut = await rolledOutRender(cluster, at, status, signal);
  const uses = [resources.network, ...resources.components].flatMap(({ kind, metadata, spec }) =>
    referencesOf(`${kind}/${metadata.name}`, spec),
  );
  const needed = neededKeys(uses, rolledOut);
  const unseen = new Set<string>();
  const kube = overlay(cluster, {
    objects: applied,
    unreadable: (secret) => {
      unseen.add(secret.name);
      return standIn(secret, needed);
    },
  });
  // All of them are asked for before anything is made of them: what can not be read is known then.
  await Promise.all(
    [...new Set(uses.flatMap(({ kind, name }) => (kind === 'Secret' ? [name] : [])))].map((name) =>
      kube.get({ apiVersion: 'v1', kind: 'Secret', namespace: at.namespace, name }, { signal }),
    ),
  );
  const { installation, note } = await installationFromHere({ ...deps, kube }, at, {
    network: resources.network,
    rolledOut,
    unseen,
  });
  const seenOf = { kube, redactor, registry: deps.registry, now };
  const wish = await wishOf(seenOf, at, resources, installation, signal);
  const [live, templates] = await Promise.all([gatherLive(kube, at, signal), gatherPodTemplates(kube, at, signal)]);
  const sequencers = sequencersInState(wish, live, statesBy(status), now());
  const endpoint = wish.references.resolved.find(({ use }) => use.field.startsWith('spec.l1.rpc'))?.use.name;
  const chain = chainFromHere({ endpoint: !unseen.has(endpoint ?? ''), addresses: unseen.size === 0 });
  const look = await lookAt(seenOf, { at, wish, live, templates, sequencers }, chain.readChain, {
    abortedWish: undefined,
    // What has drifted meanwhile is repaired before, whatever the files say.
    foughtObjects: 'all',
    signal,
  });
  const { wished, result } = look;
  const secrets = uses.flatMap(({ name }) => (unseen.has(name) ? [name] : []));
  return {
    network: resources.network,
    ...(wished ? { plan: redactor.redactJson(wished.plan) } : {}),
    waits: wished?.waits ?? false,
    problems: result.problems,
    notes: [
      ...(note ? [note] : []),
      ...[...new Set(secrets)].map(
        (name) => `whether the content of Secret ${name} has changed can not be seen with your rights`,
      ),
      ...notesOf(chain.unread(), wish.proposers.length + wish.challengers.length > 0, status),
      ...(result.paused ? ['the network is paused: nothing begins before it is resumed'] : []),
      ...(status.plan?.workflowId
        ? [`plan ${status.plan.hash.slice(0, 8)} runs now: this is what is left to do from what is rolled out so far`]
        : []),
    ].map(redactor.redact),
  };
}

const refStandIn = (secret: { readonly name: string }): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: secret.name },
});

async function rolledOutRender(
  kube: KubeClient,
  at: At,
  { components = [] }: OptimismNetworkStatus,
  signal: AbortSignal,
): Promise<StoredRender | undefined> {
  return findRender(kube, at, components.find(({ kind }) => kind === 'OptimismNetwork')?.render, signal);
}

function notesOf(unread: string | undefined, hasProposals: boolean, { contracts }: OptimismNetworkStatus): string[] {
  if (unread === undefined) return [];
  const from =
    contracts?.blockNumber !== undefined
      ? `what status has of L1 block ${contracts.blockNumber} is taken`
      : hasProposals
        ? 'proposer and challengers, which depend on it, are left out'
        : 'nothing is held against it';
  return [`L1 could not be read from here (${unread}): ${from}`];
}

/** The pods of another cluster can not be asked: who was seen last sequences. */
function statesBy({ sequencer }: OptimismNetworkStatus): ReadonlyMap<string, SequencerState> {
  return new Map(sequencer?.active === undefined ? [] : [[sequencer.active, 'active']]);
}
