/** Every recorded failed start of op-node: the simulated program ends with the same exit code and the same last line. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import {
  changedRollup,
  commandLine,
  expectSameEnd,
  failureOf,
  recordedFiles,
  runRecorded,
} from './testing/recorded-start.ts';
import { recordedText, withoutAccidents } from './testing/recording.ts';
import { rpc } from './testing/rpc.ts';
import { expectInOrder, recordedWords, wordsOf } from './testing/said-in-order.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { nodeFiles, startGeth } from './testing/test-chain.ts';
import { newAddress, runContainer } from './testing/test-pod.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;

beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain({ timeScale: 0.005, isthmusAfterSeconds: 0 });
});
afterAll(() => bed?.stop());

const genesis = () => chain.files.rollup['genesis'] as Record<string, Record<string, unknown>>;

describe('op-node', () => {
  const folder = 'op-node-1.16.11';
  /** What the recording had in its files, where it was not the good ones. */
  const special: Record<string, () => Record<string, string>> = {
    'exit-rollup-not-json': () => ({ 'rollup-bad.json': '5', 'rollup.json': '5', 'rollup-notjson.json': '5' }),
    'exit-rollup-invalid': () => ({ 'rollup-bt0.json': changedRollup(chain, { block_time: 0 }) }),
    'exit-rollup-fork-order': () => ({
      'rollup-fork.json': changedRollup(chain, { holocene_time: 1_795_347_438, isthmus_time: 1_795_347_428 }),
    }),
    'exit-wrong-l1-chain-id': () => ({
      'rollup-l1id.json': changedRollup(chain, { l1_chain_id: 999 }),
      'rollup.json': changedRollup(chain, { l1_chain_id: 999 }),
    }),
  };

  test.each([
    'exit-no-args',
    'exit-missing-l1-flag',
    'exit-unknown-flag',
    'exit-bad-duration',
    'exit-rollup-missing-file',
    'exit-rollup-not-json',
    'exit-rollup-invalid',
    'exit-rollup-fork-order',
    'exit-no-l1-chain-config',
    'exit-wrong-l1-chain-id',
    'exit-jwt-short',
  ])('%s: ends before it talks to anybody', async (name) => {
    const changed = special[name]?.() ?? {};
    const argv = commandLine(chain, `${folder}/${name}`);
    const named = argv.find((argument) => argument.startsWith('--rollup.config='))?.split('=')[1] ?? 'rollup.json';
    const [content] = Object.values(changed);
    const all = { ...recordedFiles(chain), ...(content === undefined ? {} : { [named]: content }) };
    if (name === 'exit-rollup-missing-file') delete (all as Record<string, string>)[named];
    await expectSameEnd(
      runRecorded(chain, `${folder}/${name}`, { image: 'op-node:v1.16.11', files: all }),
      `${folder}/${name}`,
    );
  });

  test.each(['exit-l1-unreachable', 'exit-l2-unreachable'])('%s: ends after ten attempts', async (name) => {
    const container = runRecorded(chain, `${folder}/${name}`, {
      image: 'op-node:v1.16.11',
      files: recordedFiles(chain),
    });
    await expectSameEnd(container, `${folder}/${name}`);
    const attempts = container.logs.filter((line) => line.includes('failed to dial address, but may connect later'));
    expect(attempts).toHaveLength(10);
  });

  describe('with an execution client', () => {
    const engine = 'http://127.0.0.1:4551';
    let address: string;
    beforeAll(async () => {
      address = newAddress();
      await startGeth(chain, 'el', { address, env: { GETH_AUTHRPC_PORT: '4551' } });
      await eventually('the execution client', () => rpc(`http://${address}:8545`, 'eth_chainId'));
    });

    const wrongHash = `0x${'ab'.repeat(32)}`;
    const cases: Record<string, () => Record<string, string>> = {
      'exit-jwt-wrong': () => ({}),
      'exit-jwt-missing-file': () => ({}),
      'exit-wrong-l1-chain-id-live': () => ({
        rollup: changedRollup(chain, { l1_chain_id: 999 }),
        'l1-chain-999.json': JSON.stringify({ ...chain.files.l1ChainConfig, chainId: 999 }),
      }),
      'exit-wrong-l1-genesis-hash': () => ({
        rollup: changedRollup(chain, { genesis: { ...genesis(), l1: { ...genesis()['l1'], hash: wrongHash } } }),
      }),
      'exit-wrong-l2-chain-id': () => ({ rollup: changedRollup(chain, { l2_chain_id: 999 }) }),
      'exit-wrong-l2-genesis-hash': () => ({
        rollup: changedRollup(chain, { genesis: { ...genesis(), l2: { ...genesis()['l2'], hash: wrongHash } } }),
      }),
    };
    test.each(Object.keys(cases))('%s', async (name) => {
      const { rollup: config, ...changed } = cases[name]?.() ?? {};
      const argv = commandLine(chain, `${folder}/${name}`).map((argument) =>
        argument.replace(/^--l2=.*/, `--l2=${engine}`),
      );
      const named = (flag: string) => argv.find((argument) => argument.startsWith(`--${flag}=`))?.split('=')[1] ?? '';
      const all = { ...recordedFiles(chain), ...(config === undefined ? {} : { [named('rollup.config')]: config }) };
      const l1Chain = changed['l1-chain-999.json'];
      if (l1Chain !== undefined) (all as Record<string, string>)[named('rollup.l1-chain-config')] = l1Chain;
      await expectSameEnd(
        runRecorded(chain, `${folder}/${name}`, { image: 'op-node:v1.16.11', files: all, address, argv }),
        `${folder}/${name}`,
      );
    });

    test('exit-port-in-use', async () => {
      const name = `${folder}/exit-port-in-use`;
      const argv = commandLine(chain, name).map((argument) => argument.replace(/^--l2=.*/, `--l2=${engine}`));
      const first = runRecorded(chain, name, { image: 'op-node:v1.16.11', files: recordedFiles(chain), address, argv });
      await eventually('the first one', () => rpc(`http://${address}:4945`, 'optimism_version'));
      await expectSameEnd(
        runRecorded(chain, name, { image: 'op-node:v1.16.11', files: recordedFiles(chain), address, argv }),
        name,
      );
      await first.terminate();
    });

    test('exit-sequencer-without-p2p-key: starts, and ends when it is asked to', async () => {
      const name = `${folder}/exit-sequencer-without-p2p-key`;
      const argv = commandLine(chain, name).map((argument) => argument.replace(/^--l2=.*/, `--l2=${engine}`));
      const files = recordedFiles(chain);
      const container = runRecorded(chain, name, { image: 'op-node:v1.16.11', files, address, argv });
      await eventually('its RPC', () => rpc(`http://${address}:5948`, 'optimism_version'));
      expect(await container.terminate()).toBe(0);
      expect(failureOf(name).exitCode).toBeNull();
      // The real one was still in its first reset when it was told to end.
      const ending = failureOf(name)
        .output.map(wordsOf)
        .filter((words) => !/resetting|reset signal/.test(words));
      expectInOrder(container.logs, ending);
      expect(wordsOf(container.logs.at(-1) ?? '')).toBe(ending.at(-1));
    });

    test('exit-unknown-env: only warns', async () => {
      const name = `${folder}/exit-unknown-env`;
      const argv = commandLine(chain, name).map((argument) => argument.replace(/^--l2=.*/, `--l2=${engine}`));
      const container = runRecorded(chain, name, {
        image: 'op-node:v1.16.11',
        files: recordedFiles(chain),
        address,
        argv,
      });
      const port = argv.find((argument) => argument.startsWith('--rpc.port='))?.split('=')[1];
      await eventually('its RPC', () => rpc(`http://${address}:${port}`, 'optimism_version'));
      expect(container.logs.map(withoutAccidents)).toContain(withoutAccidents(failureOf(name).output[0] ?? ''));
      expect(await container.terminate()).toBe(0);
    });
  });

  test('log-bootnode-dns: unset boot nodes are looked up even without discovery', async () => {
    const { OP_NODE_P2P_BOOTNODES: _, ...env } = nodeEnvironment();
    const image = 'op-node:v1.16.11';
    const argv = ['op-node', '--p2p.no-discovery'];
    const container = runContainer(chain.cluster, { name: 'no-dns', image, argv, env, files: nodeFiles(chain) });
    expect(await container.exit).toBe(1);
    expectInOrder(container.logs, recordedWords(`${folder}/log-bootnode-dns.txt`));
    const last = recordedText(`${folder}/log-bootnode-dns.txt`).trim().split('\n').at(-1) ?? '';
    expect(withoutAccidents(container.logs.at(-1) ?? '')).toBe(withoutAccidents(last));
  });

  test.each(['exit-removed-flag', 'exit-removed-flag-load-protocol-versions', 'exit-removed-env'])(
    '1.18.2, %s',
    async (name) => {
      const container = runRecorded(chain, `op-node-1.18.2/${name}`, {
        image: 'op-node:v1.18.2',
        files: recordedFiles(chain),
      });
      await expectSameEnd(container, `op-node-1.18.2/${name}`);
    },
  );

  test.each([
    [
      'bootnodes unset',
      { OP_NODE_P2P_BOOTNODES: undefined },
      /failed to load p2p discovery options: .* looking up IP for hostname \\"bootnode\.conduit\.xyz\\"/,
    ],
    [
      'an empty peer id',
      { OP_NODE_P2P_STATIC: '/ip4/10.0.0.1/tcp/9222/p2p/' },
      /failed to parse multi addr of static peer 0/,
    ],
    [
      'no p2p key on a read-only root',
      { OP_NODE_P2P_PRIV_RAW: undefined },
      /failed to store new p2p priv key: open opnode_p2p_priv\.txt: read-only file system/,
    ],
    [
      'a peer store on a read-only root',
      { OP_NODE_P2P_PEERSTORE_PATH: undefined },
      /mkdir opnode_peerstore_db: read-only file system/,
    ],
    [
      'a discovery store on a read-only root',
      { OP_NODE_P2P_DISCOVERY_PATH: undefined },
      /mkdir opnode_discovery_db: read-only file system/,
    ],
    [
      'an injected port variable',
      { OP_NODE_RPC_PORT: 'tcp://10.96.138.175:9545' },
      /could not parse \\"tcp:\/\/10\.96\.138\.175:9545\\" as int value from environment variable \\"OP_NODE_RPC_PORT\\" for flag rpc\.port/,
    ],
    ['no beacon', { OP_NODE_L1_BEACON: undefined }, /misconfigured L1 Beacon API endpoint/],
  ] as const)('%s is fatal', async (_what, change, message) => {
    const env = { ...nodeEnvironment(), ...change };
    const known = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) as Record<
      string,
      string
    >;
    const container = runContainer(chain.cluster, {
      name: 'broken',
      image: 'op-node:v1.18.2',
      argv: ['op-node'],
      env: known,
      files: nodeFiles(chain),
      volumes: ['/cl'],
    });
    expect(await container.exit).toBe(1);
    expect(container.logs.at(-1)).toMatch(message);
  });
});

function nodeEnvironment(): Record<string, string> {
  return {
    OP_NODE_L1_ETH_RPC: chain.l1Url,
    OP_NODE_L1_BEACON: chain.beaconUrl,
    OP_NODE_L2_ENGINE_RPC: 'http://127.0.0.1:1',
    OP_NODE_L2_ENGINE_AUTH: '/secrets/jwt.hex',
    OP_NODE_ROLLUP_CONFIG: '/config/rollup.json',
    OP_NODE_ROLLUP_L1_CHAIN_CONFIG: '/config/l1-chain.json',
    OP_NODE_P2P_BOOTNODES: '',
    OP_NODE_P2P_PRIV_RAW: '44'.repeat(32),
    OP_NODE_P2P_PEERSTORE_PATH: 'memory',
    OP_NODE_P2P_DISCOVERY_PATH: 'memory',
  };
}
