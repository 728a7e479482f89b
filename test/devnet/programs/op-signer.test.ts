import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { computeAddress, keccak256, recoverAddress, Transaction } from 'ethers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLedger } from '../ledger/ledger.ts';
import { createAuthority } from '../servers/pki.ts';
import { createPrograms } from './index.ts';
import { blockSigningHash, ZERO_DOMAIN } from './signer/signing-hash.ts';
import { eventually } from './testing/eventually.ts';
import { httpsCall, httpsRpc } from './testing/https-rpc.ts';
import {
  makeSignerFiles,
  SIGNER_FOLDER,
  SIGNER_PORT,
  type SignerFiles,
  signerEnv,
  type TlsFiles,
} from './testing/signer-files.ts';
import { runContainer, type TestCluster, type TestContainer } from './testing/test-pod.ts';

const BATCHER = `0x${'b1'.repeat(32)}`;
const SEQUENCER = `0x${'c1'.repeat(32)}`;
const INBOX = `0x00${'ff'.repeat(19)}`;
const OTHER = `0x${'dd'.repeat(20)}`;

let cluster: TestCluster;
let files: SignerFiles;
let served: Record<string, string>;
let signer: TestContainer;
let batcher: TlsFiles;
let sequencer: TlsFiles;

function startSigner(name: string, content: Readonly<Record<string, string>>): TestContainer {
  return runContainer(cluster, {
    name,
    image: 'op-signer:v1.6.2',
    argv: ['op-signer'],
    env: signerEnv,
    files: content,
  });
}
const inFolder = (content: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(content).map(([name, text]) => [`${SIGNER_FOLDER}/${name}`, text]));

beforeAll(async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'opstack-signer-'));
  cluster = { programs: createPrograms(createLedger()), directory, names: new Map(), containers: [] };
  files = await makeSignerFiles('signer', [
    { client: 'batcher.chains', privateKey: BATCHER, toAddresses: [INBOX], maxValue: '0x10' },
    { client: 'sequencer.chains', privateKey: SEQUENCER, chainID: 901 },
  ]);
  served = inFolder(files.server);
  signer = startSigner('signer', served);
  [batcher, sequencer] = await Promise.all([files.client('batcher.chains'), files.client('sequencer.chains')]);
  await eventually('the signer', () => signer.logs.some((line) => line.includes('Started op-signer RPC server')));
});
afterAll(async () => {
  await Promise.all(cluster.containers.map((container) => container.kill()));
  rmSync(cluster.directory, { recursive: true, force: true });
});

const url = () => `https://${signer.address}:${SIGNER_PORT}`;
const call = (tls: Partial<TlsFiles>, method: string, ...params: readonly unknown[]) =>
  httpsRpc(url(), 'signer', tls, method, ...params);

describe('who may call op-signer', () => {
  test('is who shows a certificate of its authority', async () => {
    expect(await call(batcher, 'health_status')).toMatchObject({ result: 'v1.6.2' });
  });

  test('is nobody without a certificate, but for the probes of the kubelet', async () => {
    const { 'ca.crt': ca } = batcher;
    await expect(call({ 'ca.crt': ca }, 'health_status')).rejects.toThrow('401: client certificate was not provided\n');
    expect(await httpsCall(`${url()}/healthz`, 'signer', { 'ca.crt': ca })).toEqual({
      status: 200,
      body: '{"version":"v1.6.2"}',
    });
  });

  test('is nobody with a certificate of another authority', async () => {
    const stranger = await (await makeSignerFiles('signer', [])).client('batcher.chains');
    await expect(call({ ...stranger, 'ca.crt': batcher['ca.crt'] }, 'health_status')).rejects.toThrow(
      /ECONNRESET|hang up/,
    );
  });

  test('is nobody whose certificate has no DNS name', async () => {
    const authority = await createAuthority('another');
    const { certificate, key } = await authority.client('batcher', []);
    const own = startSigner('no-names', { ...served, [`${SIGNER_FOLDER}/ca.crt`]: authority.certificate });
    await eventually('it', () => own.logs.some((line) => line.includes('Started op-signer RPC server')));
    const tls = { 'ca.crt': batcher['ca.crt'], 'tls.crt': certificate, 'tls.key': key };
    await expect(httpsRpc(`https://${own.address}:${SIGNER_PORT}`, 'signer', tls, 'health_status')).rejects.toThrow(
      '401: client certificate verified but did not contain DNS SAN extension',
    );
  });

  test('but who is in no row of the configuration signs nothing', async () => {
    const stranger = await files.client('proposer.chains');
    expect(await call(stranger, 'health_status')).toMatchObject({ result: 'v1.6.2' });
    expect(await call(stranger, 'eth_signTransaction', transaction())).toMatchObject({
      error: { code: -32000, message: "Forbidden: client 'proposer.chains' is not authorized to use any keys" },
    });
  });
});

/** The arguments as the programs send them. */
function transaction(changes: object = {}): object {
  return {
    from: computeAddress(BATCHER),
    to: INBOX,
    gas: '0x5208',
    gasPrice: null,
    maxFeePerGas: '0x77359400',
    maxPriorityFeePerGas: '0x3b9aca00',
    value: '0x0',
    nonce: '0x7',
    data: null,
    input: '0x00ab',
    accessList: [],
    chainId: '0x384',
    ...changes,
  };
}

describe('a transaction', () => {
  test('is signed with the key of the row', async () => {
    const { result } = await call(batcher, 'eth_signTransaction', transaction());
    const signed = Transaction.from(String(result));
    expect(signed).toMatchObject({
      from: computeAddress(BATCHER),
      type: 2,
      nonce: 7,
      data: '0x00ab',
      chainId: 900n,
      gasLimit: 21_000n,
      maxFeePerGas: 2_000_000_000n,
      maxPriorityFeePerGas: 1_000_000_000n,
    });
    expect(signed.to?.toLowerCase()).toBe(INBOX);
  });

  test.each([
    ['to another address', { to: OTHER }, -32011, 'to address not authorized'],
    ['with more value than the row allows', { value: '0x11' }, -32011, 'value exceeds maximum'],
    ['of another sender', { from: OTHER }, -32010, 'unexpected from address'],
    ['with a gas price', { gasPrice: '0x1' }, -32010, 'only accepts maxFeePerGas/maxPriorityFeePerGas params'],
    ['without a nonce', { nonce: null }, -32010, 'nonce not specified'],
    ['without a chain', { chainId: null }, -32010, 'chain id not specified'],
  ])('%s is refused', async (_, changes, code, message) => {
    expect(await call(batcher, 'eth_signTransaction', transaction(changes))).toMatchObject({
      error: { code, message },
    });
  });

  test('is signed for whatever chain it is for: the row says the chain of blocks only', async () => {
    const { result } = await call(batcher, 'eth_signTransaction', transaction({ chainId: '0x1' }));
    expect(Transaction.from(String(result)).chainId).toBe(1n);
  });
});

describe('a block', () => {
  const payloadHash = keccak256('0x01');
  const senderAddress = computeAddress(SEQUENCER);
  const v1 = (changes: object = {}) => ({
    domain: Array.from({ length: 32 }, () => 0),
    chainId: 901,
    payloadHash: Buffer.from(payloadHash.slice(2), 'hex').toString('base64'),
    senderAddress,
    ...changes,
  });

  test('is signed with the key of the row, by both versions of the call alike', async () => {
    const { result } = await call(sequencer, 'opsigner_signBlockPayload', v1());
    expect(result).toMatch(/^0x[0-9a-f]{128}0[01]$/);
    const digest = blockSigningHash({ domain: ZERO_DOMAIN, chainId: 901n, payloadHash });
    expect(recoverAddress(digest, String(result))).toBe(senderAddress);
    const args = { domain: ZERO_DOMAIN, chainId: '901', payloadHash, senderAddress: null };
    expect(await call(sequencer, 'opsigner_signBlockPayloadV2', args)).toMatchObject({ result });
  });

  test.each([
    ['of another chain', { chainId: 902 }, -32013, 'unexpected chainId'],
    ['without a hash', { payloadHash: null }, -32012, 'payloadHash not specified'],
    ['of another sender', { senderAddress: OTHER }, -32000, /^Forbidden: client 'sequencer.chains' is not authorized/],
  ])('%s is refused', async (_, changes, code, message) => {
    const { error } = await call(sequencer, 'opsigner_signBlockPayload', v1(changes));
    expect(error).toEqual({ code, message: expect.stringMatching(message) });
  });
});

describe('the files of op-signer', () => {
  test('with a renewed certificate are read without a restart', async () => {
    const renewed = await makeSignerFiles('signer', []);
    const own: Record<string, string> = { ...served };
    const container = startSigner('renewed', own);
    await eventually('it', () => container.logs.some((line) => line.includes('Started op-signer RPC server')));
    Object.assign(own, {
      [`${SIGNER_FOLDER}/tls.crt`]: renewed.server['tls.crt'],
      [`${SIGNER_FOLDER}/tls.key`]: renewed.server['tls.key'],
    });
    const { 'ca.crt': ca } = await renewed.client('batcher.chains');
    const answer = await eventually('an answer with the new certificate', () =>
      httpsRpc(`https://${container.address}:${SIGNER_PORT}`, 'signer', { ...batcher, 'ca.crt': ca }, 'health_status'),
    );
    expect(answer).toMatchObject({ result: 'v1.6.2' });
  });

  test.each([
    [
      'no configuration',
      'config.yaml',
      'rpc error: failed to read provider config: open /signer/config.yaml: no such file',
    ],
    ['no key', 'key-0.pem', "failed to load key from path '/signer/key-0.pem': failed to read private key from path"],
    ['no authority', 'ca.crt', 'rpc error: failed to read tls ca cert'],
  ])('end it when there is %s', async (_, missing, why) => {
    const { [`${SIGNER_FOLDER}/${missing}`]: __, ...others } = served;
    const container = startSigner(`without-${missing}`, others);
    expect(await container.exit).toBe(1);
    expect(container.logs.at(-1)).toContain(`Application failed" message="failed to setup: `);
    expect(container.logs.at(-1)).toContain(why);
  });
});
