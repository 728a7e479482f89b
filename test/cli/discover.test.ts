import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadRegistry } from '../../src/catalogue/registry.ts';
import { discover } from '../../src/chain/discovery/discover.ts';
import { answering } from '../chain/answering-server.ts';
import { readRecording, replayL1 } from '../chain/l1-replay.ts';
import { opstack, type Seat } from './run-opstack.ts';

const run = promisify(execFile);
const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;

type Overrides = Parameters<typeof replayL1>[1];

/** Reads a recorded chain with the command, over an L1 that answers as recorded but for the overrides. */
async function discoverRecorded(name: string, more: readonly string[] = [], overrides?: Overrides) {
  const recording = readRecording(name);
  await using l1 = await replayL1(recording, overrides);
  return await opstack(['discover', '--l1-rpc', l1.url, '--system-config', recording.systemConfig, ...more]);
}

/** The answer to every call of a function: `answers('0x5c975abb', word(1))`. */
const answers =
  (selector: string, result: string): NonNullable<Overrides> =>
  ({ method, params }) =>
    method === 'eth_call' && (params[0] as { data: string }).data.startsWith(selector) ? { result } : undefined;
const word = (value: number) => `0x${value.toString(16).padStart(64, '0')}`;
const PAUSED = '0x5c975abb';
const GUARDIAN = '0x452a9320';
const START_BLOCK = '0x48cd4cb1';
const GAME_IMPLS = '0x1b685b9e';

describe('opstack discover', () => {
  it('shows block and generation, then contracts, roles, game and flags', async () => {
    const { code, out, err } = await discoverRecorded('v7.0.0-permissionless', ['--l2-chain-id', '901']);
    expect(out.split('\n')).toEqual([
      'CHAIN',
      'read at                        block 55 of L1 chain 900',
      'block hash                     0x0afc1069db9cbea7f53d1addca5a86ffadf2dffbd2c51a0aa8be9b1e5852b689',
      'generation                     v7 (SystemConfig 3.14.2)',
      'release                        op-contracts/v7.0.0-rc.4, or op-contracts/v7.0.0-rc.3, op-contracts/v7.0.0-rc.2',
      'L2 chain id                    901',
      'deployed in                    L1 block 24',
      'L2 gas limit                   60,000,000',
      'withdrawals                    proven by dispute games',
      '',
      'CONTRACTS',
      'systemConfig                   0x5FC8d32690cc91D4c39d9d3abcBD16989F875707',
      'optimismPortal                 0x0165878A594ca255338adfa4d48449f69242Eb8F',
      'l1CrossDomainMessenger         0x610178dA211FEF7D417bC0e6FeD39F05609AD788',
      'l1StandardBridge               0x8A791620dd6260079BF849Dc5567aDC3F2FdC318',
      'l1ERC721Bridge                 0xa513E6E4b8f2a923D98304ec87F64353C4D5C853',
      'optimismMintableERC20Factory   0x2279B7A0a67DB372996a5FaB50D91eAA73d2eBe6',
      'disputeGameFactory             0x0B306BF915C4d645ff596e518fAf3F9669b97016',
      'superchainConfig               0xDc64a140Aa3E981100a9becA4E685f962f0cF6C9',
      'anchorStateRegistry            0x959922bE3CAee4b8Cd9a407cc3ac1C251C2007B1',
      'opcm                           0x0C0c0C0c0c0c0c0c0c0c0C0C0C0c0c0C0c0c0c0c',
      'proxyAdmin                     0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512',
      'delayedWETH                    0x9A9f2CCfdE556A7E9Ff0848998Aa4a0CFD8863AE',
      '',
      'ROLES',
      'batcher                        0xB1B1B1B1b1B1b1b1b1B1B1B1B1b1b1B1b1b1B1B1',
      'unsafeBlockSigner              0xC1C1c1c1C1C1C1c1c1C1C1C1c1C1C1C1c1C1c1c1',
      'owner                          0xA1A1a1a1A1A1A1A1A1a1a1a1a1a1A1A1a1A1a1a1',
      'guardian                       0xA3A3A3a3a3A3a3A3a3A3A3A3A3a3a3A3A3A3A3A3',
      'proxyAdminOwner                0xa2A2a2A2A2A2A2a2a2a2a2A2A2A2A2a2A2A2a2a2',
      'disputeGameFactoryOwner        0xa2A2a2A2A2A2A2a2a2a2a2A2A2A2A2a2A2A2a2a2',
      '',
      'GAME',
      'respected type                 8 (cannon-kona)',
      'implementation                 0x5eb3Bc0a489C5A8288765d2336659EbCA68FCd00',
      'version                        2.4.2',
      'absolute prestate              0x03cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',
      'vm                             0x0E801D84Fa97b50751Dbf25036d067dCf18858bF',
      'anchor                         0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0 at 0',
      'bond                           0.08 ETH',
      'registered types               0 (cannon), 1 (permissioned), 8 (cannon-kona)',
      '',
      'OTHER GAMES',
      `0 (cannon)                     0x9d4454B023096f34B160D6B654540c56A1F81688 (2.4.2) prestate 0x03${'bb'.repeat(31)}`,
      `1 (permissioned)               0x8f86403A4DE0BB5791fa46B8e795C547942fE4Cf (2.4.0) prestate 0x03${'aa'.repeat(31)} proposer 0xD1d1d1D1d1d1D1d1D1D1D1d1d1D1D1D1d1D1d1d1`,
      '',
      'IMPLEMENTATIONS',
      'systemConfig                   0x7777777777777777777777777777777777777777',
      'game                           0x5eb3Bc0a489C5A8288765d2336659EbCA68FCd00',
      '',
      'FLAGS',
      'paused                         no',
      '',
    ]);
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  it.each([
    ['v1.3.0', 'v1.3 (SystemConfig 1.12.0)', 'proven by outputs in an L2OutputOracle'],
    ['v1.8.0', 'v1.8 (SystemConfig 2.3.0)', '1 (permissioned)'],
    ['v3.0.0-permissionless', 'v3 (SystemConfig 2.5.0)', '0 (cannon)'],
    ['v4.1.0', 'v4.1 (SystemConfig 3.7.0)', '1 (permissioned)'],
    ['v5.0.0-upgraded-to-v6.0.0', 'v6 (SystemConfig 3.13.1)', '0 (cannon), 1 (permissioned), 8 (cannon-kona)'],
    ['v8-dev-2026-06-super', 'v7 (SystemConfig 3.14.2)', '5 (super-permissioned), 9 (super-cannon-kona)'],
  ])('reads contracts of %s', async (name, generation, game) => {
    const { code, out } = await discoverRecorded(name);
    expect(out).toContain(`${generation}\n`);
    expect(out).toContain(`${game}\n`);
    expect(code).toBe(0);
  });

  it('has no game to show where outputs go to an L2OutputOracle', async () => {
    const { out } = await discoverRecorded('v1.3.0');
    expect(out).not.toContain('GAME');
    expect(out).toMatch(/^l2OutputOracle +0x0B306BF915C4d645ff596e518fAf3F9669b97016$/m);
    expect(out).toMatch(/^proposer +0xD1d1d1D1d1d1D1d1D1D1D1d1d1D1D1D1d1D1d1d1$/m);
  });

  it('says that nobody can make a game of a type without implementation', async () => {
    const { out } = await discoverRecorded('v7.0.0', [], answers(GAME_IMPLS, word(0)));
    expect(out).toMatch(/^implementation +none: nobody can make a game of this type$/m);
    expect(out).toMatch(/^registered types +none$/m);
  });

  it('says that a chain is paused', async () => {
    const { out } = await discoverRecorded('v4.1.0', [], answers(PAUSED, word(1)));
    expect(out).toMatch(/^paused +yes$/m);
  });

  it('names what answers nonsense', async () => {
    const { code, out } = await discoverRecorded('v1.8.0', [], answers(GUARDIAN, `0x${'ff'.repeat(32)}`));
    expect(out).toMatch(
      /^COULD NOT BE READ\noptimismPortal\.guardian\(\) +does not answer, or with something that is not understood$/m,
    );
    expect(code).toBe(0);
  });

  it('gives programs all that discovery has found', async () => {
    const recording = readRecording('v6.0.0');
    await using l1 = await replayL1(recording);
    const found = await discover({ l1: l1.url, systemConfig: recording.systemConfig, expected: {} });
    const argv = ['discover', '--l1-rpc', l1.url, '--system-config', recording.systemConfig, '-o'];
    const standard = {
      release: 'op-contracts/v6.0.0',
      alike: ['op-contracts/v6.0.0-rc.2', 'op-contracts/v6.0.0-rc.1'],
      differences: [],
    };
    const shown = { ...found, standard, anchor: { root: `0x${'a0'.repeat(32)}`, l2SequenceNumber: '0' } };
    expect(JSON.parse((await opstack([...argv, 'json'])).out)).toEqual(shown);
    expect(parse((await opstack([...argv, 'yaml'])).out)).toEqual(shown);
  });

  it('finds contracts before v1.3 from their bridge', async () => {
    const bridge = '0x8A791620dd6260079BF849Dc5567aDC3F2FdC318';
    const { code, out } = await discoverRecorded('v1.2.0', ['--l1-standard-bridge', bridge]);
    expect(out).toMatch(/^l2OutputOracle +0x0B306BF915C4d645ff596e518fAf3F9669b97016$/m);
    expect(code).toBe(0);
  });

  it.each(['v1.4.0', 'v2.0.0', 'v6.0.0'])('shows the anchor that games of %s start from', async (name) => {
    const { out } = await discoverRecorded(name);
    expect(out).toMatch(/^anchor +0x(a0){32} at 0$/m);
  });

  it('takes an address all in lower case', async () => {
    const recording = readRecording('v6.0.0');
    await using l1 = await replayL1(recording);
    const address = recording.systemConfig.toLowerCase();
    const { out } = await opstack(['discover', '--l1-rpc', l1.url, '--system-config', address]);
    expect(out).toMatch(/^systemConfig +0x5FC8d32690cc91D4c39d9d3abcBD16989F875707$/m);
  });

  it('says when the contracts are too old to tell for which chain they are', async () => {
    const { code, err } = await discoverRecorded('v1.3.0', ['--l2-chain-id', '902']);
    expect(err).toBe('warning: these contracts do not say which L2 chain they are for: not compared with 902.\n');
    expect(code).toBe(0);
  });

  it('ends at Ctrl-C', async () => {
    const stop = new AbortController();
    await using l1 = await answering(() => {
      stop.abort();
      return 'hang';
    });
    const { systemConfig } = readRecording('v6.0.0');
    const argv = ['discover', '--l1-rpc', l1.url, '--system-config', systemConfig];
    expect(await opstack(argv, { signal: stop.signal })).toEqual({ code: 1, out: '', err: '' });
  });
});

describe('opstack discover --network', () => {
  const DIFFERENT = `0x${'99'.repeat(20)}`;
  const recording = readRecording('v7.0.0');
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opstack-discover-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** A registry file with the chain of the recording as `acme/one`, but for what a test says otherwise. */
  async function registryWith(addresses: Readonly<Record<string, string>>, more: object = {}): Promise<string> {
    const chain = loadRegistry().find('sepolia/unichain');
    const one = {
      ...chain,
      l1_chain_id: 900,
      chain_id: 901,
      genesis: {
        ...chain?.genesis,
        system_config: {
          ...chain?.genesis.system_config,
          batcherAddress: '0xB1B1B1B1b1B1b1b1b1B1B1B1B1b1b1B1b1b1B1B1',
        },
      },
      addresses: {
        SystemConfigProxy: recording.systemConfig,
        OptimismPortalProxy: '0x0165878A594ca255338adfa4d48449f69242Eb8F',
        L1StandardBridgeProxy: '0x8A791620dd6260079BF849Dc5567aDC3F2FdC318',
        SuperchainConfig: '0xDc64a140Aa3E981100a9becA4E685f962f0cF6C9',
        EthLockboxProxy: DIFFERENT,
        ...addresses,
      },
      ...more,
    };
    const path = join(folder, 'registry.json');
    await writeFile(path, JSON.stringify({ source: 'us', license: 'ours', chains: { 'acme/one': one } }));
    return path;
  }

  async function discoverNamed(registry: string, ...more: string[]) {
    await using l1 = await replayL1(recording);
    return await opstack(['discover', '--network', 'acme/one', '--registry', registry, '--l1-rpc', l1.url, ...more]);
  }

  it('says that L1 has what the registry has, as far as both have it', async () => {
    const { code, out } = await discoverNamed(await registryWith({}));
    expect(out).toMatch(/^All 5 addresses that the superchain registry has of acme\/one, too, are the same\.$/m);
    expect(code).toBe(0);
  });

  it('shows both values where contracts and roles differ', async () => {
    const registry = await registryWith({ DelayedWETHProxy: DIFFERENT, UnsafeBlockSigner: DIFFERENT });
    const { code, out } = await discoverNamed(registry);
    expect(out.split('\n').slice(-5)).toEqual([
      "2 of 7 addresses differ from the superchain registry's acme/one:",
      'FIELD                     REGISTRY                                     L1',
      `addresses.delayedWETH     ${DIFFERENT}   0x9A9f2CCfdE556A7E9Ff0848998Aa4a0CFD8863AE`,
      `roles.unsafeBlockSigner   ${DIFFERENT}   0xC1C1c1c1C1C1C1c1c1C1C1C1c1C1C1C1c1C1c1c1`,
      '',
    ]);
    expect(code).toBe(0);
  });

  it('gives programs the differences, with a word where they may mean nothing', async () => {
    const genesis = loadRegistry().find('sepolia/unichain')?.genesis;
    const registry = await registryWith({}, { genesis });
    const { out } = await discoverNamed(registry, '-o', 'json');
    const { differences, roles } = JSON.parse(out) as { differences: object[]; roles: { batcher: string } };
    expect(differences).toEqual([
      {
        field: 'roles.batcher',
        registry: genesis?.system_config.batcherAddress,
        note: 'the registry has the one of genesis',
        l1: roles.batcher,
      },
    ]);
    const same = await discoverNamed(await registryWith({}), '-o', 'json');
    expect(JSON.parse(same.out)).toMatchObject({ generation: 'v7', differences: [] });
  });

  it.each([
    ['L1', { l1_chain_id: 17_000 }, 'the L1 endpoint serves chain 900, the network settles on chain 17000.'],
    ['chain', { chain_id: 902 }, 'belongs to chain 901, the network is chain 902.'],
  ])('refuses another %s than the registry has', async (_, more, message) => {
    const { code, err } = await discoverNamed(await registryWith({}, more));
    expect(err).toContain(message);
    expect(err).toMatch(
      /next: give --l1-rpc an endpoint of L1 chain \d+, where acme\/one settles, or another --network/,
    );
    expect(code).toBe(1);
  });

  it('knows the built-in chains', async () => {
    await using l1 = await replayL1(recording);
    const { code, err } = await opstack(['discover', '--network', 'sepolia/op', '--l1-rpc', l1.url]);
    expect(err).toContain('the L1 endpoint serves chain 900, the network settles on chain 11155111.');
    expect(code).toBe(1);
  });
});

describe('opstack discover refuses', () => {
  const { systemConfig } = readRecording('v1.8.0');
  const url = ['--l1-rpc', 'http://127.0.0.1:1'];

  it.each<[string, readonly string[], ...string[]]>([
    [
      'to guess L1',
      ['--system-config', systemConfig],
      'No L1 endpoint is given',
      'next: --l1-rpc <url>, or OPSTACK_L1_RPC',
    ],
    ['to guess the chain', url, 'Which chain?', 'next: --system-config <address>, or --network <superchain>/<chain>'],
    [
      'a registry that nothing is looked up in',
      [...url, '--system-config', systemConfig, '--registry', 'chains.json'],
      '--registry is of use with --network only',
    ],
    [
      'web sockets',
      ['--l1-rpc', 'wss://l1.example.com', '--system-config', systemConfig],
      '--l1-rpc (or OPSTACK_L1_RPC) is not a http or https URL',
    ],
    [
      'a short address',
      [...url, '--system-config', '0x12'],
      "option '--system-config <address>' argument '0x12' is invalid. It must be 0x and 40 hexadecimal digits.",
    ],
    [
      'an address with a digit that is wrong',
      [...url, '--system-config', systemConfig.replace(/7$/, '8')],
      `--system-config: the checksum of ${systemConfig.replace(/7$/, '8')} is wrong`,
      'next: copy the address again',
    ],
    [
      'a chain id that is none',
      [...url, '--system-config', systemConfig, '--l2-chain-id', '0x385'],
      "option '--l2-chain-id <id>' argument '0x385' is invalid. It must be a whole number above 0.",
    ],
    [
      'a name with a slip of the pen',
      [...url, '--network', 'sepola/op'],
      'the superchain registry has no chain "sepola/op"',
      'next: Did you mean mainnet/op or sepolia/op?',
    ],
    [
      'a name that is like none',
      [...url, '--network', 'acme'],
      'the superchain registry has no chain "acme"',
      'next: Names are <superchain>/<chain>, with one of the superchains mainnet, sepolia, sepolia-devnet-2',
    ],
    [
      'an address beside a name',
      [...url, '--network', 'sepolia/op', '--system-config', systemConfig],
      "option '--network <name>' cannot be used with option '--system-config <address>'",
    ],
  ])('%s', async (_, argv, ...messages) => {
    const { code, out, err } = await opstack(['discover', ...argv]);
    for (const message of messages) expect(err).toContain(message);
    expect(out).toBe('');
    expect(code).toBe(2);
  });

  const others = readRecording('v1.8.0').others;
  it.each<[string, string, string]>([
    ['an address without code', others?.noCode ?? '', 'the address has no code at block 46'],
    [
      'the implementation',
      others?.implementation ?? '',
      'looks like the implementation of a SystemConfig, not its proxy',
    ],
    ['an empty proxy', others?.emptyProxy ?? '', 'is a proxy without implementation'],
    ['another contract', '0x0165878A594ca255338adfa4d48449f69242Eb8F', 'but is not a SystemConfig'],
  ])('%s, with the option to set', async (_, address, message) => {
    await using l1 = await replayL1(readRecording('v1.8.0'));
    const { code, err } = await opstack(['discover', '--l1-rpc', l1.url, '--system-config', address]);
    expect(err).toContain(message);
    expect(err).toContain('next: give --system-config the SystemConfigProxy of the chain');
    expect(err).not.toContain('spec.');
    expect(code).toBe(1);
  });

  it('contracts of another chain than --l2-chain-id', async () => {
    const { code, err } = await discoverRecorded('v7.0.0', ['--l2-chain-id', '902']);
    expect(err).toContain('belongs to chain 901, the network is chain 902.');
    expect(code).toBe(1);
  });

  it('contracts before v1.3', async () => {
    const { code, err } = await discoverRecorded('v1.2.0');
    expect(err).toContain('(version 1.11.0) is older than v1.3');
    expect(err).toContain('next: name its --l1-standard-bridge as well');
    expect(code).toBe(1);
  });

  it('contracts that are younger than the block that is read', async () => {
    const young: Overrides = ({ method, params }) =>
      method === 'eth_getCode' && params[1] !== 'latest'
        ? { result: '0x' }
        : answers(START_BLOCK, `0x${'2f'.padStart(64, '0')}`)({ method, params, id: 0 });
    const { code, err } = await discoverRecorded('v1.8.0', [], young);
    expect(err).toContain('was deployed after L1 block 42');
    expect(err).toContain('next: wait some blocks, then try again');
    expect(code).toBe(1);
  });

  it('an L1 that has pruned its state', async () => {
    const pruned: Overrides = ({ method }) =>
      method === 'eth_getStorageAt' ? { error: { code: -32000, message: 'missing trie node' } } : undefined;
    const { code, err } = await discoverRecorded('v1.8.0', [], pruned);
    expect(err).toContain('L1 does not give the contracts at block 46');
    expect(err).toContain('keeps the state back to the finalized block');
    expect(code).toBe(1);
  });

  it('an L1 that does not say which chain it is', async () => {
    const silent: Overrides = ({ method }) => (method === 'eth_chainId' ? { result: null } : undefined);
    const { code, err } = await discoverRecorded('v1.8.0', [], silent);
    expect(err).toContain('answered eth_chainId with something unexpected');
    expect(err).toContain('next: check that --l1-rpc is an execution client of L1');
    expect(code).toBe(1);
  });
});

describe('opstack discover and the secret in the URL of L1', () => {
  const CANARY = /c4n4ry/i;
  const recording = readRecording('v7.0.0');
  const secretUrl = (url: string) =>
    `${url.replace('http://', 'http://c4n4ry-user:c4n4ry-password@')}/v2/c4n4ry-path?apikey=c4n4ry-query`;
  const shown = async (url: string, more: readonly string[] = [], seat: Seat = {}) => {
    const argv = ['discover', '--l1-rpc', secretUrl(url), '--system-config', recording.systemConfig, ...more];
    const { code, out, err } = await opstack(argv, seat);
    expect(out + err).not.toMatch(CANARY);
    return { code, out, err };
  };

  it.each(['table', 'json', 'yaml'])('does not show it in results as %s', async (output) => {
    await using l1 = await replayL1(recording);
    expect((await shown(l1.url, ['-o', output])).code).toBe(0);
  });

  it('does not show it when L1 cannot be reached', async () => {
    const { code, err } = await shown('http://127.0.0.1:1');
    expect(err).toContain('L1 cannot be read: 127.0.0.1:1: a batch of 10 calls: ');
    expect(err).toContain('next: check --l1-rpc, and that it can be reached from here');
    expect(code).toBe(1);
  });

  it.each([
    [401, 'next: check the key or password in the URL of --l1-rpc'],
    [404, 'next: check that --l1-rpc is an execution client of L1'],
    [500, 'next: check --l1-rpc, and that it can be reached from here'],
  ])('does not show it when L1 repeats it with HTTP %d', async (status, next) => {
    await using l1 = await answering(({ path }) => ({
      status,
      body: `no ${path} for c4n4ry-user with c4n4ry-password`,
    }));
    const { code, err } = await shown(l1.url);
    expect(err).toContain(`HTTP ${status}`);
    expect(err).toContain(next);
    expect(code).toBe(1);
  });

  it('does not show it when L1 repeats it in an error', async () => {
    await using l1 = await replayL1(recording, () => ({
      error: { code: -32000, message: 'key c4n4ry-path is used up' },
    }));
    const { code, err } = await shown(l1.url);
    expect(err).toContain('key *** is used up');
    expect(code).toBe(1);
  });

  it.each<[string, readonly string[]]>([
    ['the wrong option', ['--system-config', secretUrl('http://l1.example.com')]],
    ['the other wrong option', ['--l1-rpc', 'http://127.0.0.1:1', '--network', secretUrl('http://l1.example.com')]],
    ['an option that is not there', [`--l1-rcp=${secretUrl('http://l1.example.com')}`]],
    ['no option', [secretUrl('http://l1.example.com'), 'and-more']],
    [
      'another format',
      ['--l1-rpc', secretUrl('ws://l1.example.com').replace('ws:', 'wss:'), '--network', 'sepolia/op'],
    ],
    ['a format of output', ['-o', secretUrl('http://l1.example.com')]],
  ])('does not show it in %s', async (_, argv) => {
    const { code, out, err } = await opstack(['discover', ...argv]);
    expect(err).toContain('error: ');
    expect(out + err).not.toMatch(CANARY);
    expect(code).toBe(2);
  });

  it('takes it from the environment, and shows it neither in help', async () => {
    await using l1 = await replayL1(recording);
    const env = { ...process.env, OPSTACK_L1_RPC: secretUrl(l1.url) };
    const argv = [MAIN, 'discover', '--system-config', recording.systemConfig, '-o', 'json'];
    const { stdout, stderr } = await run(process.execPath, argv, { env });
    expect(JSON.parse(stdout)).toMatchObject({ generation: 'v7', l1ChainId: 900 });
    const help = await run(process.execPath, [MAIN, 'discover', '--help'], { env });
    expect(help.stdout).toContain('OPSTACK_L1_RPC');
    expect(stdout + stderr + help.stdout + help.stderr).not.toMatch(CANARY);
  });
});
