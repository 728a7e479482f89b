/** Scenario `replica`: a public chain that somebody else runs, and two short objects that follow it. */
import { syncStatus } from '../../../../src/chain/clients/op-node.ts';
import { type PublicChain, replicaObjects, startPublicChain } from '../../public-chain.ts';
import { waitUntil } from '../../servers/wait-until.ts';
import type { Stage } from '../stage.ts';
import type { Scenario } from './scenario.ts';
import { tearDown } from './tear-down.ts';

export const replica: Scenario = {
  name: 'replica',
  about: 'A replica of a public chain that is known by its name: no keys, no files, somebody else sequences.',

  async begin(stage) {
    const { chain, progress } = stage;
    progress.step('somebody else is starting a sequencer and a batcher');
    const theirs = await startPublicChain(chain, stage.dir, stage.l1);
    stage.atEnd(theirs.stop);
    const { network, node } = await replicaObjects(chain);
    const files = [await stage.write(network), await stage.write(node)];
    progress.step(`kubectl apply -f ${stage.manifests}`);
    const from = progress.seconds();
    await stage.kubectl('apply', ...files.flatMap((file) => ['-f', file]));
    await stage.follow('the network is Ready', ({ phase }) => phase === 'Ready', 300);
    const installSeconds = progress.seconds() - from;
    await follows(stage, theirs);
    return { installSeconds };
  },

  async finish(stage) {
    return { teardownSeconds: await tearDown(stage) };
  },

  tryNext: ({ chain, manifests }) => [
    `kubectl -n ${chain.namespace} get opnet,opn`,
    `kubectl -n ${chain.namespace} get opnet devnet -o jsonpath='{.status.conditions}'   # nothing about sequencers and batchers`,
    `kubectl -n ${chain.namespace} patch opn devnet-replica --type merge -p '{"spec":{"replicas":2}}'`,
    `kubectl -n ${chain.namespace} patch opn devnet-replica --type merge -p '{"spec":{"consensus":{"p2p":{"enabled":false}}}}'   # only what is on L1`,
    `kubectl -n ${chain.namespace} delete -f ${manifests}`,
  ],
};

/** Its head is theirs, ahead of what is on L1. */
async function follows({ chain, progress }: Stage, { sequencer }: PublicChain): Promise<void> {
  const pod = chain.runner.pods().find(({ name }) => name === 'devnet-replica-0');
  const [ours, head] = await waitUntil(
    'the replica has the head of the public sequencer',
    async () => {
      const [mine, its] = await Promise.all([syncStatus(`http://${pod?.ip}:9545`), syncStatus(sequencer.rpcUrl)]);
      return mine.unsafeL2.hash === its.unsafeL2.hash && mine.unsafeL2.number > mine.safeL2.number
        ? ([mine, its.unsafeL2.number] as const)
        : undefined;
    },
    60_000,
  );
  progress.step(`the replica follows: unsafe ${ours.unsafeL2.number} of ${head}, safe ${ours.safeL2.number}`);
}
