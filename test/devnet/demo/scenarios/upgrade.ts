/** Scenario `upgrade`: a whole chain goes from one release to the next, after somebody has approved exactly that. */
import { NETWORK } from '../../chain.ts';
import type { Stage } from '../stage.ts';
import { approve, edit, installOfTwo, networkWith } from './chain-of-two.ts';
import type { Scenario } from './scenario.ts';
import { requireFairPlay, verdictSince } from './verdict.ts';

export const upgrade: Scenario = {
  name: 'upgrade',
  about: 'From release u17 to u18: shown, approved, canary first, with a hand-over and without a late or lost block.',

  async begin(stage) {
    await installOfTwo(stage, networkWith(stage, { release: 'u17' }));
    await tellVersions(stage);
    return {};
  },

  async finish(stage) {
    const { chain, progress } = stage;
    await edit(stage, networkWith(stage, { release: 'u18' }), 'spec.release: u17 → u18');
    const hash = await approve(stage);
    const [from, seconds] = [chain.referee.events().length, progress.seconds()];
    const { history = [] } = await stage.follow(
      'the network is Ready with release u18',
      ({ phase, history: [last] = [] }) => phase === 'Ready' && last?.hash === hash,
      300,
    );
    const upgradeSeconds = progress.seconds() - seconds;
    if (history[0]?.outcome !== 'completed')
      throw new Error(`the upgrade did not complete: ${JSON.stringify(history[0])}`);
    await tellVersions(stage);
    const verdict = verdictSince(stage, from);
    requireFairPlay(stage);
    const workflow = `optimismnetwork/${stage.clusterName}/${chain.namespace}/${NETWORK}/upgrade-2`;
    const historyEvents = await stage.historyLength(workflow);
    return { upgradeSeconds, ...verdict, historyEvents, approvedVia: await approvedVia(stage, hash) };
  },

  tryNext: ({ chain }) => {
    const opstack = (command: string) => `node_modules/.bin/node src/cli/main.ts ${command} -n ${chain.namespace}`;
    return [
      `kubectl -n ${chain.namespace} patch opnet ${NETWORK} --type merge -p '{"spec":{"release":"u18"}}'   # asks first`,
      `${opstack(`plan ${NETWORK}`)}   # what would happen, field by field`,
      `${opstack(`approve ${NETWORK}`)}   # shows it again, and asks`,
      `${opstack(`status ${NETWORK}`)}`,
      `kubectl -n ${chain.namespace} get pods -w   # canary, standby, hand-over, former sequencer, then what sends`,
      `${opstack(`rollback ${NETWORK}`)}   # while it runs: back to u17`,
    ];
  },
};

/** As somebody would look. */
async function tellVersions({ kubectl, progress }: Stage): Promise<void> {
  const columns = 'POD:.metadata.name,IMAGES:.spec.containers[*].image';
  progress.step('kubectl get pods -o custom-columns=…image');
  progress.print((await kubectl('get', 'pods', '-o', `custom-columns=${columns}`)).replaceAll(/\S*\/(?=op-)/g, ''));
}

/** Who has said yes is in the audit log. */
async function approvedVia({ opstack, progress }: Stage, hash: string): Promise<string> {
  const command = ['audit', 'list', NETWORK, '--plan', hash.slice(0, 8)];
  progress.step(`opstack ${command.join(' ')}`);
  progress.print(await opstack(command));
  const records = JSON.parse(await opstack([...command, '-o', 'json'])) as { type: string; via?: string }[];
  return records.find(({ type }) => type === 'planApproved')?.via ?? 'nobody';
}
