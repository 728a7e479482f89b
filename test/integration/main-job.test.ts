import { describe, expect, inject, it } from 'vitest';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { verifyChain } from '../../src/audit/verify.ts';
import { kubectl } from '../api/kubectl.ts';
import { NETWORK } from '../devnet/chain.ts';
import { assertNoCanary } from '../devnet/referee/canary.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { auditOf, managedVersions, operatorEvents, podUids, read, readAll, resource } from './cluster-objects.ts';
import { expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForStatus } from './plans-in-status.ts';
import { everythingThatPeopleCanRead } from './what-people-can-read.ts';
import { executionsOf, historyLength, historyOf, scheduledActivities } from './workflow-history.ts';

const SEQUENCER = 'devnet-sequencer';
const BATCHER = 'devnet-batcher';
const PROPOSER = 'devnet-proposer';
const CHALLENGER = 'devnet-challenger';
const REPLICA = 'devnet-replica';

type Pods = Record<string, string>;

describe('the main job', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('main-job', { whole: true });

  it('rolls out sequencer, batcher, replica, proposer and challenger by one plan', async () => {
    const devnet = use();
    const plan = await planAfter(devnet, () => devnet.chain.apply(...devnet.chain.resources));
    expect(plan).toMatchObject({ kind: 'install', outcome: 'completed' });
    expect(
      (await executionsOf(devnet))
        .map(({ workflowId, type, status }) => [workflowId.replace(devnet.entityId, '…'), type, status])
        .sort(),
    ).toEqual([
      ['…', 'optimismNetwork', 'RUNNING'],
      ['…/install-1', 'rollout', 'COMPLETED'],
    ]);
  });

  it('started the sequencer before the batcher sent anything, and all others after that', async () => {
    const devnet = use();
    const { referee } = devnet.chain;
    const created = async (name: string) =>
      Date.parse((await read(devnet, 'StatefulSet', name)).metadata.creationTimestamp ?? '');
    const [sequencer, batcher] = [await created(SEQUENCER), await created(BATCHER)];
    const others = [await created(REPLICA), await created(PROPOSER), await created(CHALLENGER)];
    const sequencing = referee.events().find(({ type }) => type === 'sequencer-started');
    const batch = referee.events().find(({ type }) => type === 'batch-submitted');
    // The API server keeps whole seconds.
    const seconds = (at: number | undefined) => Math.floor((at ?? Number.NaN) / 1000) * 1000;
    const order = [sequencer, seconds(sequencing?.at), batcher, seconds(batch?.at), ...others];
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(sequencing).toMatchObject({ node: `${devnet.namespace}/${SEQUENCER}-0`, by: 'rpc' });
    expect(sequencing?.at).toBeLessThan(batch?.at ?? 0);
    // Every gate's end was told as an event, in the order of the steps, and what follows was applied after `batching`.
    const told = await operatorEvents(devnet);
    const at = (note: RegExp, reason: string) =>
      told.findIndex((event) => event.reason === reason && note.test(event.note));
    const steps = [
      at(/no-foreign-sequencer/, 'StepFinished'),
      at(/start-sequencer/, 'StepStarted'),
      at(/await-single-sequencer/, 'StepFinished'),
      at(/no-foreign-batcher/, 'StepFinished'),
      at(/apply-component\/devnet-batcher/, 'StepStarted'),
      at(/await-batching/, 'StepFinished'),
      at(/apply-component\/devnet-replica/, 'StepStarted'),
      at(/await-node-synced\/devnet-replica/, 'StepFinished'),
      at(/await-proposer-permitted/, 'StepFinished'),
      at(/apply-component\/devnet-proposer/, 'StepStarted'),
      at(/apply-component\/devnet-challenger/, 'StepStarted'),
      at(/await-challenging/, 'StepFinished'),
    ];
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(steps).not.toContain(-1);
    expectFairPlay(devnet);
  });

  it('reads as a story in the history of the plan: one activity for each step, by name, with a sentence', async () => {
    const devnet = use();
    const activities = scheduledActivities(await historyOf(devnet, `${devnet.entityId}/install-1`));
    expect(activities.map(({ id }) => id)).toEqual([
      '01-await-config-matches-chain/devnet',
      '02-store-config/devnet',
      '03-apply-component/devnet-sequencer',
      '04-await-derivation-caught-up/devnet-sequencer',
      '05-await-no-foreign-sequencer/devnet-sequencer',
      '06-start-sequencer/devnet-sequencer',
      '07-await-single-sequencer/devnet-sequencer',
      '08-await-no-foreign-batcher/devnet-batcher',
      '09-apply-component/devnet-batcher',
      '10-await-batching/devnet-batcher',
      '11-apply-component/devnet-replica',
      '12-await-node-synced/devnet-replica',
      '13-await-proposer-permitted/devnet-proposer',
      '14-apply-component/devnet-proposer',
      '15-apply-component/devnet-challenger',
      '16-await-challenging/devnet-challenger',
    ]);
    expect(activities.filter(({ summary }) => summary.length < 10)).toEqual([]);
    // Of a history that people read (design: at most 120 events for all five kinds).
    expect(await historyLength(devnet, `${devnet.entityId}/install-1`)).toBeLessThanOrEqual(120);
  });

  it('can be found by the search attributes of the network, entity and plan', async () => {
    const devnet = use();
    const found = await waitUntil('the visibility store has caught up', async () => {
      const list = [];
      const query = `OpNetwork = '${NETWORK}' AND OpNamespace = '${devnet.namespace}' AND OpPhase = 'Ready'`;
      for await (const { workflowId, typedSearchAttributes } of devnet.temporal.workflow.list({ query })) {
        list.push({
          workflowId,
          attributes: Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])),
        });
      }
      return list.length > 0 ? list : undefined;
    });
    expect(found).toMatchObject([
      {
        workflowId: devnet.entityId,
        attributes: {
          OpNetwork: NETWORK,
          OpNamespace: devnet.namespace,
          OpPhase: 'Ready',
          OpPlanKind: 'none',
          OpRelease: 'u18',
          OpChainId: String(devnet.chain.deployment.l2ChainId),
          OpApprovalPending: false,
        },
      },
    ]);
    const plan = await devnet.temporal.workflow.getHandle(`${devnet.entityId}/install-1`).describe();
    const attributes = Object.fromEntries(
      plan.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
    );
    expect(attributes).toMatchObject({
      OpNetwork: NETWORK,
      OpNamespace: devnet.namespace,
      OpPlanKind: 'install',
      OpChainId: String(devnet.chain.deployment.l2ChainId),
    });
  });

  it('shows in status what it has found, done and sees', async () => {
    const devnet = use();
    const { deployment } = devnet.chain;
    const status = await waitForStatus(
      devnet,
      'health is in status, of all that is rolled out',
      (now) =>
        now.health?.class === 'Healthy' &&
        now.health.finalized !== undefined &&
        ['Following', 'Proposing', 'Challenging'].every((type) => conditions(now)[type] === 'True'),
    );
    const network = await read(devnet, 'OptimismNetwork', NETWORK);
    expect(status).toMatchObject({
      phase: 'Ready',
      observedGeneration: network.metadata.generation,
      contracts: { systemConfig: deployment.addresses['SystemConfigProxy'] },
      workflow: { id: devnet.entityId },
      release: 'u18',
      appliedRevision: expect.stringMatching(/^[0-9a-f]{64}$/),
      sequencer: { active: SEQUENCER },
    });
    expect(lower(status.roles)).toMatchObject({
      batcher: deployment.accounts.batcher.toLowerCase(),
      unsafeBlockSigner: deployment.accounts.sequencerSigner.toLowerCase(),
    });
    expect(status.forks?.map(({ name }) => name)).toEqual(expect.arrayContaining(['isthmus', 'jovian']));
    expect(status.components?.map(({ kind, name }) => `${kind}/${name}`).sort()).toEqual([
      `OpBatcher/${BATCHER}`,
      `OpChallenger/${CHALLENGER}`,
      `OpNode/${REPLICA}`,
      `OpNode/${SEQUENCER}`,
      `OpProposer/${PROPOSER}`,
      `OptimismNetwork/${NETWORK}`,
    ]);
    expect(conditions(status)).toMatchObject({
      ConfigurationValid: 'True',
      ContractsDiscovered: 'True',
      Ready: 'True',
      Progressing: 'False',
      AwaitingApproval: 'False',
      Paused: 'False',
      Sequencing: 'True',
      Batching: 'True',
      Proposing: 'True',
      Challenging: 'True',
      Following: 'True',
      Degraded: 'False',
    });
    expect(
      status.conditions?.filter(({ observedGeneration }) => observedGeneration !== network.metadata.generation),
    ).toEqual([]);
    expect(status.health?.unsafe?.number).toBeGreaterThan(0);
    expect(status.health?.safe?.number).toBeGreaterThan(0);
    expect(JSON.stringify(status).length).toBeLessThan(32 * 1024);
    expect(status.plan).toBeUndefined();
  });

  it('shows each component as Ready', async () => {
    const devnet = use();
    const kinds = ['OpNode', 'OpBatcher', 'OpProposer', 'OpChallenger'] as const;
    const objects = (await Promise.all(kinds.map((kind) => readAll(devnet, kind)))).flat();
    expect(objects).toHaveLength(5);
    for (const object of objects) {
      const status = object['status'] as { phase?: string; observedGeneration?: number };
      expect([object.metadata.name, status.phase, status.observedGeneration]).toEqual([
        object.metadata.name,
        'Ready',
        object.metadata.generation,
      ]);
    }
  });

  it('fills the columns of kubectl get for the network', async () => {
    const { namespace, chain } = use();
    const head = (await chain.status()).health?.unsafe?.number ?? 0;
    const [header = '', row = ''] = (await kubectl(inject('kubeconfigPath'), '-n', namespace, 'get', 'opnet')).split(
      '\n',
    );
    expect(header.split(/\s{2,}/).map((column) => column.trim())).toEqual([
      'NAME',
      'PHASE',
      'PLAN',
      'UNSAFE',
      'SAFE LAG',
      'RELEASE',
      'AGE',
    ]);
    expect(row).toMatch(/^devnet\s+Ready\s+\d+\s+\d+\s+u18\s+\S+/);
    expect(Number(/^devnet\s+Ready\s+(\d+)/.exec(row)?.[1])).toBeGreaterThanOrEqual(head);
  });

  it('fills the columns of kubectl get for the components', async () => {
    const devnet = use();
    const rows = await waitUntil(
      'the columns are filled',
      async () => {
        const table = await kubectl(
          inject('kubeconfigPath'),
          '-n',
          devnet.namespace,
          'get',
          'opn,opb,opp,opc',
          '-o',
          'wide',
        );
        const lines = table.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '));
        const batch = lines.some((line) => /^opbatcher\S+ .* \d+m?\d*s \d+ 0x/.test(line));
        const proposal = lines.some((line) => /^opproposer\S+ .* \d+m?\d*s \S+ 0x/.test(line));
        return batch && proposal ? lines : undefined;
      },
      PATIENCE_MS,
    );
    expect(rows).toEqual([
      'NAME NETWORK PHASE VERSION ROLE SEQUENCING UNSAFE READY SAFE LAG AGE',
      expect.stringMatching(
        /^opnode[.]optimism[.]io\/devnet-replica devnet Ready v\d+[.]\d+[.]\d+ Replica false \d+ 1 \d+ \S+$/,
      ),
      expect.stringMatching(
        /^opnode[.]optimism[.]io\/devnet-sequencer devnet Ready v\d+[.]\d+[.]\d+ Sequencer true \d+ 1 \d+ \S+$/,
      ),
      '',
      'NAME NETWORK PHASE VERSION LAST BATCH PENDING ADDRESS BALANCE AGE',
      expect.stringMatching(
        new RegExp(
          `^opbatcher[.]optimism[.]io/devnet-batcher devnet Ready v\\d+[.]\\d+[.]\\d+ \\S+ \\d+ ${devnet.chain.deployment.accounts.batcher.toLowerCase()} \\d+ \\S+$`,
        ),
      ),
      '',
      'NAME NETWORK PHASE VERSION LAST PROPOSAL NEXT DUE ADDRESS BALANCE AGE',
      expect.stringMatching(
        new RegExp(
          `^opproposer[.]optimism[.]io/devnet-proposer devnet Ready v\\d+[.]\\d+[.]\\d+ \\S+ \\S+ ${devnet.chain.deployment.accounts.proposer.toLowerCase()} \\d+ \\S+$`,
        ),
      ),
      '',
      'NAME NETWORK PHASE VERSION GAMES FAILURES ADDRESS BALANCE AGE',
      expect.stringMatching(
        new RegExp(
          `^opchallenger[.]optimism[.]io/devnet-challenger devnet Ready v\\d+[.]\\d+[.]\\d+ \\d+ \\d+ ${devnet.chain.deployment.accounts.challenger.toLowerCase()} \\d+ \\S+$`,
        ),
      ),
      '',
    ]);
  });

  it('says pod by pod what is seen of a node, and how it gets blocks that it missed', async () => {
    const [replica] = (await readAll(use(), 'OpNode')).filter(({ metadata }) => metadata.name === REPLICA);
    expect(replica?.['status']).toMatchObject({
      replicas: 1,
      readyReplicas: 1,
      pods: [
        {
          name: `${REPLICA}-0`,
          ready: true,
          synced: true,
          catchUp: 'RequestResponse',
          peerId: expect.stringMatching(/^16Uiu2/),
          executionVersion: expect.stringMatching(/\w/),
        },
      ],
    });
  });

  it('has an audit chain that verifies and holds every step and decision', async () => {
    const devnet = use();
    const { lines, records } = await auditOf(devnet);
    const { audit } = await devnet.chain.status();
    expect(verifyChain(lines, audit ? [{ source: 'status', ...audit }] : [])).toMatchObject({ ok: true, findings: [] });
    expect(audit).toEqual({ seq: records.at(-1)?.seq, hash: records.at(-1)?.hash });
    const steps = scheduledActivities(await historyOf(devnet, `${devnet.entityId}/install-1`)).map(({ id }) => id);
    const of = (type: string) => records.filter((record) => record.type === type).map(({ step }) => step);
    expect(of('stepStarted')).toEqual(steps);
    expect(of('stepFinished')).toEqual(steps);
    expect(records.map(({ type }) => type).filter((type) => !type.startsWith('step'))).toEqual([
      'planProposed',
      'planApproved',
      'planStarted',
      'planFinished',
    ]);
  });

  it('does nothing when everything is applied a second time', async () => {
    const devnet = use();
    const { chain, entityId } = devnet;
    const before = {
      versions: await managedVersions(devnet),
      executions: (await executionsOf(devnet)).length,
      history: (await chain.status()).history,
    };
    await chain.apply(...chain.resources);
    // An edit that means nothing makes the operator look; what it looked at is the proof that it saw the second apply.
    const events = await historyLength(devnet, entityId);
    await chain.kube.mergePatch(
      { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace: devnet.namespace, name: NETWORK },
      { metadata: { annotations: { 'optimism.io/note': 'look' } } },
    );
    await waitUntil(
      'the entity has looked again',
      async () => ((await historyLength(devnet, entityId)) >= events + 8 ? true : undefined),
      PATIENCE_MS,
    );
    await chain.waitForPhase('Ready', PATIENCE_MS);
    expect({
      versions: await managedVersions(devnet),
      executions: (await executionsOf(devnet)).length,
      history: (await chain.status()).history,
    }).toEqual(before);
  });

  it('stops the batcher before it starts it again with another setting', async () => {
    const devnet = use();
    const { chain } = devnet;
    const from = chain.referee.events().length;
    const before = await podUids(devnet);
    const plan = await planAfter(devnet, () => chain.apply(resource(devnet, BATCHER, { maxChannelDuration: 3 })));
    expect(plan).toMatchObject({ kind: 'change', outcome: 'completed' });
    const seen = chain.referee
      .events()
      .slice(from)
      .flatMap((event) => (event.type === 'batcher-stopped' || event.type === 'batcher-started' ? [event.type] : []));
    expect(seen).toEqual(['batcher-stopped', 'batcher-started']);
    expect(without(await podUids(devnet), `${BATCHER}-0`)).toEqual(without(before, `${BATCHER}-0`));
    expectFairPlay(devnet);
  });

  it('adds a second replica pod without touching the first one or the sequencer', async () => {
    const devnet = use();
    const before = await podUids(devnet);
    const plan = await planAfter(devnet, () => devnet.chain.apply(resource(devnet, REPLICA, { replicas: 2 })));
    expect(plan).toMatchObject({ kind: 'change', outcome: 'completed' });
    expect(await podUids(devnet)).toEqual({ ...before, [`${REPLICA}-1`]: expect.any(String) });
    expectFairPlay(devnet);
  });

  it('changes a setting of the replicas one pod after the other', async () => {
    const devnet = use();
    const { chain } = devnet;
    const before = await podUids(devnet);
    const from = Date.now();
    const plan = await planAfter(devnet, () =>
      chain.apply(
        resource(devnet, REPLICA, {
          replicas: 2,
          consensus: { env: [{ name: 'OP_NODE_L1_EPOCH_POLL_INTERVAL', value: '5s' }] },
        }),
      ),
    );
    expect(plan).toMatchObject({ kind: 'change', outcome: 'completed' });
    const after = await podUids(devnet);
    expect(changed(before, after)).toEqual([`${REPLICA}-0`, `${REPLICA}-1`]);
    const lives = chain.referee
      .events()
      .flatMap((event) =>
        event.at >= from && (event.type === 'node-started' || event.type === 'node-stopped')
          ? [`${event.node.split('/')[1]} ${event.type}`]
          : [],
      );
    expect(lives).toEqual([
      `${REPLICA}-1 node-stopped`,
      `${REPLICA}-1 node-started`,
      `${REPLICA}-0 node-stopped`,
      `${REPLICA}-0 node-started`,
    ]);
    const told = (await operatorEvents(devnet))
      .filter(({ at }) => at >= from)
      .map(({ reason, note }) => `${reason} ${note}`);
    const synced = told.findIndex((text) => /StepFinished \d+-await-node-synced/.test(text));
    const next = told.findIndex(
      (text) => text.includes('StepStarted') && text.includes(`apply ${REPLICA} and wait until pod 0`),
    );
    expect(synced).toBeGreaterThan(-1);
    expect(next).toBeGreaterThan(synced);
    expectFairPlay(devnet);
  });

  it('takes a replica pod away without touching another', async () => {
    const devnet = use();
    const before = await podUids(devnet);
    const spec = { replicas: 1, consensus: { env: [{ name: 'OP_NODE_L1_EPOCH_POLL_INTERVAL', value: '5s' }] } };
    const plan = await planAfter(devnet, () => devnet.chain.apply(resource(devnet, REPLICA, spec)));
    expect(plan).toMatchObject({ kind: 'change', outcome: 'completed' });
    await waitUntil(
      'the second pod is gone',
      async () => ((await podUids(devnet))[`${REPLICA}-1`] === undefined ? true : undefined),
      PATIENCE_MS,
    );
    expect(await podUids(devnet)).toEqual(without(before, `${REPLICA}-1`));
    expectFairPlay(devnet);
  });

  it('keeps of every component the last render and the one before, after any number of changes', async () => {
    const devnet = use();
    const renders = async () =>
      (await readAll(devnet, 'ConfigMap'))
        .filter(({ metadata }) => metadata.labels?.['optimism.io/stores'] === 'render')
        .map(({ data }) => String((data as { digest?: string }).digest));
    const { components = [] } = await devnet.chain.status();
    const kept = components.flatMap(({ render, previousRender }) => [render, previousRender]);
    const wanted = [...new Set(kept.filter((digest) => digest !== undefined))].sort();
    await waitUntil(
      'the look after the last plan is over',
      async () => ((await renders()).length <= wanted.length ? true : undefined),
      PATIENCE_MS,
    );
    expect([...new Set(await renders())].sort()).toEqual(wanted);
  });

  it('has let no secret out, and would have been caught: one that is put among the texts is found', async () => {
    const devnet = use();
    const texts = await everythingThatPeopleCanRead(devnet);
    const places = ['history …', 'history …/install-1', 'log of all-0', 'OptimismNetwork devnet', 'audit record 1'];
    expect(texts.map(({ where }) => where)).toEqual(
      expect.arrayContaining(places.map((place) => place.replace('…', devnet.entityId))),
    );
    const secrets = devnet.secrets.values();
    expect(secrets.length).toBeGreaterThanOrEqual(10);
    expect(() => assertNoCanary([...texts, { where: 'here', text: `x${secrets[0]}x` }], secrets)).toThrow(
      'canary 0 in here',
    );
    assertNoCanary(texts, secrets);
  });
});

function lower(roles: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries((roles ?? {}) as Record<string, string>).map(([name, address]) => [name, address.toLowerCase()]),
  );
}

function conditions(status: OptimismNetworkStatus): Record<string, string> {
  return Object.fromEntries((status.conditions ?? []).map((condition) => [condition.type, condition.status]));
}

function without(pods: Pods, ...names: string[]): Pods {
  return Object.fromEntries(Object.entries(pods).filter(([name]) => !names.includes(name)));
}

function changed(before: Pods, after: Pods): string[] {
  return Object.keys(after)
    .filter((name) => before[name] !== after[name])
    .sort();
}
