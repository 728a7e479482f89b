/** Scenario `install`: the main job. Install, a change of the batcher, teardown; all with kubectl. */
import { syncStatus } from '../../../../src/chain/clients/op-node.ts';
import type { KubeObject } from '../../../../src/kube/index.ts';
import { NETWORK } from '../../chain.ts';
import { waitUntil } from '../../servers/wait-until.ts';
import type { Stage } from '../stage.ts';
import type { Scenario } from './scenario.ts';
import { tearDown } from './tear-down.ts';

export const install: Scenario = {
  name: 'install',
  about:
    'Sequencer, batcher, replica, proposer and challenger rolled out by one workflow; then a change, then teardown.',

  async begin(stage) {
    const { chain, progress } = stage;
    const files = await Promise.all(chain.resources.map((resource) => stage.write(resource)));
    progress.step(`kubectl apply -f ${stage.manifests}`);
    const from = progress.seconds();
    await stage.kubectl('apply', ...files.flatMap((file) => ['-f', file]));
    const status = await stage.follow('the network is Ready', ({ phase }) => phase === 'Ready', 300);
    const [plan] = status.history ?? [];
    if (plan?.kind !== 'install' || plan.outcome !== 'completed')
      throw new Error(`the install did not complete: ${JSON.stringify(plan)}`);
    const installSeconds = progress.seconds() - from;
    const historyEvents = await stage.historyLength(
      `optimismnetwork/${stage.clusterName}/${chain.namespace}/${NETWORK}/install-1`,
    );
    await headsAdvance(stage);
    return { installSeconds, historyEvents };
  },

  async finish(stage) {
    const changeSeconds = await changeBatcher(stage);
    const teardownSeconds = await tearDown(stage);
    const violations = stage.chain.referee.violations();
    if (violations.length > 0) throw new Error(`the referee saw: ${violations.join('; ')}`);
    return { changeSeconds, teardownSeconds };
  },

  tryNext: ({ chain, manifests }) => [
    `kubectl -n ${chain.namespace} get opnet,opn,opb,opp,opc`,
    `kubectl -n ${chain.namespace} get events --sort-by=.lastTimestamp`,
    `node_modules/.bin/node src/cli/main.ts status -n ${chain.namespace}`,
    `kubectl -n ${chain.namespace} delete statefulset devnet-batcher        # it comes back`,
    `kubectl -n ${chain.namespace} patch opb devnet-batcher --type merge -p '{"spec":{"maxChannelDuration":3}}'`,
    `kubectl -n ${chain.namespace} patch opn devnet-sequencer --type merge -p '{"spec":{"consensus":{"l1Confirmations":1}}}'   # asks first: blocks pause`,
    `kubectl -n ${chain.namespace} delete -f ${manifests}`,
  ],
};

/** Not from status, which is written at most once a minute: from the sequencer itself. */
async function headsAdvance({ chain, progress }: Stage): Promise<void> {
  const pod = chain.runner.pods().find(({ name }) => name === 'devnet-sequencer-0');
  const heads = () => syncStatus(`http://${pod?.ip}:9545`);
  const first = await heads();
  const later = await waitUntil(
    'the heads advance',
    async () => {
      const now = await heads();
      return now.unsafeL2.number > first.unsafeL2.number && now.safeL2.number > first.safeL2.number ? now : undefined;
    },
    60_000,
  );
  progress.step(
    `heads advance: unsafe ${first.unsafeL2.number} → ${later.unsafeL2.number}, safe ${first.safeL2.number} → ${later.safeL2.number}, finalized ${later.finalizedL2.number}`,
  );
}

async function changeBatcher(stage: Stage): Promise<number> {
  const { chain, progress } = stage;
  const batcher = chain.resources.find(({ kind }) => kind === 'OpBatcher') as KubeObject & {
    spec: Record<string, unknown>;
  };
  progress.step('change: maxChannelDuration of the batcher 2 → 3');
  const from = progress.seconds();
  const finished = (await chain.status()).history?.length ?? 0;
  await stage.kubectl(
    'apply',
    '-f',
    await stage.write({ ...batcher, spec: { ...batcher.spec, maxChannelDuration: 3 } }),
  );
  const status = await stage.follow(
    'the change is rolled out',
    ({ phase, history = [] }) => phase === 'Ready' && history.length > finished,
    180,
  );
  const [plan] = status.history ?? [];
  if (plan?.kind !== 'change' || plan.outcome !== 'completed')
    throw new Error(`the change did not complete: ${JSON.stringify(plan)}`);
  return progress.seconds() - from;
}
