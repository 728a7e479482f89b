/** Scenario `hand-over`: another sequencer is preferred, and back again: no pod restarts, no block comes late. */
import type { OptimismNetworkStatus } from '../../../../src/api/optimism-network.ts';
import { NETWORK } from '../../chain.ts';
import { sequencerMoves } from '../../referee/block-production.ts';
import type { Stage } from '../stage.ts';
import { approve, edit, installOfTwo, networkWith, SEQUENCER, STANDBY } from './chain-of-two.ts';
import type { Scenario } from './scenario.ts';
import { requireFairPlay, verdictSince } from './verdict.ts';

export const handOver: Scenario = {
  name: 'hand-over',
  about: 'Two sequencers: the other one is preferred, and back again; no pod restarts and no block comes late.',

  async begin(stage) {
    await installOfTwo(stage, networkWith(stage, {}), ({ kind }) => kind === 'OpNode' || kind === 'OpBatcher');
    return {};
  },

  async finish(stage) {
    const { chain } = stage;
    const from = chain.referee.events().length;
    const pods = () => stage.kubectl('get', 'pods', '-o', 'jsonpath={range .items[*]}{.metadata.uid}{"\\n"}{end}');
    const before = await pods();
    const there = await prefer(stage, STANDBY);
    const back = await prefer(stage, SEQUENCER);
    if ((await pods()) !== before) throw new Error('a pod was restarted');
    stage.progress.step(`what the ledger has seen: ${sequencerMoves(chain.referee.events().slice(from)).join(', ')}`);
    requireFairPlay(stage);
    return { handOverSeconds: Math.max(there, back), ...verdictSince(stage, from) };
  },

  tryNext: ({ chain }) => {
    const opstack = (command: string) => `node_modules/.bin/node src/cli/main.ts ${command} -n ${chain.namespace}`;
    return [
      `kubectl -n ${chain.namespace} patch opnet ${NETWORK} --type merge -p '{"spec":{"sequencer":{"preferred":"${STANDBY}"}}}'   # asks first`,
      `${opstack(`approve ${NETWORK}`)}   # shows the plan, and asks`,
      `kubectl -n ${chain.namespace} get opn   # who sequences`,
      `kubectl -n ${chain.namespace} get configmap devnet-sequencers -o yaml   # who may, after a restart`,
      `kubectl -n ${chain.namespace} delete pod ${SEQUENCER}-0   # it comes back as what it was`,
    ];
  },
};

/** @returns seconds from the approval until the network is Ready */
async function prefer(stage: Stage, name: string): Promise<number> {
  const { progress } = stage;
  await edit(stage, networkWith(stage, { sequencer: { preferred: name } }), `spec.sequencer.preferred: ${name}`);
  const hash = await approve(stage);
  const from = progress.seconds();
  const isDone = ({ phase, history: [last] = [] }: OptimismNetworkStatus) => phase === 'Ready' && last?.hash === hash;
  await stage.follow(`it is handed over to ${name}`, isDone, 120);
  const seconds = progress.seconds() - from;
  await stage.follow(`status says that ${name} sequences`, ({ sequencer }) => sequencer?.active === name, 60);
  return seconds;
}
