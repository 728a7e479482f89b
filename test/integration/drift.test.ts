import { describe, expect, inject, it } from 'vitest';
import { kubectl } from '../api/kubectl.ts';
import { opstack } from '../cli/run-opstack.ts';
import { ALL } from '../crash/fault-points.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { auditOf, operatorEvents, patch, podUids, read, readAll, remove, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForStatus } from './plans-in-status.ts';
import { conditionOf } from './refusals.ts';
import { type Rival, startRival } from './rival.ts';
import { executionsOf } from './workflow-history.ts';

const SEQUENCER = 'devnet-sequencer';
const BATCHER = 'devnet-batcher';
const REPLICA = 'devnet-replica';
const REPAIRED = { kind: 'drift', outcome: 'completed' };

describe('drift', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('drift');

  it('starts with a network that is Ready', async () => {
    const devnet = use();
    expect(await planAfter(devnet, () => devnet.chain.apply(...devnet.chain.resources))).toMatchObject({
      kind: 'install',
      outcome: 'completed',
    });
  });

  it('puts a Service back that somebody has edited, and restarts nothing', async () => {
    const devnet = use();
    const { name, ports } = await serviceOf(devnet);
    const pods = await podUids(devnet);
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: devnet.namespace },
      spec: { ports: ports.map((port) => ({ ...port, targetPort: 9999 })) },
    };
    expect(
      await planAfter(devnet, () => devnet.chain.kube.apply(service, { fieldManager: 'kubectl', force: true })),
    ).toMatchObject(REPAIRED);
    expect((await serviceOf(devnet)).ports).toEqual(ports);
    expect(await podUids(devnet)).toEqual(pods);
    const found = (await operatorEvents(devnet)).filter(({ reason }) => reason === 'DriftFound');
    expect(found.map(({ note }) => note)).toEqual([expect.stringContaining(`Service/${name} differs in spec.ports`)]);
  });

  it('puts a NetworkPolicy back', async () => {
    const devnet = use();
    const policies = (await readAll(devnet, 'NetworkPolicy')).map(({ metadata }) => metadata.name).sort();
    const pods = await podUids(devnet);
    expect(await planAfter(devnet, () => breakSomethingElse(devnet))).toMatchObject(REPAIRED);
    expect((await readAll(devnet, 'NetworkPolicy')).map(({ metadata }) => metadata.name).sort()).toEqual(policies);
    expect(await podUids(devnet)).toEqual(pods);
  });

  it('puts the copy of a key back, with the same content', async () => {
    const devnet = use();
    const pods = await podUids(devnet);
    const used = await keyCopyOf(devnet, `${BATCHER}-0`);
    const before = (await read(devnet, 'Secret', used))['data'];
    expect(await planAfter(devnet, () => remove(devnet, 'Secret', used))).toMatchObject(REPAIRED);
    expect((await read(devnet, 'Secret', used))['data']).toEqual(before);
    expect(await podUids(devnet)).toEqual(pods);
  });

  it('says again who may sequence when the sequencers ConfigMap is gone, and sequencing goes on meanwhile', async () => {
    const devnet = use();
    const from = devnet.chain.referee.events().length;
    expect(await planAfter(devnet, () => remove(devnet, 'ConfigMap', 'devnet-sequencers'))).toMatchObject(REPAIRED);
    expect((await read(devnet, 'ConfigMap', 'devnet-sequencers'))['data']).toEqual({ [SEQUENCER]: 'false' });
    expect(sequencing(devnet, from)).toEqual([]);
  });

  it('takes back the permission to stop after a restart that somebody has written', async () => {
    const devnet = use();
    const write = () => patch(devnet, 'ConfigMap', 'devnet-sequencers', { data: { [SEQUENCER]: 'true' } });
    expect(await planAfter(devnet, write)).toMatchObject(REPAIRED);
    const found = (await operatorEvents(devnet)).filter(({ reason }) => reason === 'DriftFound');
    expect(found.map(({ note }) => note)).toContainEqual(
      expect.stringContaining(`ConfigMap/devnet-sequencers differs in data.${SEQUENCER} (by somebody)`),
    );
    expect((await read(devnet, 'ConfigMap', 'devnet-sequencers'))['data']).toEqual({ [SEQUENCER]: 'false' });
  });

  it('starts a sequencer again that somebody has stopped by RPC', async () => {
    const devnet = use();
    const from = devnet.chain.referee.events().length;
    const pods = await podUids(devnet);
    expect(await planAfter(devnet, () => stopByRpc(devnet))).toMatchObject(REPAIRED);
    expect(sequencing(devnet, from)).toEqual(['sequencer-stopped rpc', 'sequencer-started rpc']);
    expect(await podUids(devnet)).toEqual(pods);
    await waitForStatus(devnet, 'the network is healthy again', ({ health }) => health?.class === 'Healthy');
    expectFairPlay(devnet);
  });

  it('brings the batcher back when its StatefulSet is deleted, and never has two', async () => {
    const devnet = use();
    const from = devnet.chain.referee.events().length;
    expect(await planAfter(devnet, () => remove(devnet, 'StatefulSet', BATCHER))).toMatchObject(REPAIRED);
    const seen = devnet.chain.referee
      .events()
      .slice(from)
      .flatMap(({ type }) => (type === 'batcher-started' || type === 'batcher-stopped' ? [type] : []));
    expect(seen).toEqual(['batcher-stopped', 'batcher-started']);
    expectFairPlay(devnet);
  });

  it('brings the sequencer back when its StatefulSet is deleted: it goes on where it was', async () => {
    const devnet = use();
    const others = async () => Object.entries(await podUids(devnet)).filter(([name]) => name !== `${SEQUENCER}-0`);
    const before = await others();
    expect(await planAfter(devnet, () => remove(devnet, 'StatefulSet', SEQUENCER))).toMatchObject(REPAIRED);
    expect(await others()).toEqual(before);
    expectFairPlay(devnet);
  });

  it('moves no pod when somebody says kubectl rollout restart', async () => {
    const devnet = use();
    const { namespace } = devnet;
    const pods = await podUids(devnet);
    const plans = (await executionsOf(devnet)).length;
    for (const name of [SEQUENCER, REPLICA])
      await kubectl(inject('kubeconfigPath'), '-n', namespace, 'rollout', 'restart', `statefulset/${name}`);
    await waitUntil(
      'the controller has seen the new template',
      async () => {
        const { status } = (await read(devnet, 'StatefulSet', SEQUENCER)) as {
          status?: { currentRevision?: string; updateRevision?: string };
        };
        return status?.updateRevision !== status?.currentRevision ? true : undefined;
      },
      PATIENCE_MS,
    );
    // What comes after is the proof that the operator has seen it: a repair, in which the pods still do not move.
    expect(await planAfter(devnet, () => breakSomethingElse(devnet))).toMatchObject(REPAIRED);
    expect((await executionsOf(devnet)).length).toBe(plans + 1);
    expect(await podUids(devnet)).toEqual(pods);
    expectFairPlay(devnet);
  });

  it('scales a batcher up again that somebody has scaled to nothing', async () => {
    const devnet = use();
    const scale = () =>
      kubectl(inject('kubeconfigPath'), '-n', devnet.namespace, 'scale', `statefulset/${BATCHER}`, '--replicas=0');
    expect(await planAfter(devnet, scale)).toMatchObject(REPAIRED);
    expectFairPlay(devnet);
  });

  it('names whoever has scaled a replica', async () => {
    const devnet = use();
    const scale = () =>
      kubectl(inject('kubeconfigPath'), '-n', devnet.namespace, 'scale', `statefulset/${REPLICA}`, '--replicas=2');
    expect(await planAfter(devnet, scale)).toMatchObject(REPAIRED);
    const found = (await operatorEvents(devnet)).filter(({ reason }) => reason === 'DriftFound');
    expect(found.map(({ note }) => note)).toContainEqual(
      expect.stringContaining(`StatefulSet/${REPLICA} differs in spec.replicas (by kubectl)`),
    );
    expectFairPlay(devnet);
  });

  it('makes no other installation key, repairs what needs none, and goes on with the one that is restored', async () => {
    const devnet = use();
    const { chain, namespace } = devnet;
    const pods = await podUids(devnet);
    const name = 'op-stack-operator-install-key';
    const { data, immutable } = (await read(devnet, 'Secret', name)) as { data?: object; immutable?: boolean };
    await remove(devnet, 'Secret', name);
    await conditionOf(devnet, { reason: 'InvalidSpec', says: [`Secret ${name} in namespace ${namespace}`, 'backup'] });
    const [before] = (await chain.status()).history ?? [];
    await breakSomethingElse(devnet);
    const { history, phase } = await waitForStatus(
      devnet,
      'the repair is in history',
      ({ history: [last] = [] }) => last?.finishedAt !== before?.finishedAt,
    );
    expect(history?.[0]).toMatchObject(REPAIRED);
    expect(phase).toBe('Invalid');
    expect(await chain.kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name })).toBeUndefined();
    const plans = (await executionsOf(devnet)).length;
    await chain.kube.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data, immutable });
    await conditionOf(devnet, { status: 'True', reason: 'Valid' });
    await chain.waitForPhase('Ready', PATIENCE_MS);
    expect((await executionsOf(devnet)).length).toBe(plans);
    expect(await podUids(devnet)).toEqual(pods);
  });

  it('sees by its watches what is deleted, long before it would look', async () => {
    const devnet = use();
    const rarely = resource(devnet, NETWORK, { probeInterval: '1h' });
    await devnet.chain.apply(rarely);
    expect(await planAfter(devnet, () => breakSomethingElse(devnet))).toMatchObject(REPAIRED);
  });

  describe('somebody else who sets a field back each time', () => {
    const SCALER = 'scaler';
    let rival: Rival;
    const fights = async (devnet: Devnet) => (await executionsOf(devnet)).filter(isRepair).length;
    const held = (devnet: Devnet) =>
      waitForStatus(devnet, 'the repair is held back', ({ plan }) => plan?.held !== undefined);

    it('is repaired three times, named, told what to do, and then left alone for a while', async () => {
      const devnet = use();
      const before = await fights(devnet);
      const { name, ports } = await serviceOf(devnet, REPLICA);
      const spec = { ports: ports.map((port) => ({ ...port, targetPort: 9999 })) };
      rival = startRival({
        isContent: async () => (await serviceOf(devnet, REPLICA)).ports.every(({ targetPort }) => targetPort === 9999),
        set: () => patch(devnet, 'Service', name, { spec }, SCALER),
      });
      const { plan, conditions } = await held(devnet);
      const fight = `${SCALER} keeps changing spec.ports`;
      const end = `tell ${SCALER} to leave it alone`;
      expect(plan?.held?.why).toMatch(new RegExp(`^${fight}.* of Service/${name}: ${end}`));
      const progressing = conditions?.find(({ type }) => type === 'Progressing');
      expect(progressing).toMatchObject({ reason: 'RepairHeld', message: expect.stringContaining(fight) });
      expect(progressing?.message).toContain(`opstack retry ${NETWORK}`);
      const event = (await operatorEvents(devnet)).find(({ reason }) => reason === 'RepairHeld');
      expect(event).toMatchObject({ type: 'Warning', note: expect.stringContaining(end) });
      const { records } = await auditOf(devnet);
      const record = records.findLast(({ type }) => type === 'repairHeld');
      expect(JSON.stringify(record?.details)).toContain(fight);
      const place = ['--kubeconfig', inject('kubeconfigPath'), '-n', devnet.namespace];
      for (const command of ['status', 'plan'])
        expect((await opstack([command, NETWORK, ...place])).out).toContain(fight);
      expect([rival.times(), await fights(devnet)]).toEqual([4, before + 3]);
    });

    it('holds up neither what is wished of another component nor what else breaks', async () => {
      const devnet = use();
      const { chain } = devnet;
      const ended = (kind: string) =>
        waitForStatus(devnet, `a ${kind} has ended`, ({ history: [last] = [] }) => last?.kind === kind);
      await chain.apply(resource(devnet, BATCHER, { maxChannelDuration: 3 }));
      expect((await ended('change')).history?.[0]).toMatchObject({ outcome: 'completed' });
      expect((await held(devnet)).phase).toBe('Repairing');
      expect(rival.times()).toBe(4);
      const policies = (await readAll(devnet, 'NetworkPolicy')).length;
      await breakSomethingElse(devnet);
      expect((await ended('drift')).history?.[0]).toMatchObject({ outcome: 'completed' });
      expect(await readAll(devnet, 'NetworkPolicy')).toHaveLength(policies);
      await held(devnet);
      expectFairPlay(devnet);
    });

    it('is repaired for good once it has stopped', async () => {
      const devnet = use();
      await rival.stop();
      // By itself it is five minutes after the last time.
      const retry = { metadata: { annotations: { 'optimism.io/retry': 'stopped' } } };
      if (!ALL) await patch(devnet, 'OptimismNetwork', NETWORK, retry);
      await devnet.chain.waitForPhase('Ready', ALL ? 2 * PATIENCE_MS : PATIENCE_MS);
      expect((await serviceOf(devnet, REPLICA)).ports.some(({ targetPort }) => targetPort === 9999)).toBe(false);
      const { plan, history } = await devnet.chain.status();
      expect([plan, history?.[0]]).toMatchObject([undefined, REPAIRED]);
      expectFairPlay(devnet);
    });
  });
});

let policiesDeleted = 0;

/** Deletes a NetworkPolicy, each time another one: the same one again and again would be a fight. */
async function breakSomethingElse(devnet: Devnet): Promise<void> {
  const names = (await readAll(devnet, 'NetworkPolicy')).map(({ metadata }) => metadata.name).sort();
  await remove(devnet, 'NetworkPolicy', names[policiesDeleted % names.length] ?? '');
  policiesDeleted += 1;
}

function isRepair({ workflowId }: { readonly workflowId: string }): boolean {
  return /\/drift-\d+$/.test(workflowId);
}

function sequencing({ chain }: Devnet, from: number): string[] {
  return chain.referee
    .events()
    .slice(from)
    .flatMap((event) =>
      event.type === 'sequencer-started' || event.type === 'sequencer-stopped' ? [`${event.type} ${event.by}`] : [],
    );
}

async function serviceOf(devnet: Devnet, of = SEQUENCER) {
  const name = `${of}-rpc`;
  const service = (await read(devnet, 'Service', name)) as {
    spec?: { ports: { port: number; targetPort: unknown }[] };
  };
  return { name, ports: service.spec?.ports ?? [] };
}

/** The owned Secret that a pod mounts. */
async function keyCopyOf(devnet: Devnet, pod: string): Promise<string> {
  const { spec } = (await read(devnet, 'Pod', pod)) as { spec?: unknown };
  const names = [...JSON.stringify(spec).matchAll(/"(?:secretName|name)":"(devnet-[^"]*)"/g)].map(
    ([, name]) => name ?? '',
  );
  const secrets = (await readAll(devnet, 'Secret')).filter(
    ({ metadata }) => metadata.labels?.['optimism.io/network'] && names.includes(metadata.name),
  );
  if (!secrets[0]) throw new Error(`pod ${pod} uses none of the owned Secrets: ${names.join(', ')}`);
  return secrets[0].metadata.name;
}

async function stopByRpc(devnet: Devnet): Promise<void> {
  const { status } = (await read(devnet, 'Pod', `${SEQUENCER}-0`)) as { status?: { podIP?: string } };
  const response = await fetch(`http://${status?.podIP}:9545`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'admin_stopSequencer', params: [] }),
  });
  expect(await response.json()).toMatchObject({ result: expect.stringMatching(/^0x/) });
}
