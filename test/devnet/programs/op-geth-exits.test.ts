/** Every recorded failed start of op-geth: the simulated program ends with the same exit code and the same last line. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { expectSameEnd, recordedFiles, runRecorded } from './testing/recorded-start.ts';
import { rpc } from './testing/rpc.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { gethEnv, JWT } from './testing/test-chain.ts';
import { runContainer } from './testing/test-pod.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;

beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain({ timeScale: 0.005, isthmusAfterSeconds: 0 });
});
afterAll(() => bed?.stop());

describe('op-geth', () => {
  const folder = 'op-geth-1.101701.0';
  const image = 'op-geth:v1.101701.0';

  test('exit-unknown-flag', () =>
    expectSameEnd(runRecorded(chain, `${folder}/exit-unknown-flag`, { image }), `${folder}/exit-unknown-flag`));

  test('exit-jwt-malformed', () =>
    expectSameEnd(
      runRecorded(chain, `${folder}/exit-jwt-malformed`, { image, files: recordedFiles(chain) }),
      `${folder}/exit-jwt-malformed`,
    ));

  test('exit-datadir-in-use', async () => {
    const name = `${folder}/exit-datadir-in-use`;
    const spec = { image, files: recordedFiles(chain) };
    const first = runRecorded(chain, name, spec);
    await eventually('the first one', () => rpc(`http://${first.address}:6545`, 'eth_chainId'));
    await expectSameEnd(runRecorded(chain, name, spec), name);
    expect(await first.terminate()).toBe(0);
  });

  test('exit-genesis-mismatch; the same genesis again is fine', async () => {
    const name = `${folder}/exit-genesis-mismatch`;
    const good = JSON.stringify(chain.files.genesis);
    const other = JSON.stringify({ ...chain.files.genesis, timestamp: '0x1' });
    const init = (content: string) => runRecorded(chain, name, { image, files: { 'genesis-other.json': content } });
    expect(await init(good).exit).toBe(0);
    const again = init(good);
    expect(await again.exit).toBe(0);
    expect(again.logs.some((line) => line.includes('Configured chain config matches existing chain config'))).toBe(
      true,
    );
    await expectSameEnd(init(other), name);
  });

  test('an incomplete genesis file', async () => {
    const { gasLimit: _, ...incomplete } = chain.files.genesis;
    const container = runRecorded(chain, `${folder}/exit-genesis-mismatch`, {
      image,

      files: { 'genesis-other.json': JSON.stringify(incomplete) },
    });
    expect(await container.exit).toBe(1);
    expect(container.logs.at(-1)).toBe("Fatal: invalid genesis file: missing required field 'gasLimit' for Genesis");
  });

  test('a data directory on a read-only root', async () => {
    const container = runContainer(chain.cluster, { name: 'ro', image, argv: ['geth'], env: gethEnv, files: {} });
    expect(await container.exit).toBe(1);
    expect(container.logs.at(-1)).toBe(
      'Fatal: Failed to create the protocol stack: mkdir /data: read-only file system',
    );
  });

  test('an injected port variable', async () => {
    const container = runContainer(chain.cluster, {
      name: 'links',
      image,
      argv: ['geth'],
      env: { ...gethEnv, GETH_PORT: 'tcp://10.96.189.98:8545' },
    });
    expect(await container.exit).toBe(1);
    expect(container.logs.at(-1)).toBe(
      'could not parse "tcp://10.96.189.98:8545" as int value from environment variable "GETH_PORT" for flag port: strconv.ParseInt: parsing "tcp://10.96.189.98:8545": invalid syntax',
    );
  });

  test('an unknown variable is only a warning', async () => {
    const container = runContainer(chain.cluster, {
      name: 'unknown-variable',
      image,
      argv: ['geth'],
      env: { ...gethEnv, GETH_ROLLUP_DISABLETXPOOLGOSSIP: 'true' },
      files: { '/secrets/jwt.hex': JWT },
      volumes: ['/data'],
    });
    await eventually('it runs', () => rpc(`http://${container.address}:8545`, 'eth_chainId'));
    expect(
      container.logs.some((line) =>
        /Unknown config environment variable\s+envvar=GETH_ROLLUP_DISABLETXPOOLGOSSIP/.test(line),
      ),
    ).toBe(true);
    expect(await container.terminate()).toBe(0);
  });
});
