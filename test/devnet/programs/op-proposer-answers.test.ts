/** Holds op-proposer's answers, metrics and log to what was recorded of both versions. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { kindsOf, recordedLog, saidIn } from './testing/recorded-log.ts';
import { recordedText, recording, withoutAccidents } from './testing/recording.ts';
import { rpcAnswer } from './testing/rpc.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startNode } from './testing/test-chain.ts';
import type { TestContainer } from './testing/test-pod.ts';
import { gamesOf, PROPOSER_RPC_PORT, startProposer } from './testing/test-proposer.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
beforeAll(async () => {
  bed = await startTestBed();
});
afterAll(() => bed?.stop());

const OLD = 'op-proposer-1.16.11';
const NEW = 'op-proposer-1.18.2';
/** What the simulation leaves unsaid: estimated fees, what was asked by RPC, and the ends of publications. */
const UNSAID = /^(Estimated gas fees|Served |Transaction receipt not found)/;

async function withBatches() {
  const chain = await bed.chain();
  const node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
  return { chain, node, batcher: startBatcher(chain, node) };
}

const urlOf = ({ address }: TestContainer) => `http://${address}:${PROPOSER_RPC_PORT}`;
const games = (chain: TestChain, count: number) =>
  eventually(`${count} games`, async () => (await gamesOf(chain)).length >= count);
const logged = (container: TestContainer, text: string) =>
  eventually(`"${text}"`, () => container.logs.find((line) => line.includes(text)));
/** Waits until the L1 clock is as far ahead: what does not happen has had its chance. */
const l1Seconds = async (chain: TestChain, seconds: number) => {
  const now = async () => Number((await rpcAnswer(chain.l1Url, 'eth_blockNumber')).result);
  const from = await now();
  await eventually(`${seconds} L1 blocks`, async () => (await now()) >= from + seconds);
};

/** The recorded build of 1.18.2 has the placeholder `commit` in its version. */
const plainVersion = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll('v1.18.2-commit', 'v1.18.2'));

async function expectToTheLetter(proposer: TestContainer, name: string): Promise<void> {
  const { request, response, httpStatus } = recording(name);
  if (request.method === undefined) {
    const answer = await fetch(`${urlOf(proposer)}/healthz`);
    expect([answer.status, await answer.json()]).toEqual([httpStatus, plainVersion(response)]);
    return;
  }
  expect(await rpcAnswer(urlOf(proposer), request.method, request.params ?? [])).toEqual(plainVersion(response));
}

/** Only what the recorded excerpt tells of; the excerpts are filtered. */
function saidAsIn(file: string, proposer: TestContainer) {
  const recorded = saidIn(recordedLog(file)).filter(({ message }) => !UNSAID.test(message));
  const known = new Set(recorded.map(({ message }) => message));
  const said = saidIn(proposer.logs).filter(({ message }) => known.has(message));
  return { recorded, said };
}

describe.concurrent.each([OLD, NEW])('%s', (folder) => {
  const image = `op-proposer:v${folder.slice('op-proposer-'.length)}`;

  async function proposing(env: Record<string, string> = {}) {
    const parts = await withBatches();
    const all = { OP_PROPOSER_METRICS_ENABLED: 'true', ...env };
    const proposer = startProposer(parts.chain, parts.node, { image, env: all });
    return { ...parts, proposer };
  }

  test('answers, shows metrics and logs as recorded', async () => {
    const { chain, proposer } = await proposing();
    await logged(proposer, 'Proposer tx successfully published');
    for (const name of ['error-unknown-method', 'health_status', 'healthz', 'rpc_modules'])
      await expectToTheLetter(proposer, `${folder}/${name}`);

    const names = (text: string) => new Set(text.split('\n').flatMap((line) => /^[a-z_]+/.exec(line) ?? []));
    const real = names(recordedText(`${folder}/metrics.txt`));
    const text = await (await fetch(`http://${proposer.address}:7300/anything`)).text();
    expect([...names(text)].filter((name) => !real.has(name))).toEqual([]);
    const [game] = await gamesOf(chain);
    expect(text).toContain(`op_proposer_default_proposed_sequence_number ${game?.block}\n`);
    expect(text).toContain(`op_proposer_default_refs_number{layer="l2",type="proposed"} ${game?.block}\n`);
    expect(text).toMatch(/op_proposer_default_balance \d/);

    const { recorded, said } = saidAsIn(`${folder}/log-healthy.txt`, proposer);
    expect(kindsOf(said)).toEqual(kindsOf(recorded));
  });
});

describe.concurrent('started again by RPC', () => {
  /** A transaction that needs ten confirmations is still on its way when the proposer is stopped. */
  const env = { OP_PROPOSER_NUM_CONFIRMATIONS: '10', OP_PROPOSER_PROPOSAL_INTERVAL: '2s' };

  async function inFlight(image: string) {
    const { chain, node } = await withBatches();
    const proposer = startProposer(chain, node, { image, env });
    await logged(proposer, 'Transaction successfully published');
    return { chain, proposer };
  }

  function expectSameLog(file: string, proposer: TestContainer): void {
    const { recorded, said } = saidAsIn(file, proposer);
    const from = (lines: typeof said) => lines.slice(lines.findIndex(({ message }) => message === 'Stopping Proposer'));
    const upToPanic = (lines: typeof said) =>
      lines.slice(0, lines.findIndex(({ message }) => message.startsWith('panic:')) + 1);
    expect(from(upToPanic(said))).toEqual(from(upToPanic(recorded)));
    const error = (lines: readonly string[]) =>
      withoutAccidents(lines.find((line) => line.includes('Failed to send proposal transaction')) ?? '').replace(
        /(l1blocknum|l1head)=\d+/g,
        '$1',
      );
    expect(error(proposer.logs)).toBe(error(recordedLog(file)));
  }

  test(`${OLD} is a zombie, and a stop after that crashes`, async () => {
    const { proposer } = await inFlight('op-proposer:v1.16.11');
    for (const name of [
      'admin_startProposer-already',
      'stop-1-admin_stopProposer',
      'stop-2-admin_stopProposer-again',
      'stop-3-healthz-stopped',
      'start-1-admin_startProposer',
      'start-2-admin_startProposer-after-start',
      'stop-4-admin_stopProposer-after-restart',
      'stop-5-healthz-zombie',
      'start-3-admin_startProposer-after-crash',
    ])
      await expectToTheLetter(proposer, `${OLD}/${name}`);
    expect(await proposer.terminate()).toBe(2);
    expectSameLog(`${OLD}/log-stop-start-zombie.txt`, proposer);
  });

  test(`${NEW} is a zombie and makes no game any more`, async () => {
    const { chain, proposer } = await inFlight('op-proposer:v1.18.2');
    await expectToTheLetter(proposer, `${NEW}/stop-1-admin_stopProposer`);
    await l1Seconds(chain, 2);
    const counts = { 'at stop': (await gamesOf(chain)).length, '30 s stopped': 0, '45 s after admin_startProposer': 0 };
    await l1Seconds(chain, 5);
    counts['30 s stopped'] = (await gamesOf(chain)).length;
    await expectToTheLetter(proposer, `${NEW}/start-1-admin_startProposer`);
    await l1Seconds(chain, 5);
    counts['45 s after admin_startProposer'] = (await gamesOf(chain)).length;
    const { games: recorded } = JSON.parse(recordedText(`${NEW}/stop-start-games.json`)) as {
      games: Record<string, number>;
    };
    const sinceStop = (of: Record<string, number>) =>
      Object.keys(counts).map((when) => (of[when] ?? 0) - (of['at stop'] ?? 0));
    expect(sinceStop(counts)).toEqual(sinceStop(recorded));
    await expectToTheLetter(proposer, `${NEW}/start-2-admin_startProposer-again`);
    expect(await proposer.terminate()).toBe(2);
    expectSameLog(`${NEW}/log-stop-start-zombie.txt`, proposer);
    expect(chain.referee.violations()).toEqual([]);
  });
});

describe.concurrent('a game that exists already', () => {
  const plain = (line: string) =>
    withoutAccidents(line.replace(/(?<=0x014f6fe5(: )?)[0-9a-f]{64}/g, '<game>')).replace(
      /(l1blocknum|l1head)=\d+/g,
      '$1',
    );
  const refusals = ({ logs }: { readonly logs: readonly string[] }) =>
    logs.filter((line) => /custom error 0x014f6fe5/.test(line) && !/attempts/.test(line));

  test('is refused thirty times while nothing new is finalized, and then it goes on', async () => {
    const { chain, node, batcher } = await withBatches();
    const proposer = startProposer(chain, node, { image: 'op-proposer:v1.16.11' });
    await games(chain, 1);
    await batcher.kill();
    const error = await logged(proposer, 'Failed to send proposal transaction');
    const recorded = recordedLog(`${OLD}/log-game-already-exists.txt`);
    expect(plain(error)).toBe(plain(recorded.at(-1) ?? ''));
    expect(plain(refusals(proposer)[0] ?? '')).toBe(plain(refusals({ logs: recorded })[0] ?? ''));
    expect(refusals(proposer).slice(0, 30)).toHaveLength(30);
    const { length } = await gamesOf(chain);
    startBatcher(chain, node);
    await games(chain, length + 1);
  });

  test('also stops the loser of two proposers for a while; nobody says that there are two', async () => {
    const { result } = JSON.parse(recordedText(`${NEW}/two-proposers.json`)) as {
      result: { healthz: Record<string, number>; log_first: readonly string[] };
    };
    const { chain, node } = await withBatches();
    const two = ['one', 'two'].map((name) => startProposer(chain, node, { name }));
    const [warning, error] = result.log_first.map((line) => plain(line.replace(/^\d+x /, '')));
    expect(plain(await eventually('a loser', () => two.flatMap(refusals)[0]))).toBe(warning);
    const given = await eventually('its end', () =>
      two.flatMap(({ logs }) => logs).find((line) => line.includes('Failed to send proposal transaction')),
    );
    // The recorded line is cut.
    expect(plain(given).slice(0, error?.length)).toBe(error);
    await games(chain, 3);
    const health = await Promise.all(two.map(async (proposer) => (await fetch(`${urlOf(proposer)}/healthz`)).status));
    expect(health).toEqual(Object.values(result.healthz));
    const made = await gamesOf(chain);
    expect(new Set(made.map(({ rootClaim }) => rootClaim)).size).toBe(made.length);
    expect(chain.referee.violations()[0]).toMatch(/^two proposers with key/);
  });
});
