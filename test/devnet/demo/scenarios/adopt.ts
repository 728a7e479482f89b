/** Scenario `adopt`: a chain that runs by hand is taken over in the order of docs/operations.md, without losing a block. */
import { join } from 'node:path';
import { blockAt } from '../../../../src/chain/clients/execution.ts';
import { peerCount, stopSequencer, syncStatus } from '../../../../src/chain/clients/op-node.ts';
import type { KubeObject } from '../../../../src/kube/index.ts';
import { NETWORK } from '../../chain.ts';
import {
  type ForeignNode,
  foreignChain,
  startForeignBatcher,
  startForeignProposer,
  startForeignSequencer,
} from '../../foreign-operators.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import type { TestContainer } from '../../programs/testing/test-pod.ts';
import { waitUntil } from '../../servers/wait-until.ts';
import type { Stage } from '../stage.ts';
import type { Scenario } from './scenario.ts';

/** What runs before the operator is there, and is nobody's object. */
interface Former {
  readonly sequencer: ForeignNode;
  readonly batcher: TestContainer;
  readonly proposer: TestContainer;
}

const SEQUENCER = 'devnet-sequencer';
const formers = new WeakMap<Stage, Former>();

export const adopt: Scenario = {
  name: 'adopt',
  about: 'A chain that runs by hand, with sequencer, batcher and proposer, is taken over without losing a block.',

  async begin(stage) {
    const { chain, progress } = stage;
    const former = await startFormer(stage);
    formers.set(stage, former);
    const files = await Promise.all(
      chain.resources.map((resource) =>
        stage.write(resource.metadata.name === SEQUENCER ? withPeer(resource, former.sequencer.multiaddr) : resource),
      ),
    );
    progress.step(`kubectl apply -f ${stage.manifests}, with the old sequencer as static peer of ours`);
    const from = progress.seconds();
    await stage.kubectl('apply', ...files.flatMap((file) => ['-f', file]));
    await waitsAt(stage, 'await-no-foreign-sequencer', /went from .* by gossip/);
    return { catchUpSeconds: progress.seconds() - from };
  },

  async finish(stage) {
    const former = formers.get(stage);
    if (!former) throw new Error('there is nothing to take over');
    const last = await stopTheirs(stage, former.sequencer);
    await stage.opstack(['resume', NETWORK]);
    stage.progress.step('opstack resume devnet');
    await waitsAt(stage, 'await-no-foreign-batcher', /another batcher/);
    stage.progress.print(await stage.opstack(['status', NETWORK], [0, 3, 4]));
    stage.progress.step('the old batcher and proposer are switched off, and then the old sequencer');
    await Promise.all([former.batcher.terminate(), former.proposer.terminate()]);
    await former.sequencer.node.terminate();
    await former.sequencer.geth.terminate();
    await stage.follow('the network is Ready', ({ phase }) => phase === 'Ready', 300);
    const gapSeconds = await nothingIsLost(stage, last);
    const violations = stage.chain.referee.violations();
    if (violations.length > 0) throw new Error(`the referee saw: ${violations.join('; ')}`);
    return { gapSeconds };
  },

  tryNext(stage) {
    const url = formers.get(stage)?.sequencer.rpcUrl;
    const ask = (method: string) =>
      `curl -s -H 'content-type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"${method}","params":[]}' ${url}`;
    const opstack = (command: string) =>
      `node_modules/.bin/node src/cli/main.ts ${command} -n ${stage.chain.namespace}`;
    return [
      opstack('status'),
      `${ask('optimism_syncStatus')}   # the old sequencer goes on`,
      opstack('pause devnet'),
      `${ask('admin_stopSequencer')}   # answers the hash of its last block`,
      `${opstack('status')}   # the gate has passed: its head is that block`,
      `${opstack('resume devnet')}   # ours goes on; the old batcher is seen, and waited for`,
    ];
  },
};

/** The chain as somebody runs it, with some blocks, batches and a proposal. */
async function startFormer(stage: Stage): Promise<Former> {
  const { chain, progress } = stage;
  const theirs = foreignChain(chain, join(stage.dir, 'former'), stage.l1);
  const sequencer = await startForeignSequencer(theirs, 'old-sequencer');
  const batcher = startForeignBatcher(theirs, sequencer.address, 'old-batcher');
  const proposer = startForeignProposer(theirs, sequencer.address, 'old-proposer');
  for (const type of ['batch-confirmed', 'proposal-confirmed'] as const)
    await waitUntil(
      `the chain has a ${type}`,
      () => chain.ledger.events().find((event) => event.type === type),
      120_000,
    );
  const { unsafeL2, safeL2 } = await syncStatus(sequencer.rpcUrl);
  progress.step(`a chain runs by hand: unsafe head ${unsafeL2.number}, safe head ${safeL2.number}, one proposal`);
  return { sequencer, batcher, proposer };
}

function withPeer(node: KubeObject, multiaddr: string): KubeObject {
  const spec = node['spec'] as { consensus: object };
  return { ...node, spec: { ...spec, consensus: { ...spec.consensus, p2p: { staticPeers: [multiaddr] } } } };
}

async function waitsAt(stage: Stage, step: string, message: RegExp): Promise<void> {
  await stage.follow(
    `the plan waits at ${step}`,
    ({ plan }) =>
      plan?.steps?.some(
        (item) => item.id.includes(step) && item.state === 'Waiting' && message.test(item.message ?? ''),
      ) ?? false,
    240,
  );
}

/** @returns their last block, which ours has too */
async function stopTheirs(stage: Stage, { rpcUrl }: ForeignNode) {
  const { progress } = stage;
  const ours = oursAt(stage, 9545);
  progress.step(
    `opstack pause devnet: nothing starts before the heads are compared; ours has ${await peerCount(ours)} peer`,
  );
  await stage.opstack(['pause', NETWORK]);
  await stage.follow('the network is paused', ({ phase }) => phase === 'Paused', 60);
  const stopped = await stopSequencer(rpcUrl);
  if (stopped.outcome !== 'stopped') throw new Error('the old sequencer did not run');
  progress.step(`admin_stopSequencer: its last block is ${stopped.hash}`);
  const { unsafeL2 } = await waitUntil('ours has the last block', async () => {
    const status = await syncStatus(ours);
    return status.unsafeL2.hash === stopped.hash ? status : undefined;
  });
  progress.step(`ours has it: block ${unsafeL2.number} ${unsafeL2.hash}`);
  await stage.follow(
    'the gate has passed',
    ({ plan }) =>
      plan?.steps?.some(({ id, state }) => id.includes('no-foreign-sequencer') && state === 'Done') ?? false,
    120,
  );
  return unsafeL2;
}

/** @returns seconds between their last block and our first */
async function nothingIsLost(stage: Stage, last: { readonly number: number; readonly hash: string }): Promise<number> {
  const { chain, progress } = stage;
  const kept = await blockAt(oursAt(stage, 8545), last.number);
  const next = chain.ledger.block((await blockAt(oursAt(stage, 8545), last.number + 1)).hash);
  if (kept.hash !== last.hash || next?.parentHash !== last.hash)
    throw new Error(`block ${last.number} is not the parent of our first one: ${JSON.stringify({ last, kept, next })}`);
  progress.step(`block ${last.number} is the old one's, block ${next.number} is ours and has it as parent`);
  const events = chain.ledger.events();
  const isOld = ({ node }: LedgerEvent) => node.includes('old-');
  const nonces = (old: boolean) =>
    events.flatMap((event) => (event.type === 'batch-submitted' && isOld(event) === old ? [event.nonce] : []));
  const [before = Number.NaN, after = Number.NaN] = [nonces(true).at(-1), nonces(false)[0]];
  if (after !== before + 1) throw new Error(`the old batcher ended with nonce ${before}, ours began with ${after}`);
  progress.step(`batching went on: the old batcher ended with nonce ${before}, ours began with ${after}`);
  const made = (number: number) =>
    events.find((event) => event.type === 'block-produced' && event.block.number === number)?.at ?? Number.NaN;
  return (made(next.number) - made(last.number)) / 1000;
}

/** A port of our sequencer's pod. */
function oursAt({ chain }: Stage, port: number): string {
  return `http://${chain.runner.pods().find(({ name }) => name === `${SEQUENCER}-0`)?.ip}:${port}`;
}
