/** Scenario `fork`: a hard fork of a running chain is scheduled, every node is shown to have it, and the chain goes through. */
import { gzipSync } from 'node:zlib';
import type { KubeObject } from '../../../../src/kube/index.ts';
import { NETWORK } from '../../chain.ts';
import type { Stage } from '../stage.ts';
import { approve, installOfTwo, networkWith } from './chain-of-two.ts';
import type { Scenario } from './scenario.ts';
import { requireFairPlay, verdictSince } from './verdict.ts';

const DAY = 24 * 3600;
/** Enough for every node to restart, one after the other. */
const AHEAD_SECONDS = 150;

export const fork: Scenario = {
  name: 'fork',
  about: 'A hard fork gets its time while the chain runs: every node is asked for it, and the chain goes through.',
  files: { isthmusAfterSeconds: 2, jovianAfterSeconds: 20 * DAY },

  async begin(stage) {
    await installOfTwo(stage, networkWith(stage, {}), ({ kind }) => kind === 'OpNode' || kind === 'OpBatcher');
    await tellFork(stage);
    return {};
  },

  async finish(stage) {
    const { chain, progress } = stage;
    const from = chain.referee.events().length;
    const time = Math.floor(Date.now() / 1000) + AHEAD_SECONDS;
    await stage.write(filesWith(stage, time));
    progress.step(`jovian_time in ConfigMap devnet-chain: ${AHEAD_SECONDS} s from now; kubectl apply`);
    await stage.kubectl('apply', '--server-side', '--force-conflicts', '-f', await stage.write(filesWith(stage, time)));
    const hash = await approve(stage);
    await stage.follow(
      'every node has the new time',
      ({ phase, history: [last] = [] }) => phase === 'Ready' && last?.hash === hash,
      AHEAD_SECONDS,
    );
    const aheadSeconds = time - Date.now() / 1000;
    progress.step(`all nodes are ready, ${Math.round(aheadSeconds)} s before the fork`);
    await tellFork(stage);
    await stage.follow(
      'the fork is active, and blocks of it are safe',
      ({ forks = [], health }) =>
        forks.some(({ name, active }) => name === 'jovian' && active) &&
        Date.parse(health?.safe?.timestamp ?? '') / 1000 > time,
      AHEAD_SECONDS + 120,
    );
    progress.step(`kubectl get events: ${(await forkEvents(stage)).join(' | ')}`);
    requireFairPlay(stage);
    return { aheadSeconds, ...verdictSince(stage, from) };
  },

  tryNext: ({ chain }) => {
    const opstack = (command: string) => `node_modules/.bin/node src/cli/main.ts ${command} -n ${chain.namespace}`;
    return [
      `kubectl -n ${chain.namespace} get opnet ${NETWORK} -o jsonpath='{.status.forks}'   # counted down from a month before`,
      `kubectl -n ${chain.namespace} edit configmap devnet-chain   # jovian_time in rollup.json: the genesis has to have it too`,
      `${opstack(`plan ${NETWORK}`)}`,
      `${opstack(`status ${NETWORK}`)}`,
    ];
  },
};

/** What the user has in ConfigMap devnet-chain, with another time for Jovian. The hash of block 0 stays. */
function filesWith({ chain }: Stage, time: number): KubeObject {
  const { files, namespace } = chain;
  const genesis = { ...files.genesis, config: { ...(files.genesis['config'] as object), jovianTime: time } };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'devnet-chain', namespace },
    data: {
      'rollup.json': JSON.stringify({ ...files.rollup, jovian_time: time }),
      'l1.json': JSON.stringify(files.l1ChainConfig),
    },
    binaryData: { 'genesis.json.gz': gzipSync(JSON.stringify(genesis)).toString('base64') },
  };
}

async function tellFork(stage: Stage): Promise<void> {
  const { conditions = [] } = await stage.follow(
    'the fork is watched',
    (status) => status.conditions?.some(({ type }) => type === 'ForkReady') ?? false,
    60,
  );
  stage.progress.step(`ForkReady: ${conditions.find(({ type }) => type === 'ForkReady')?.message}`);
}

async function forkEvents({ kubectl }: Stage): Promise<string[]> {
  const events = await kubectl(
    'get',
    'events.events.k8s.io',
    '-o',
    'jsonpath={range .items[*]}{.reason}: {.note}{"\\n"}{end}',
  );
  return events.split('\n').filter((line) => /^Fork/.test(line));
}
