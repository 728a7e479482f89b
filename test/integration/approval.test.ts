import { describe, expect, inject, it } from 'vitest';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { SIGNALS, UPDATES } from '../../src/contract/messages.ts';
import { readPlanDocument } from '../../src/status/plan-document.ts';
import { opstack } from '../cli/run-opstack.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { auditOf, operatorEvents, patch, podUids, read, remove, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForProposal, waitForStatus } from './plans-in-status.ts';
import { executionsOf } from './workflow-history.ts';

const SEQUENCER = 'devnet-sequencer';
const BATCHER = 'devnet-batcher';
const REPLICA = 'devnet-replica';
const CHANGED = { kind: 'change', outcome: 'completed' };

describe('decisions of people', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('approval');

  it('starts with a network that is Ready', async () => {
    const devnet = use();
    expect(await planAfter(devnet, () => devnet.chain.apply(...devnet.chain.resources))).toMatchObject({
      kind: 'install',
      outcome: 'completed',
    });
  });

  it('asks before the only sequencer restarts, and moves nothing meanwhile', async () => {
    const devnet = use();
    const pods = await podUids(devnet);
    await devnet.chain.apply(sequencer(devnet, 1));
    const plan = await waitForProposal(devnet);
    expect(plan).toMatchObject({ kind: 'change' });
    expect(plan.expiresAt).toBeDefined();
    const condition = await conditionOf(devnet, 'AwaitingApproval');
    expect(condition).toMatchObject({ status: 'True', reason: 'ApprovalRequired' });
    expect(condition?.message).toContain(`opstack approve ${NETWORK} ${plan.hash.slice(0, 8)}`);
    expect(condition?.message).toMatch(/about \d+ s without new blocks/);
    const found = await waitUntil('the list of workflows shows that somebody is asked', async () => {
      for await (const { workflowId } of devnet.temporal.workflow.list({
        query: `OpNamespace = '${devnet.namespace}' AND OpApprovalPending = true`,
      }))
        return workflowId;
      return undefined;
    });
    expect(found).toBe(devnet.entityId);
    expect(await podUids(devnet)).toEqual(pods);
  });

  it('shows who decides what changes: every field as it is and as it will be, in the ConfigMap that status names', async () => {
    const devnet = use();
    const plan = await waitForProposal(devnet);
    expect(plan).toMatchObject({
      configMap: `${NETWORK}-plan`,
      counts: { creates: 0, deletes: 0, restarts: 1 },
      gapExpectedSeconds: expect.any(Number),
    });
    expect(plan.gapExpectedSeconds).toBeGreaterThan(0);
    const stored = await read(devnet, 'ConfigMap', plan.configMap ?? '');
    expect(stored.metadata.labels).toMatchObject({ 'optimism.io/stores': 'plan' });
    const { 'plan.json': text = '' } = stored['data'] as Record<string, string>;
    const whole = readPlanDocument(text, plan);
    if (!('plan' in whole)) throw new Error(`the document is ${JSON.stringify(whole)}`);
    const change = whole.plan.changes.find(({ object }) => object === `StatefulSet/${SEQUENCER}`);
    expect(change).toMatchObject({ action: 'change', restartsPods: true });
    const field = change?.fields.find(({ path }) => path.includes('L1_CONFS'));
    expect(field).toMatchObject({
      path: expect.stringMatching(/^spec[.]template[.].*env\[/),
      from: expect.any(String),
      to: '1',
    });
    expect(field?.from).not.toBe('1');
    const uid = (await read(devnet, 'OptimismNetwork', NETWORK)).metadata.uid;
    expect(stored.metadata.ownerReferences).toMatchObject([{ kind: 'OptimismNetwork', name: NETWORK, uid }]);
    const { out } = await opstack(['plan', NETWORK, '--kubeconfig', inject('kubeconfigPath'), '-n', devnet.namespace]);
    expect(out).toContain(`~ StatefulSet/${SEQUENCER}`);
    expect(out).toContain(`${field?.path}: "${field?.from}" → "1"`);
    expect(out).toContain('restarts pods');
    expect(out).toContain('s without new blocks');
  });

  it('refuses another hash, whatever the way, and says which plan waits', async () => {
    const devnet = use();
    const plan = await waitForProposal(devnet);
    const wrong = { plan: 'deadbeefdeadbeef', approver: 'eve' };
    const current = new RegExp(
      `plan deadbeefdeadbeef is not the one that waits; the current plan is ${plan.hash.slice(0, 12)} \\(change devnet`,
    );
    await expect(update(devnet, UPDATES.approvePlan, wrong)).rejects.toMatchObject({
      cause: { message: expect.stringMatching(current) },
    });
    await expect(update(devnet, UPDATES.approvePlan, { plan: plan.hash })).rejects.toMatchObject({
      cause: { message: expect.stringContaining('"approver" must say who decides') },
    });
    await signal(devnet, SIGNALS.approve, wrong);
    await annotate(devnet, { approve: wrong.plan, approver: 'mallory' });
    const refused = await waitUntil(
      'both refusals are recorded',
      async () => {
        const { records } = await auditOf(devnet);
        const found = records.filter(({ type }) => type === 'decisionRefused');
        return found.length >= 2 ? found : undefined;
      },
      PATIENCE_MS,
    );
    expect(refused).toHaveLength(2);
    expect(refused).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ actor: 'eve', via: 'Temporal' }),
        expect.objectContaining({ actor: 'mallory', via: 'Kubernetes' }),
      ]),
    );
    for (const { details } of refused) expect(details['message']).toMatch(current);
    const events = (await operatorEvents(devnet)).filter(({ reason }) => reason === 'DecisionRefused');
    expect(events.map(({ type }) => type)).toContain('Warning');
    expect((await devnet.chain.status()).phase).toBe('AwaitingApproval');
  });

  it('executes what was approved by an annotation, and records who said so', async () => {
    const devnet = use();
    const { chain } = devnet;
    const proposed = await waitForProposal(devnet);
    const before = await podUids(devnet);
    const from = chain.referee.events().length;
    const plan = await planAfter(devnet, () =>
      annotate(devnet, { approve: proposed.hash.slice(0, 12), approver: 'ana', comment: 'quiet hour' }),
    );
    expect(plan).toMatchObject({ ...CHANGED, hash: proposed.hash });
    const after = await podUids(devnet);
    expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual([`${SEQUENCER}-0`]);
    const seen = chain.referee
      .events()
      .slice(from)
      .flatMap(({ type }) => (type === 'sequencer-stopped' || type === 'sequencer-started' ? [type] : []));
    expect(seen).toEqual(['sequencer-stopped', 'sequencer-started']);
    const { records } = await auditOf(devnet);
    expect(records.findLast(({ type }) => type === 'planApproved')).toMatchObject({
      planHash: proposed.hash,
      actor: 'ana',
      via: 'Kubernetes',
      details: { message: expect.stringMatching(/^approved by ana \(claimed\): quiet hour/) },
    });
    expectFairPlay(devnet);
  });

  it('does nothing after a rejection, and says so', async () => {
    const devnet = use();
    await devnet.chain.apply(sequencer(devnet, 0));
    const plan = await waitForProposal(devnet);
    const plans = (await executionsOf(devnet)).length;
    expect(await update(devnet, UPDATES.rejectPlan, { plan: plan.hash, approver: 'ben', comment: 'not today' })).toBe(
      'accepted',
    );
    const condition = await waitUntil(
      'the condition says that it was rejected',
      async () => {
        const found = await conditionOf(devnet, 'AwaitingApproval');
        return found?.reason === 'Rejected' ? found : undefined;
      },
      PATIENCE_MS,
    );
    expect(condition).toMatchObject({ status: 'False' });
    expect(condition?.message).toContain('opstack retry devnet');
    await expect(update(devnet, UPDATES.rejectPlan, { plan: plan.hash, approver: 'ben' })).rejects.toMatchObject({
      cause: { message: expect.stringContaining('is rejected already') },
    });
    expect((await auditOf(devnet)).records.findLast(({ type }) => type === 'planRejected')).toMatchObject({
      actor: 'ben',
      via: 'Temporal',
      planHash: plan.hash,
    });
    expect((await executionsOf(devnet)).length).toBe(plans);
  });

  it('executes it when somebody approves it after all, by a signal', async () => {
    const devnet = use();
    const { plan } = await devnet.chain.status();
    const done = await planAfter(devnet, () =>
      signal(devnet, SIGNALS.approve, { plan: plan?.hash.slice(0, 8), approver: 'cleo' }),
    );
    expect(done).toMatchObject({ ...CHANGED, hash: plan?.hash });
    expect((await auditOf(devnet)).records.findLast(({ type }) => type === 'planApproved')).toMatchObject({
      actor: 'cleo',
      via: 'Temporal',
    });
    expectFairPlay(devnet);
  });

  it('lets a plan expire that nobody decides on, and proposes it again on retry', async () => {
    const devnet = use();
    await devnet.chain.apply(resource(devnet, NETWORK, { approval: { expiresAfter: '1m' } }));
    await devnet.chain.apply(sequencer(devnet, 1));
    const plan = await waitForProposal(devnet);
    const expired = await waitUntil(
      'the plan has expired',
      async () => {
        const found = await conditionOf(devnet, 'AwaitingApproval');
        return found?.reason === 'Expired' ? found : undefined;
      },
      PATIENCE_MS,
    );
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(plan.expiresAt ?? ''));
    expect(expired).toMatchObject({ status: 'False' });
    expect((await auditOf(devnet)).records.findLast(({ type }) => type === 'planExpired')).toMatchObject({
      planHash: plan.hash,
    });
    await expect(update(devnet, UPDATES.approvePlan, { plan: plan.hash, approver: 'dora' })).rejects.toMatchObject({
      cause: { message: expect.stringContaining('has expired; send retry') },
    });
    expect(await update(devnet, UPDATES.retry, { by: 'dora' })).toBe('accepted');
    const again = await waitUntil(
      'it waits again',
      async () => {
        const now = (await devnet.chain.status()).plan;
        return now && now.expiresAt !== plan.expiresAt ? now : undefined;
      },
      PATIENCE_MS,
    );
    expect(again.hash).toBe(plan.hash);
    const done = await planAfter(devnet, () =>
      update(devnet, UPDATES.approvePlan, { plan: plan.hash, approver: 'dora' }),
    );
    expect(done).toMatchObject({ ...CHANGED, hash: plan.hash });
    expectFairPlay(devnet);
  });

  it('starts nothing while it is paused', async () => {
    const devnet = use();
    expect(await update(devnet, UPDATES.pause, { by: 'ana', reason: 'incident' })).toBe('accepted');
    await waitForStatus(devnet, 'it is paused', ({ phase }) => phase === 'Paused');
    const plans = (await executionsOf(devnet)).length;
    await devnet.chain.apply(resource(devnet, BATCHER, { maxChannelDuration: 3 }));
    await waitForStatus(
      devnet,
      'the plan is shown',
      ({ phase, plan }) => phase === 'Paused' && plan?.kind === 'change',
    );
    expect(await conditionOf(devnet, 'Paused')).toMatchObject({ status: 'True' });
    expect((await executionsOf(devnet)).length).toBe(plans);
    expect(await planAfter(devnet, () => annotate(devnet, { resume: 'now', approver: 'ana' }))).toMatchObject(CHANGED);
  });

  it('starts nothing while spec.paused is set', async () => {
    const devnet = use();
    await devnet.chain.apply(
      resource(devnet, NETWORK, { paused: true }),
      resource(devnet, BATCHER, { maxChannelDuration: 2 }),
    );
    await waitForStatus(
      devnet,
      'the plan is shown',
      ({ phase, plan }) => phase === 'Paused' && plan?.kind === 'change',
    );
    const skips = resource(devnet, NETWORK, { rollout: { skipGates: ['batching'] } });
    expect(await planAfter(devnet, () => devnet.chain.apply(skips))).toMatchObject(CHANGED);
    expect(await skippedSteps(devnet)).toMatchObject([
      {
        step: expect.stringContaining(`await-batching/${BATCHER}`),
        actor: 'spec.rollout.skipGates',
        details: { message: 'gate batching is skipped by spec.rollout.skipGates' },
      },
    ]);
    await devnet.chain.apply(resource(devnet, NETWORK));
    expectFairPlay(devnet);
  });

  it('goes past the gate that waits when somebody says that it is to be skipped, once and on record', async () => {
    const devnet = use();
    const { chain } = devnet;
    const mend = chain.faults.pod(`${REPLICA}-0`).freezeDerivation();
    const env = [{ name: 'OP_NODE_L1_EPOCH_POLL_INTERVAL', value: '8s' }];
    await chain.apply(resource(devnet, REPLICA, { consensus: { env } }));
    const { plan } = await waitForStatus(
      devnet,
      'the gate waits',
      ({ plan }) =>
        plan?.steps?.some(
          ({ gates, state, message }) => gates?.includes('node-synced') && state === 'Waiting' && message,
        ) === true,
    );
    const before = (await skippedSteps(devnet)).length;
    expect(await refusal(devnet, UPDATES.skipGate, { by: 'ana', gate: 'batching', reason: 'why not' })).toMatch(
      /gate batching is not what the plan is at: devnet-replica-0 follows the chain/,
    );
    expect(await refusal(devnet, UPDATES.confirmFenced, { by: 'ana', node: SEQUENCER, reason: 'it is off' })).toMatch(
      /the plan does not ask for it now: devnet-replica-0 follows the chain/,
    );
    const done = await planAfter(devnet, async () => {
      const skip = { by: 'ana', gate: 'node-synced', reason: 'it derives by night' };
      expect(await update(devnet, UPDATES.skipGate, skip)).toBe('accepted');
    });
    expect(done).toMatchObject({ ...CHANGED, hash: plan?.hash });
    expect((await skippedSteps(devnet)).slice(before)).toMatchObject([
      { actor: 'ana', details: { message: 'gate node-synced was skipped by ana: it derives by night' } },
    ]);
    expect((await auditOf(devnet)).records.findLast(({ type }) => type === 'gateSkipped')).toMatchObject({
      actor: 'ana',
      via: 'Temporal',
    });
    mend();
    expectFairPlay(devnet);
  });

  it('stops a running plan between two steps while it is paused, and goes on from there', async () => {
    const devnet = use();
    const { chain } = devnet;
    const mend = chain.runner.fault.neverReady(`${REPLICA}-0/op-node`);
    const env = [{ name: 'OP_NODE_L1_EPOCH_POLL_INTERVAL', value: '7s' }];
    await chain.apply(resource(devnet, REPLICA, { consensus: { env } }));
    const { plan } = await waitForStatus(
      devnet,
      'the plan waits for the pod',
      (status) => stateOf(status, 'applyComponent') === 'Waiting',
    );
    expect(await update(devnet, UPDATES.pause, { by: 'ana', reason: 'wait for me' })).toBe('accepted');
    await waitForStatus(devnet, 'it is paused', ({ phase }) => phase === 'Paused');
    mend();
    await waitForStatus(devnet, 'the step has ended', (status) => stateOf(status, 'applyComponent') === 'Done');
    await waitUntil('the plan has nothing to do', () => isAtRest(devnet, plan?.workflowId ?? ''), PATIENCE_MS);
    expect(stateOf(await chain.status(), 'awaitGate')).toBe('Pending');
    const skip = { by: 'ana', gate: 'node-synced', reason: 'too early' };
    expect(await refusal(devnet, UPDATES.skipGate, skip)).toBe(
      'no step waits at the moment: say it again when one does',
    );
    const said = await waitUntil(
      'the refusal is on record',
      async () =>
        (await auditOf(devnet)).records.find(({ details }) => `${details['message']}`.includes('no step waits')),
      PATIENCE_MS,
    );
    expect(said).toMatchObject({ type: 'decisionRefused', actor: 'ana', via: 'Temporal' });
    expect(await planAfter(devnet, () => update(devnet, UPDATES.resume, { by: 'ana' }))).toMatchObject({
      ...CHANGED,
      hash: plan?.hash,
    });
    expectFairPlay(devnet);
  });

  it('ends a plan that is aborted, and asks before it goes on with the same wish', async () => {
    const devnet = use();
    const { chain } = devnet;
    const mend = chain.runner.fault.crashLoop(`${REPLICA}-0/op-node`);
    await chain.apply(
      resource(devnet, REPLICA, { consensus: { env: [{ name: 'OP_NODE_L1_EPOCH_POLL_INTERVAL', value: '6s' }] } }),
    );
    const running = await waitForStatus(
      devnet,
      'the plan waits for the pod',
      ({ plan }) =>
        plan?.steps?.some(({ action, state }) => action === 'applyComponent' && state === 'Waiting') === true,
    );
    expect(await update(devnet, UPDATES.abort, { by: 'ana', reason: 'wrong value' })).toBe('accepted');
    const { history } = await waitForStatus(
      devnet,
      'the plan is aborted',
      ({ history: [last] = [] }) => last?.outcome === 'aborted',
    );
    expect(history?.[0]).toMatchObject({ hash: running.plan?.hash, kind: 'change' });
    expect((await auditOf(devnet)).records.findLast(({ type }) => type === 'aborted')).toMatchObject({
      actor: 'ana',
      via: 'Temporal',
      details: { message: 'aborted by ana: wrong value' },
    });
    const next = await waitForProposal(devnet);
    expect(next.revision).toBe(running.plan?.revision);
    mend();
    expect(
      await planAfter(devnet, () => update(devnet, UPDATES.approvePlan, { plan: next.hash, approver: 'ana' })),
    ).toMatchObject(CHANGED);
    expectFairPlay(devnet);
  });

  it('says of every edit that it has seen it, also of such as lead to nothing', async () => {
    const devnet = use();
    for (const expiresAfter of ['2h', '3h', '4h']) {
      await devnet.chain.apply(resource(devnet, NETWORK, { approval: { expiresAfter } }));
      const { generation } = (await read(devnet, 'OptimismNetwork', NETWORK)).metadata;
      await waitForStatus(
        devnet,
        `generation ${generation} is seen`,
        ({ phase, observedGeneration }) => phase === 'Ready' && observedGeneration === generation,
      );
    }
  });

  it('counts one of the approvals that come at once for a plan whose window is shut, and answers the others', async () => {
    const devnet = use();
    await devnet.chain.apply(inWindow(devnet, FAR_OFF), sequencer(devnet, 2));
    const plan = await waitForProposal(devnet);
    const from = (await auditOf(devnet)).records.length;
    const said = { plan: plan.hash, comment: 'at once' };
    const answers = await Promise.all([
      annotate(devnet, { approve: plan.hash.slice(0, 10), approver: 'ana' }),
      signal(devnet, SIGNALS.approve, { ...said, approver: 'ben' }),
      ...['cleo', 'dora'].map((approver) => refusal(devnet, UPDATES.approvePlan, { ...said, approver })),
    ]);
    const refusedAtOnce = answers.filter((answer) => answer !== undefined && answer !== 'accepted');
    for (const words of refusedAtOnce) expect(words).toContain(`plan ${plan.hash} is approved already`);
    const decided = await waitUntil(
      'each of the others has its record',
      async () => {
        const found = (await auditOf(devnet)).records.slice(from).filter(({ type }) => DECIDED.includes(type));
        return found.length >= 4 - refusedAtOnce.length ? found : undefined;
      },
      PATIENCE_MS,
    );
    expect(decided.map(({ type }) => type).sort()).toEqual([
      ...decided.slice(1).map(() => 'decisionRefused'),
      'planApproved',
    ]);
    for (const { type, details } of decided)
      if (type === 'decisionRefused') expect(details['message']).toContain('is approved already');
    const by = decided.find(({ type }) => type === 'planApproved')?.actor ?? '';
    const { plan: waiting } = await waitForStatus(devnet, 'it waits', ({ phase }) => phase === 'AwaitingWindow');
    expect(waiting).toMatchObject({ hash: plan.hash, approval: { by }, window: { name: 'maintenance' } });
    const { message } = (await conditionOf(devnet, 'Progressing')) ?? {};
    expect(message).toContain(`was approved by ${by} and starts in window maintenance at ${waiting?.window?.opensAt}`);
    const { out } = await opstack(['plan', NETWORK, '--kubeconfig', inject('kubeconfigPath'), '-n', devnet.namespace]);
    expect(out).toContain(`starts in window maintenance at ${waiting?.window?.opensAt}`);
  });

  it('takes an approval back before the window opens', async () => {
    const devnet = use();
    const { plan } = await devnet.chain.status();
    const said = { plan: plan?.hash, approver: 'ben', comment: 'not this time' };
    expect(await update(devnet, UPDATES.rejectPlan, said)).toBe('accepted');
    await waitForStatus(devnet, 'it waits for nothing', ({ phase }) => phase === 'AwaitingApproval');
    expect(await conditionOf(devnet, 'AwaitingApproval')).toMatchObject({ status: 'False', reason: 'Rejected' });
    expect(await refusal(devnet, UPDATES.rejectPlan, said)).toContain('is rejected already');
    await annotate(devnet, { approve: `${plan?.hash} again`, approver: 'ana' });
    await waitForStatus(devnet, 'it waits again', ({ phase }) => phase === 'AwaitingWindow');
  });

  it('lets an approval end with its plan when another one takes its place', async () => {
    const devnet = use();
    const { plan } = await devnet.chain.status();
    await devnet.chain.apply(sequencer(devnet, 3));
    const next = await waitForProposal(devnet, plan?.hash);
    expect((await auditOf(devnet)).records.findLast(({ type }) => type === 'planSuperseded')).toMatchObject({
      planHash: plan?.hash,
      details: { message: `replaced by plan ${next.hash.slice(0, 12)}; the approval by ana is void` },
    });
    expect(await refusal(devnet, UPDATES.approvePlan, { plan: plan?.hash, approver: 'ana' })).toContain(
      `is not the one that waits; the current plan is ${next.hash.slice(0, 12)}`,
    );
  });

  it('mends what breaks while a plan waits for its window, and keeps its approval, also when its workflow is terminated', async () => {
    const devnet = use();
    const { plan } = await devnet.chain.status();
    expect(await update(devnet, UPDATES.approvePlan, { plan: plan?.hash, approver: 'ana' })).toBe('accepted');
    await waitForStatus(devnet, 'it waits', ({ phase }) => phase === 'AwaitingWindow');
    await remove(devnet, 'Service', `${REPLICA}-rpc`);
    await waitForStatus(devnet, 'it is mended', ({ history: [last] = [] }) => last?.kind === 'drift');
    const { plan: after } = await waitForStatus(devnet, 'it waits', ({ phase }) => phase === 'AwaitingWindow');
    expect(after).toMatchObject({ hash: plan?.hash, approval: { by: 'ana', via: 'Inherited' } });
    const { runId } = (await devnet.chain.status()).workflow ?? {};
    await devnet.temporal.workflow.getHandle(devnet.entityId).terminate('a test');
    const { plan: found } = await waitForStatus(
      devnet,
      'the next workflow has it',
      ({ phase, workflow }) => phase === 'AwaitingWindow' && workflow?.runId !== runId,
    );
    expect(found).toMatchObject({ hash: plan?.hash, approval: { by: 'ana' } });
  });

  it('starts it when the window opens, by the clock', async () => {
    const devnet = use();
    const opens = new Date(Math.ceil((Date.now() + 20_000) / 60_000) * 60_000);
    await devnet.chain.apply(inWindow(devnet, `${opens.getUTCMinutes()} ${opens.getUTCHours()} * * *`));
    const { plan } = await waitForStatus(
      devnet,
      'the other window is shown',
      ({ plan: shown }) => Date.parse(shown?.window?.opensAt ?? '') === opens.getTime(),
    );
    const done = await planAfter(devnet, async () => undefined);
    expect(done).toMatchObject({ ...CHANGED, hash: plan?.hash });
    expect(Date.parse(done.startedAt ?? '')).toBeGreaterThanOrEqual(opens.getTime());
    await devnet.chain.apply(resource(devnet, NETWORK));
    expectFairPlay(devnet);
  });

  it('records what has no shape, or no name that it knows, and goes on', async () => {
    const devnet = use();
    const before = (await auditOf(devnet)).records.filter(({ type }) => type === 'decisionRefused').length;
    for (const payload of [null, 7, 'x', [], {}, { plan: 'zz', approver: 'x' }, { by: '' }])
      await signal(devnet, SIGNALS.approve, payload);
    await signal(devnet, SIGNALS.skipGate, { by: 'x', gate: 'no-such-gate', reason: 'x' });
    await signal(devnet, 'no-such-signal', {});
    await waitUntil(
      'all are recorded as refused',
      async () => {
        const { records } = await auditOf(devnet);
        return records.filter(({ type }) => type === 'decisionRefused').length >= before + 9 ? true : undefined;
      },
      PATIENCE_MS,
    );
    expect(
      await planAfter(devnet, () => devnet.chain.apply(resource(devnet, BATCHER, { maxChannelDuration: 3 }))),
    ).toMatchObject(CHANGED);
  });
});

const DECIDED: readonly string[] = ['planApproved', 'planRejected', 'decisionRefused'];
/** Opens in half a year. */
const FAR_OFF = `0 0 1 ${((new Date().getUTCMonth() + 6) % 12) + 1} *`;

function inWindow(devnet: Devnet, schedule: string) {
  return resource(devnet, NETWORK, { approval: { windows: [{ name: 'maintenance', schedule, duration: '10m' }] } });
}

function sequencer(devnet: Devnet, l1Confirmations: number) {
  return resource(devnet, SEQUENCER, { consensus: { l1Confirmations } });
}

function update({ temporal, entityId }: Devnet, name: string, payload: unknown): Promise<string> {
  return temporal.workflow.getHandle(entityId).executeUpdate<string, [unknown]>(name, { args: [payload] });
}

/** The entity's own words. */
function refusal(devnet: Devnet, name: string, payload: unknown): Promise<string> {
  return update(devnet, name, payload).catch((error: Error & { cause?: Error }) => error.cause?.message ?? '');
}

function signal({ temporal, entityId }: Devnet, name: string, payload: unknown): Promise<void> {
  return temporal.workflow.getHandle(entityId).signal(name, payload);
}

function annotate(devnet: Devnet, decision: Record<string, string>): Promise<void> {
  const annotations = Object.fromEntries(
    Object.entries(decision).map(([name, value]) => [`optimism.io/${name}`, value]),
  );
  return patch(devnet, 'OptimismNetwork', NETWORK, { metadata: { annotations } }, 'kubectl-annotate');
}

async function conditionOf({ chain }: Devnet, type: string) {
  return (await chain.status()).conditions?.find((condition) => condition.type === type);
}

async function skippedSteps(devnet: Devnet) {
  return (await auditOf(devnet)).records.filter(
    ({ type, outcome }) => type === 'stepFinished' && outcome === 'skipped',
  );
}

function stateOf({ plan }: OptimismNetworkStatus, action: string): string | undefined {
  return plan?.steps?.find((step) => step.action === action)?.state;
}

/** No activity and no workflow task is under way: the workflow waits for a message. */
async function isAtRest({ temporal }: Devnet, workflowId: string): Promise<true | undefined> {
  const { raw } = await temporal.workflow.getHandle(workflowId).describe();
  return (raw.pendingActivities ?? []).length === 0 && !raw.pendingWorkflowTask ? true : undefined;
}
