import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { discover } from '../../src/chain/discovery/discover.ts';
import { type Recording, readRecording, replayL1 } from './l1-replay.ts';

const find = (url: string, recording: Recording, systemConfig = recording.systemConfig) =>
  discover({ l1: url, systemConfig, expected: { l1ChainId: 900, l2ChainId: 901 } });

describe('discovery of the contracts that the devnet deploys', () => {
  it('finds contracts, roles and game in three round trips', async () => {
    const recording = readRecording<Recording & { addresses: Record<string, string>; roles: Record<string, string> }>(
      'contracts-bedrock-0.17.3',
    );
    await using l1 = await replayL1(recording);
    const { addresses: a, roles: r } = recording;
    const game = {
      type: 1,
      implementation: a['PermissionedDisputeGame'],
      version: '1.2.0',
      absolutePrestate: '0x1caa654870e51f13e3e452a1ef2b2f50123d5b6d47b4b8219ee7b5f6b4faa56e',
      vm: a['Mips'],
      delayedWETH: a['DelayedWETHProxy'],
      anchorStateRegistry: a['AnchorStateRegistryProxy'],
      l2ChainId: '901',
      proposer: r['proposer'],
      challenger: r['challenger'],
      initBondWei: '80000000000000000',
    };
    expect(await find(l1.url, recording)).toEqual({
      generation: 'v1.4',
      version: '2.3.0-beta.2',
      l1ChainId: 900,
      blockNumber: 500,
      blockHash: recording.block.hash,
      addresses: {
        systemConfig: a['SystemConfigProxy'],
        optimismPortal: a['OptimismPortal2Proxy'],
        l1CrossDomainMessenger: a['L1CrossDomainMessengerProxy'],
        l1StandardBridge: a['L1StandardBridgeProxy'],
        l1ERC721Bridge: a['L1ERC721BridgeProxy'],
        optimismMintableERC20Factory: a['OptimismMintableERC20FactoryProxy'],
        disputeGameFactory: a['DisputeGameFactoryProxy'],
        anchorStateRegistry: a['AnchorStateRegistryProxy'],
        delayedWETH: a['DelayedWETHProxy'],
        superchainConfig: a['SuperchainConfigProxy'],
        proxyAdmin: a['ProxyAdmin'],
        addressManager: a['AddressManager'],
      },
      roles: {
        // Recorded after the rotation of the batcher.
        batcher: r['batcher2'],
        unsafeBlockSigner: r['seqSigner'],
        owner: r['deployer'],
        proposer: r['proposer'],
        challenger: r['challenger'],
        guardian: r['guardian'],
        proxyAdminOwner: r['deployer'],
        disputeGameFactoryOwner: r['deployer'],
      },
      given: [],
      versions: expect.objectContaining({ systemConfig: '2.3.0-beta.2' }),
      implementations: expect.objectContaining({ game: a['PermissionedDisputeGame'] }),
      mode: 'disputeGames',
      registeredGameTypes: [1],
      gameType: 1,
      respectedGame: game,
      games: [game],
      gasLimit: '60000000',
      startBlock: 1,
      l2ChainId: '901',
      paused: false,
      isUnknownVersion: false,
      unreadable: [],
      contradictions: [],
    });
    expect(l1.requests).toBe(3);
  });

  it('finds what the deployment reported, from the address of SystemConfig alone (fixtures/devnet/l1.json)', async () => {
    const deployed = JSON.parse(readFileSync(new URL('fixtures/devnet/l1.json', import.meta.url), 'utf8')) as {
      readonly roles: Record<string, string>;
      readonly contracts: Record<string, string>;
      readonly check: Record<string, string | number>;
    };
    const { roles, contracts, check } = deployed;
    await using l1 = await replayL1(readRecording('contracts-bedrock-0.17.3'));
    const found = await find(l1.url, readRecording('contracts-bedrock-0.17.3'), contracts['SystemConfigProxy']);
    for (const [name, address] of Object.entries(found.addresses)) {
      const reported = Object.entries(contracts).find(([, other]) => other === address)?.[0] ?? 'nothing';
      expect(reported.replace(/2?Proxy$/, '').toLowerCase()).toBe(name.toLowerCase());
    }
    expect([found.version, found.roles['owner'], Number(found.gasLimit), found.startBlock]).toEqual([
      check['version'],
      check['owner'],
      check['gasLimit'],
      check['startBlock'],
    ]);
    // The batcher was another one by then.
    expect([found.roles['batcher'], found.roles['unsafeBlockSigner']]).toEqual([roles['batcher2'], roles['seqSigner']]);
  });
});

describe('discovery refuses what is not the chain', () => {
  const recording = readRecording('v1.8.0');
  const others = recording.others;

  it.each<[string, string, RegExp]>([
    [
      'an address without code',
      others?.noCode ?? '',
      /there is no contract at .* on L1 chain 900: the address has no code/,
    ],
    [
      'the implementation',
      others?.implementation ?? '',
      /looks like the implementation of a SystemConfig, not its proxy/,
    ],
    ['a proxy without implementation', others?.emptyProxy ?? '', /is a proxy without implementation/],
    ['another contract', '0x0165878A594ca255338adfa4d48449f69242Eb8F', /has code on L1, but is not a SystemConfig/],
  ])('%s', async (_, address, message) => {
    expect(address).toMatch(/^0x/);
    await using l1 = await replayL1(recording);
    await expect(find(l1.url, recording, address)).rejects.toMatchObject({
      type: 'ChainMismatch',
      message: expect.stringMatching(message),
      fix: expect.stringContaining('spec.contracts.systemConfig'),
    });
  });

  it("also the implementation of every generation, whose values are nobody's", async () => {
    for (const name of ['v1.3.0', 'v1.4.0', 'v2.0.0', 'v4.0.0', 'v7.0.0']) {
      const generation = readRecording(name);
      await using l1 = await replayL1(generation);
      await expect(find(l1.url, generation, generation.others?.implementation ?? '')).rejects.toMatchObject({
        message: expect.stringContaining('not its proxy'),
      });
    }
  });

  it('another L1, with both chain ids', async () => {
    await using l1 = await replayL1(recording);
    await expect(
      discover({ l1: l1.url, systemConfig: recording.systemConfig, expected: { l1ChainId: 1 } }),
    ).rejects.toMatchObject({
      type: 'ChainMismatch',
      message: 'the L1 endpoint serves chain 900, the network settles on chain 1.',
    });
  });

  it('contracts of another L2', async () => {
    const v7 = readRecording('v7.0.0');
    await using l1 = await replayL1(v7);
    await expect(
      discover({ l1: l1.url, systemConfig: v7.systemConfig, expected: { l1ChainId: 900, l2ChainId: 902 } }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('belongs to chain 901, the network is chain 902'),
    });
  });

  it.each([
    ['batcherHash()', '0xe81b2c6d', /is not initialised: its batcher is the zero address/],
    ['optimismPortal()', '0x0a49cb03', /is not initialised: its portal is the zero address/],
  ])('a SystemConfig whose %s is zero', async (_, selector, message) => {
    await using l1 = await replayL1(recording, ({ method, params }) =>
      method === 'eth_call' && (params[0] as { data: string }).data === selector
        ? { result: `0x${'00'.repeat(32)}` }
        : undefined,
    );
    await expect(find(l1.url, recording)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });
});

describe('discovery and the L1 endpoint', () => {
  const recording = readRecording('v1.8.0');
  const pruned = {
    error: {
      code: -32000,
      message: 'missing trie node d67e4d450343046425ae4271474353857ab860dbc0a1dde64b41b5cd3a532bf3',
    },
  };
  const tagged =
    (tag: string) =>
    ({ method, params }: { method: string; params: readonly unknown[] }) =>
      method.startsWith('eth_get') && params.includes(tag)
        ? { error: { code: -39001, message: `${tag} block not found` } }
        : undefined;

  it('a half-answer is an error: a call that fails without a revert ends it', async () => {
    await using l1 = await replayL1(recording, ({ method, params }) =>
      method === 'eth_call' && params[1] !== 'latest' && (params[0] as { data: string }).data === '0x8da5cb5b'
        ? pruned
        : undefined,
    );
    await expect(find(l1.url, recording)).rejects.toMatchObject({
      type: 'L1Unavailable',
      message: expect.stringMatching(/L1 does not give the contracts at block 46: .*missing trie node/),
      fix: expect.stringContaining('archive'),
    });
  });

  it('storage that cannot be read is an error too', async () => {
    await using l1 = await replayL1(recording, ({ method }) => (method === 'eth_getStorageAt' ? pruned : undefined));
    await expect(find(l1.url, recording)).rejects.toMatchObject({ type: 'L1Unavailable' });
  });

  it('reads at the safe block where none is finalized, and below the head where none is safe', async () => {
    const asked: unknown[] = [];
    const watching =
      (answer: ReturnType<typeof tagged>) => (request: { method: string; params: readonly unknown[] }) => {
        asked.push(request.params.at(-1));
        return answer(request);
      };
    await using noFinalized = await replayL1(recording, watching(tagged('finalized')));
    expect(await find(noFinalized.url, recording)).toMatchObject({ blockNumber: 46 });
    await using none = await replayL1(
      recording,
      watching((request) => tagged('finalized')(request) ?? tagged('safe')(request)),
    );
    const at = await discover({
      l1: none.url,
      systemConfig: recording.systemConfig,
      expected: { l1ChainId: 900 },
      confirmations: 6,
    });
    expect(at.blockNumber).toBe(40);
    expect(asked).toContain('0x28');
  });

  it('waits for contracts that are younger than the last block that is deep enough', async () => {
    const startBlock = '0x48cd4cb1';
    await using l1 = await replayL1(recording, ({ method, params }) => {
      if (method === 'eth_getCode' && params[1] !== 'latest') return { result: '0x' };
      const isStartBlock = method === 'eth_call' && (params[0] as { data: string }).data === startBlock;
      return isStartBlock ? { result: `0x${'2f'.padStart(64, '0')}` } : undefined;
    });
    await expect(find(l1.url, recording)).rejects.toMatchObject({
      type: 'NotReadyYet',
      message: expect.stringContaining('was deployed after L1 block 42'),
    });
  });

  it('reads everything after the first round trip at one block', async () => {
    const blocks = new Set<unknown>();
    await using l1 = await replayL1(recording, ({ method, params }) => {
      if (l1.requests > 1 && (method === 'eth_call' || method === 'eth_getStorageAt')) blocks.add(params.at(-1));
      return undefined;
    });
    await find(l1.url, recording);
    expect([...blocks]).toEqual(['0x2e']);
  });

  it('goes by the addresses of the pinned block when an upgrade has changed them since', async () => {
    const moved = `0x${'00'.repeat(12)}${'99'.repeat(20)}`;
    await using l1 = await replayL1(recording, ({ method, params }) =>
      method === 'eth_call' && params[1] === 'latest' ? { result: moved } : undefined,
    );
    const { addresses, gameType } = await find(l1.url, recording);
    expect(addresses['optimismPortal']).toBe('0x0165878A594ca255338adfa4d48449f69242Eb8F');
    expect(gameType).toBe(1);
    expect(l1.requests).toBe(4);
  });

  it('takes a getter that succeeds with nothing for absent, as contracts with a fallback answer', async () => {
    await using l1 = await replayL1(recording, ({ method, params }) =>
      method === 'eth_call' && (params[0] as { data: string }).data === '0xd6ae3cd5' ? { result: '0x' } : undefined,
    );
    expect(await find(l1.url, recording)).toMatchObject({ generation: 'v1.8', unreadable: [] });
  });

  it('reports a getter that answers nonsense, and never an address made of it', async () => {
    await using l1 = await replayL1(recording, ({ method, params }) =>
      method === 'eth_call' && (params[0] as { data: string }).data === '0x452a9320'
        ? { result: `0x${'ff'.repeat(32)}` }
        : undefined,
    );
    const { roles, unreadable } = await find(l1.url, recording);
    expect(unreadable).toContain('optimismPortal.guardian()');
    expect(roles.guardian).toBeUndefined();
  });

  it('works one call at a time where the endpoint does not take batches', async () => {
    await using l1 = await replayL1(recording, undefined, { batches: false });
    expect(await find(l1.url, recording)).toMatchObject({ generation: 'v1.8', gameType: 1 });
  });

  it('reads the hash of the L1 genesis block along', async () => {
    await using l1 = await replayL1(recording);
    const found = await discover({
      l1: l1.url,
      systemConfig: recording.systemConfig,
      expected: { l1ChainId: 900 },
      l1GenesisNumber: 7,
    });
    expect(found.l1GenesisHash).toBe(recording.block.hash);
    expect(l1.requests).toBe(3);
  });

  it('does not show the key of an endpoint that does not answer', async () => {
    const failure = discover({
      l1: 'http://127.0.0.1:1/v2/c4n4ry-s3cret',
      systemConfig: recording.systemConfig,
      expected: { l1ChainId: 900 },
    });
    const error = await failure.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ type: 'L1Unavailable', message: expect.stringContaining('127.0.0.1:1') });
    expect(`${String(error)}${JSON.stringify(error)}`).not.toContain('c4n4ry');
  });
});
