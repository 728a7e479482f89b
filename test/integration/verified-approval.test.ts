/** Who approves by annotation is claimed, and verified where the admission policy is in force: with a real user. */
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { ROLES } from '../../src/api/names.ts';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { createKubeClient } from '../../src/kube/index.ts';
import { bindDecisionPolicy, bindRole } from '../api/decision-policy-in.ts';
import { kubectl } from '../api/kubectl.ts';
import { opstack } from '../cli/run-opstack.ts';
import { NETWORK } from '../devnet/chain.ts';
import { auditOf, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForProposal, waitForStatus } from './plans-in-status.ts';

const USERS = inject('kubeUsers');
const SEQUENCER = 'devnet-sequencer';

describe('approvals by annotation', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('verified');

  it('are claimed without the policy', async () => {
    const devnet = use();
    expect(await planAfter(devnet, () => devnet.chain.apply(...devnet.chain.resources))).toMatchObject({
      kind: 'install',
    });
    for (const [user, role] of [['ana', ROLES.approver] as const, ['ben', ROLES.editor] as const]) {
      const client = createKubeClient({ kubeconfigPath: USERS[user] });
      await bindRole(devnet.chain.kube, devnet.namespace, { user, role, client });
      await client.close();
    }
    await askToRestart(devnet, 1);
    const approval = await approvalAfter(devnet, (hash) => annotate(devnet, hash));
    expect(approval).toMatchObject({ by: 'ana', via: 'Kubernetes', verified: false });
    expect(await lastApproval(devnet)).toMatch(/^approved by ana \(claimed\)/);
    expect((await devnet.chain.status()).decisions).not.toHaveProperty('policySince');
  });

  it('are verified with it, also when it is installed while a plan waits', async () => {
    const devnet = use();
    await askToRestart(devnet, 0);
    const { hash } = await waitForProposal(devnet);
    onTestFinished(await bindDecisionPolicy(devnet.chain.kube, devnet.namespace));
    await waitForStatus(devnet, 'the policy is seen', ({ decisions }) => decisions?.policySince !== undefined);
    const as = (user: 'ana' | 'ben') => ['--kubeconfig', USERS[user], '-n', devnet.namespace];
    expect((await opstack(['plan', NETWORK, ...as('ana')])).out).toContain(`~ StatefulSet/${SEQUENCER}`);
    const { code, err } = await opstack(['approve', NETWORK, hash, ...as('ben')]);
    expect(code).toBe(1);
    expect(err).toContain(`You may not decide about ${NETWORK} as ben`);
    expect(err).toContain('ask for the ClusterRole optimism-approver');
    expect(err).toContain(`kubectl auth can-i approve optimismnetworks.optimism.io/${NETWORK} -n ${devnet.namespace}`);
    const approval = await approvalAfter(devnet, () => annotate(devnet, hash));
    expect(approval).toMatchObject({ by: 'ana', via: 'Kubernetes', verified: true });
    expect(await lastApproval(devnet)).toMatch(/^approved by ana \(verified\)/);
    expectFairPlay(devnet);
  });
});

/** A plan for which a person has to be asked. */
function askToRestart(devnet: Devnet, l1Confirmations: number): Promise<unknown> {
  return devnet.chain.apply(resource(devnet, SEQUENCER, { consensus: { l1Confirmations } }));
}

function annotate({ namespace }: Devnet, hash: string): Promise<string> {
  const decision = [`optimism.io/approve=${hash}`, 'optimism.io/approver=ana'];
  return kubectl(USERS.ana, '-n', namespace, 'annotate', '--overwrite', 'opnet', NETWORK, ...decision);
}

/** Approval of the plan that waits, as the status has it while the plan runs. */
async function approvalAfter(devnet: Devnet, approve: (hash: string) => Promise<unknown>) {
  const { hash } = await waitForProposal(devnet);
  let running: OptimismNetworkStatus | undefined;
  const plan = await planAfter(devnet, async () => {
    await approve(hash);
    running = await waitForStatus(devnet, 'the plan is approved', ({ plan: shown }) => shown?.approval !== undefined);
  });
  expect(plan).toMatchObject({ hash, outcome: 'completed' });
  return running?.plan?.approval;
}

async function lastApproval(devnet: Devnet): Promise<unknown> {
  const { records } = await auditOf(devnet);
  return records.findLast(({ type }) => type === 'planApproved')?.details['message'];
}
