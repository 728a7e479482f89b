/** Services whose keys are with an op-signer. */
import { computeAddress } from 'ethers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { rpc } from './testing/rpc.ts';
import {
  makeSignerFiles,
  SIGNER_FOLDER,
  SIGNER_PORT,
  type SignerFiles,
  type SignerRow,
  signerEnv,
  type TlsFiles,
} from './testing/signer-files.ts';
import { safeAt, unsafeAt } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startNode, startSequencing, type TestNode } from './testing/test-chain.ts';
import { newAddress, runContainer, type TestContainer } from './testing/test-pod.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
beforeAll(async () => {
  bed = await startTestBed();
});
afterAll(() => bed?.stop());

interface TestSigner {
  readonly files: SignerFiles;
  start(): Promise<TestContainer>;
}

/** An op-signer of the chain, at an address that stays. */
async function signerOf(chain: TestChain, rows: readonly SignerRow[]): Promise<TestSigner> {
  const files = await makeSignerFiles('signer', rows);
  const address = newAddress();
  return {
    files,
    async start() {
      const container = runContainer(chain.cluster, {
        name: 'signer',
        image: 'op-signer:v1.6.2',
        argv: ['op-signer'],
        env: signerEnv,
        files: mounted(SIGNER_FOLDER, files.server),
        address,
      });
      await eventually('the signer', () => container.logs.some((line) => line.includes('Started op-signer')));
      return container;
    },
  };
}

const mounted = (folder: string, content: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(content).map(([name, text]) => [`${folder}/${name}`, text]));

const otherAuthority = () => makeSignerFiles('signer', []);

const clientEnv = (prefix: string, privateKey: string): Record<string, string> => ({
  [`${prefix}_SIGNER_ENDPOINT`]: `https://signer:${SIGNER_PORT}`,
  [`${prefix}_SIGNER_ADDRESS`]: computeAddress(privateKey),
  [`${prefix}_SIGNER_TLS_CA`]: '/tls/ca.crt',
  [`${prefix}_SIGNER_TLS_CERT`]: '/tls/tls.crt',
  [`${prefix}_SIGNER_TLS_KEY`]: '/tls/tls.key',
});

const batcherRow = ({ deployment, files }: TestChain): SignerRow => ({
  client: 'batcher.chains',
  privateKey: deployment.keys.batcher,
  toAddresses: [String(files.rollup['batch_inbox_address'])],
});

function remoteBatcher(chain: TestChain, node: TestNode, tls: TlsFiles | Record<string, string>, more = {}) {
  const env = { OP_BATCHER_PRIVATE_KEY: '', ...clientEnv('OP_BATCHER', chain.deployment.keys.batcher), ...more };
  const files = mounted('/tls', tls);
  return { files, batcher: startBatcher(chain, node, { env, files }) };
}

const signedBy = (signer: TestContainer, client: string) =>
  signer.logs.filter((line) => line.includes('msg="Signed transaction"') && line.includes(`client.name=${client}`))
    .length;
const isSaid = (container: TestContainer, text: string) => () => container.logs.some((line) => line.includes(text));

describe.concurrent('a batcher with a remote signer', () => {
  async function sequencing(): Promise<{ chain: TestChain; node: TestNode }> {
    const chain = await bed.chain();
    const node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, true) });
    await startSequencing(node);
    return { chain, node };
  }

  test('has its batches signed, with a renewed certificate too, and without a restart', async () => {
    const { chain, node } = await sequencing();
    // The signer's log tells the certificates apart by their name.
    const { files, start } = await signerOf(chain, [
      batcherRow(chain),
      { ...batcherRow(chain), client: 'batcher-renewed.chains' },
    ]);
    const signer = await start();
    const { files: mount, batcher } = remoteBatcher(chain, node, await files.client('batcher.chains'));
    await safeAt(node.rpcUrl, 1);
    expect(signedBy(signer, 'batcher.chains')).toBeGreaterThan(0);
    Object.assign(mount, mounted('/tls', await files.client('batcher-renewed.chains')));
    await eventually('a batch with the renewed certificate', () => signedBy(signer, 'batcher-renewed.chains') > 0);
    expect(batcher.logs.filter((line) => line.includes('certman: certificate and key loaded'))).toHaveLength(2);
    const sent = chain.ledger.events().flatMap((event) => (event.type === 'batch-submitted' ? [event.address] : []));
    expect(new Set(sent)).toEqual(new Set([computeAddress(chain.deployment.keys.batcher)]));
    expect(chain.referee.violations()).toEqual([]);
  });

  test('keeps the old certificate while the files do not fit each other', async () => {
    const { chain, node } = await sequencing();
    const { files, start } = await signerOf(chain, [batcherRow(chain)]);
    const signer = await start();
    const { files: mount, batcher } = remoteBatcher(chain, node, await files.client('batcher.chains'));
    await safeAt(node.rpcUrl, 1);
    mount['/tls/tls.key'] = (await files.client('batcher.chains'))['tls.key'];
    await eventually('the complaint', isSaid(batcher, "certman: can't load cert or key file"));
    const before = signedBy(signer, 'batcher.chains');
    await eventually('more batches', () => signedBy(signer, 'batcher.chains') > before + 1);
  });

  test('sends nothing while the signer is away, and goes on when it is back', async () => {
    const { chain, node } = await sequencing();
    const { files, start } = await signerOf(chain, [batcherRow(chain)]);
    const first = await start();
    const { batcher } = remoteBatcher(chain, node, await files.client('batcher.chains'));
    await safeAt(node.rpcUrl, 1);
    await first.kill();
    const failure = 'msg="Failed to create a transaction, will retry"';
    const line = await eventually('the complaint', () => batcher.logs.find((text) => text.includes(failure)));
    expect(line).toMatch(/eth_signTransaction failed: Post \\"https:\/\/signer:8080\\": .*connection refused/);
    const signer = await start();
    await eventually('a batch', () => signedBy(signer, 'batcher.chains') > 0);
    expect(await batcher.terminate()).toBe(0);
  });

  test('sends nothing to where the signer does not let it', async () => {
    const { chain, node } = await sequencing();
    const { files, start } = await signerOf(chain, [{ ...batcherRow(chain), toAddresses: [`0x${'dd'.repeat(20)}`] }]);
    await start();
    const { batcher } = remoteBatcher(chain, node, await files.client('batcher.chains'));
    await eventually('the refusal', isSaid(batcher, 'eth_signTransaction failed: to address not authorized'));
  });

  const unauthorised = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
  test.each<[string, (files: SignerFiles) => Promise<Record<string, string>>, string]>([
    [
      'has no authority to know the signer by',
      async () => ({}),
      'failed to read tls.ca: open /tls/ca.crt: no such file or directory',
    ],
    [
      'has another authority than the signer',
      async (files) => ({
        ...(await files.client('batcher.chains')),
        'ca.crt': (await otherAuthority()).server['ca.crt'] ?? '',
      }),
      unauthorised,
    ],
    [
      'has no certificate of its own',
      async (files) => ({ 'ca.crt': files.server['ca.crt'] ?? '' }),
      '401 Unauthorized: client certificate was not provided',
    ],
    [
      'has a certificate of another authority',
      async (files) => ({
        ...(await (await otherAuthority()).client('batcher.chains')),
        'ca.crt': files.server['ca.crt'] ?? '',
      }),
      'EOF',
    ],
  ])('ends with the reason when it %s', async (_, tlsOf, why) => {
    const { chain, node } = await sequencing();
    const { files, start } = await signerOf(chain, [batcherRow(chain)]);
    await start();
    const { batcher } = remoteBatcher(chain, node, await tlsOf(files));
    expect(await batcher.exit).toBe(1);
    const last = batcher.logs.at(-1);
    expect(last).toContain(
      'failed to setup: failed to init Tx manager: could not init signer: failed to create the signer client: ',
    );
    expect(last).toContain(why);
  });

  test.each([
    [
      'a key of its own as well',
      { OP_BATCHER_PRIVATE_KEY: '11'.repeat(32) },
      'can only provide at most one of: [private key, mnemonic, remote signer]',
    ],
    ['no address', { OP_BATCHER_SIGNER_ADDRESS: '' }, 'signer endpoint and address must both be set or not set'],
  ])('ends with %s', async (_, env, why) => {
    const chain = await bed.chain();
    const node = { ethUrl: 'http://127.0.0.1:1', rpcUrl: 'http://127.0.0.1:1' } as TestNode;
    const { batcher } = remoteBatcher(chain, node, {}, env);
    expect(await batcher.exit).toBe(1);
    expect(batcher.logs.at(-1)).toContain(`message="failed to setup: invalid CLI flags: ${why}"`);
  });
});

describe.concurrent('a sequencer with a remote signer', () => {
  const withoutKey = (chain: TestChain): Record<string, string> => ({
    ...sequencerEnv(chain, true),
    ...clientEnv('OP_NODE', chain.deployment.keys.sequencerSigner),
    OP_NODE_P2P_SEQUENCER_KEY: '',
  });
  const sequencerRow = ({ deployment }: TestChain): SignerRow => ({
    client: 'sequencer.chains',
    privateKey: deployment.keys.sequencerSigner,
    chainID: deployment.l2ChainId,
  });

  test('gossips blocks that its followers accept', async () => {
    const chain = await bed.chain();
    const { files, start } = await signerOf(chain, [sequencerRow(chain)]);
    await start();
    const tls = mounted('/tls', await files.client('sequencer.chains'));
    const node = await startNode(chain, 'sequencer', { env: withoutKey(chain), files: tls });
    const follower = await startNode(chain, 'replica', { peers: ['sequencer'] });
    await startSequencing(node, 1);
    await unsafeAt(follower.rpcUrl, 3);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('goes on alone while the signer is away', async () => {
    const chain = await bed.chain();
    const { files, start } = await signerOf(chain, [sequencerRow(chain)]);
    const signer = await start();
    const tls = mounted('/tls', await files.client('sequencer.chains'));
    const node = await startNode(chain, 'sequencer', { env: withoutKey(chain), files: tls });
    await startSequencing(node);
    await unsafeAt(node.rpcUrl, 1);
    await signer.kill();
    const err = 'failed to sign execution payload with signer: opsigner_signBlockPayload failed: ';
    await eventually('the complaint', isSaid(node.node, err));
    const { unsafe_l2 } = await rpc<{ unsafe_l2: { number: number } }>(node.rpcUrl, 'optimism_syncStatus');
    await unsafeAt(node.rpcUrl, unsafe_l2.number + 2);
  });

  test('publishes nothing when the signer signs with another key than it says', async () => {
    const chain = await bed.chain();
    const { sequencerSigner, challenger } = chain.deployment.keys;
    const row = { ...sequencerRow(chain), privateKey: challenger, fromAddress: computeAddress(sequencerSigner) };
    const { files, start } = await signerOf(chain, [row]);
    await start();
    const tls = mounted('/tls', await files.client('sequencer.chains'));
    const node = await startNode(chain, 'sequencer', { env: withoutKey(chain), files: tls });
    await startSequencing(node);
    await eventually('the complaint', isSaid(node.node, 'msg="invalid block signature"'));
  });

  test.each([
    ['a key of its own as well', {}, 'cannot specify both a private key and a remote signer for sequencer p2p'],
    ['a signer that is not there', { OP_NODE_P2P_SEQUENCER_KEY: '' }, 'dial tcp: lookup signer on'],
  ])('ends with %s', async (_, env, why) => {
    const chain = await bed.chain();
    const { files } = await signerOf(chain, [sequencerRow(chain)]);
    const tls = mounted('/tls', await files.client('sequencer.chains'));
    const settings = { ...withoutKey(chain), ...sequencerEnv(chain, true), ...env };
    const { node } = await startNode(chain, 'sequencer', { env: settings, files: tls });
    expect(await node.exit).toBe(1);
    expect(node.logs.at(-1)).toContain('unable to create the rollup node config: failed to load p2p signer: ');
    expect(node.logs.at(-1)).toContain(why);
  });
});
