/** Pods that something has left on a template which is neither rolled out nor wished any more. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/kube/index.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { operatorEvents, patch, podUids, readAll, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForStatus } from './plans-in-status.ts';

const REPLICA = 'devnet-replica';
const FIRST = `${REPLICA}-0`;
const SECOND = `${REPLICA}-1`;
/** Seconds that say which template a pod was made from. */
const CHANGED = 77;
const TAMPERED = 7;

type Pod = KubeObject & { spec?: { terminationGracePeriodSeconds?: number } };

describe('a pod with the template of something that was given up', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('interrupted');
  let grace = 0;

  it('is not there when a replica of two pods is installed', async () => {
    const devnet = use();
    const others = devnet.chain.resources.filter(({ metadata }) => metadata.name !== REPLICA);
    const plan = await planAfter(devnet, () => devnet.chain.apply(...others, replica(devnet)));
    expect(plan).toMatchObject({ kind: 'install', outcome: 'completed' });
    grace = (await graces(devnet))[FIRST] ?? 0;
    expect(await graces(devnet)).toMatchObject({ [FIRST]: grace, [SECOND]: grace });
  });

  it('restarts with the next edit, which by itself would restart nothing', async () => {
    const devnet = use();
    const { chain } = devnet;
    const before = await podUids(devnet);
    await chain.apply(replica(devnet, { pod: { terminationGracePeriodSeconds: CHANGED } }));
    await waitForGrace(devnet, CHANGED);
    const half = await podUids(devnet);
    await chain.apply(replica(devnet, { service: { annotations: { 'example.com/note': 'edited' } } }));
    const { history } = await waitForStatus(
      devnet,
      'the change has ended, and the edit is rolled out',
      ({ phase, history = [] }) => phase === 'Ready' && history.length === 3,
    );
    expect(history).toMatchObject([
      { kind: 'change', outcome: 'completed' },
      { kind: 'change', outcome: 'superseded' },
      { kind: 'install' },
    ]);
    expect(await graces(devnet)).toMatchObject({ [FIRST]: grace, [SECOND]: grace });
    const after = await podUids(devnet);
    expect(without(after, SECOND)).toEqual(without(before, SECOND));
    expect(after[SECOND]).not.toBe(half[SECOND]);
    expectFairPlay(devnet);
  });

  it('is drift when nothing is edited, although its StatefulSet is as it was rolled out', async () => {
    const devnet = use();
    const { chain } = devnet;
    const before = await podUids(devnet);
    const edited = { service: { annotations: { 'example.com/note': 'edited' } } };
    // While it is paused nothing is repaired, so that the pod is sure to have the wrong template, and its set is not.
    await chain.apply(resource(devnet, NETWORK, { paused: true }));
    await waitForStatus(devnet, 'it is paused', ({ phase }) => phase === 'Paused');
    await tamper(devnet, TAMPERED, 1);
    await waitForGrace(devnet, TAMPERED);
    await tamper(devnet, grace, 2);
    const plan = await planAfter(devnet, () => chain.apply(resource(devnet, NETWORK, {}), replica(devnet, edited)));
    expect(plan).toMatchObject({ kind: 'drift', outcome: 'completed' });
    const found = (await operatorEvents(devnet)).filter(({ reason }) => reason === 'DriftFound');
    expect(found.at(-1)?.note).toContain(`Pod/${SECOND} differs in spec.terminationGracePeriodSeconds`);
    expect(await graces(devnet)).toMatchObject({ [FIRST]: grace, [SECOND]: grace });
    expect(without(await podUids(devnet), SECOND)).toEqual(without(before, SECOND));
    expectFairPlay(devnet);
  });
});

function replica(devnet: Devnet, change: Record<string, unknown> = {}): KubeObject {
  return resource(devnet, REPLICA, { replicas: 2, ...change });
}

async function tamper(devnet: Devnet, terminationGracePeriodSeconds: number, partition: number): Promise<void> {
  await patch(devnet, 'StatefulSet', REPLICA, {
    spec: { updateStrategy: { rollingUpdate: { partition } }, template: { spec: { terminationGracePeriodSeconds } } },
  });
}

async function graces(devnet: Devnet): Promise<Record<string, number | undefined>> {
  const pods = await readAll<Pod>(devnet, 'Pod');
  return Object.fromEntries(pods.map(({ metadata, spec }) => [metadata.name, spec?.terminationGracePeriodSeconds]));
}

async function waitForGrace(devnet: Devnet, seconds: number): Promise<void> {
  await waitUntil(
    'the second pod has the other template',
    async () => ((await graces(devnet))[SECOND] === seconds ? true : undefined),
    PATIENCE_MS,
  );
}

function without(pods: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(pods).filter(([pod]) => pod !== name));
}
