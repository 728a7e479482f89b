/** Starts the simulated programs with the command lines of recorded failed starts. */
import { expect } from 'vitest';
import { recording, withoutAccidents } from './recording.ts';
import type { TestChain } from './test-bed.ts';
import { JWT } from './test-chain.ts';
import { runContainer, type TestContainer, type TestPodSpec } from './test-pod.ts';

interface Failure {
  readonly exitCode: number | null;
  /** The last lines. */
  readonly output: readonly string[];
  /** First of each kind; absent where there was only the last line. */
  readonly warningsAndErrors?: readonly string[];
}

/** What the real program ended with. */
export const failureOf = (name: string): Failure => recording(name).response as Failure;

/** The recorded command line, with the L1 of this test. */
export function commandLine(chain: TestChain, name: string): readonly string[] {
  const { argv = [] } = recording(name).request;
  const l1 = new URL(chain.l1Url).host;
  const beacon = new URL(chain.beaconUrl).host;
  return argv.map((argument) => argument.replace('127.0.0.1:18545', l1).replace('127.0.0.1:18560', beacon));
}

/** rollup.json of the chain with other values. */
export const changedRollup = (chain: TestChain, change: Record<string, unknown> = {}): string =>
  JSON.stringify({ ...chain.files.rollup, ...change });

/** Files in the working directory of the recordings. */
export function recordedFiles(chain: TestChain): Record<string, string> {
  return {
    'rollup.json': changedRollup(chain),
    'l1-chain.json': JSON.stringify(chain.files.l1ChainConfig),
    'jwt.hex': JWT,
    'jwt-bad.hex': '22'.repeat(32),
    'jwt-short.hex': 'abcd',
  };
}

/** The program ends with the recorded exit code and the recorded last line. */
export async function expectSameEnd(container: TestContainer, name: string): Promise<void> {
  const { exitCode, output } = failureOf(name);
  expect(await container.exit, container.logs.join('\n')).toBe(exitCode);
  expect(withoutAccidents(container.logs.at(-1) ?? '')).toBe(withoutAccidents(output.at(-1) ?? ''));
}

/** Runs a recorded command line. Its working directory is writable and holds the p2p key that it names. */
export function runRecorded(chain: TestChain, name: string, spec: Partial<TestPodSpec>): TestContainer {
  const { env = {} } = recording(name).request;
  const argv = spec.argv ?? commandLine(chain, name);
  const values = (flag: string) =>
    argv.flatMap((argument) => (argument.startsWith(`--${flag}=`) ? [argument.slice(flag.length + 3)] : []));
  const keys = Object.fromEntries(values('p2p.priv.path').map((path) => [path, '33'.repeat(32)]));
  return runContainer(chain.cluster, {
    name: name.replace('/', '-'),
    image: '',
    env,
    ...spec,
    argv,
    files: { ...keys, ...spec.files },
    volumes: ['.', ...(spec.volumes ?? [])],
  });
}
