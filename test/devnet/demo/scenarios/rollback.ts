/** Scenario `rollback`: an upgrade whose batcher does not come up halts, and a person takes everything back. */
import { NETWORK } from '../../chain.ts';
import type { Stage } from '../stage.ts';
import { approve, edit, installOfTwo, networkWith } from './chain-of-two.ts';
import type { Scenario } from './scenario.ts';
import { requireFairPlay, verdictSince } from './verdict.ts';

const BATCHER = 'devnet-batcher';
/** In no registry. */
const BROKEN = { opBatcher: { tag: 'v1.16.99' } };
const GATES = { engineReady: { timeout: '20s' } };

export const rollback: Scenario = {
  name: 'rollback',
  about: 'An upgrade with an image that does not exist halts; one command takes all of it back to what ran before.',

  async begin(stage) {
    const broken = stage.chain.runner.fault.imageMissing(/op-batcher:v1\.16\.99/);
    stage.atEnd(async () => broken());
    await installOfTwo(stage, networkWith(stage, { release: 'u17', rollout: { gates: GATES } }));
    return {};
  },

  async finish(stage) {
    const { chain, progress } = stage;
    const before = await images(stage);
    const from = chain.referee.events().length;
    const broken = networkWith(stage, { release: 'u18', images: BROKEN, rollout: { gates: GATES } });
    await edit(stage, broken, 'spec.release: u17 → u18, and spec.images.opBatcher.tag: v1.16.99, which nobody has');
    const hash = await approve(stage);
    const approvedAt = progress.seconds();
    await stage.follow('the upgrade halts', ({ phase }) => phase === 'Halted', 300);
    const haltSeconds = progress.seconds() - approvedAt;
    progress.print(await stage.opstack(['status', NETWORK], [0, 3, 4]));
    progress.step(`opstack rollback ${NETWORK} --reason 'wrong tag'`);
    const rollbackFrom = progress.seconds();
    await stage.opstack(['rollback', NETWORK, '--reason', 'wrong tag']);
    const { history = [] } = await stage.follow('what ran before runs', ({ phase }) => phase === 'RolledBack', 300);
    const rollbackSeconds = progress.seconds() - rollbackFrom;
    if (history[1]?.hash !== hash || history[1].outcome !== 'rolledBack' || history[0]?.outcome !== 'completed')
      throw new Error(`it was not rolled back: ${JSON.stringify(history.slice(0, 2))}`);
    if ((await images(stage)) !== before) throw new Error('the pods do not run what ran before');
    progress.print(await stage.opstack(['status', NETWORK], [0, 3, 4]));
    await edit(stage, networkWith(stage, { release: 'u17', rollout: { gates: GATES } }), 'the spec is set back');
    await stage.follow('the network is Ready', ({ phase }) => phase === 'Ready', 60);
    requireFairPlay(stage);
    return { haltSeconds, rollbackSeconds, ...verdictSince(stage, from) };
  },

  tryNext: ({ chain }) => {
    const opstack = (command: string) => `node_modules/.bin/node src/cli/main.ts ${command} -n ${chain.namespace}`;
    const patch = JSON.stringify({ spec: { release: 'u18', images: BROKEN } });
    return [
      `kubectl -n ${chain.namespace} patch opnet ${NETWORK} --type merge -p '${patch}'   # ${BATCHER} will not come up`,
      `${opstack(`approve ${NETWORK}`)}   # shows the plan, and asks`,
      `${opstack(`status ${NETWORK}`)}   # Halted: what failed, and what can be done`,
      `${opstack(`rollback ${NETWORK} --reason 'wrong tag'`)}`,
      `${opstack(`retry ${NETWORK}`)}   # the same is proposed again`,
    ];
  },
};

/** What each pod runs. */
function images({ kubectl }: Stage): Promise<string> {
  const line = '{.metadata.name}: {.spec.containers[*].image}{"\\n"}';
  return kubectl('get', 'pods', '--sort-by=.metadata.name', '-o', `jsonpath={range .items[*]}${line}{end}`);
}
