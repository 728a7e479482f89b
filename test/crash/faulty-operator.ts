/** An operator process with fault points, and what a test asks of it (test/devnet/operator-with-faults.ts). */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Operator, OperatorOptions } from '../devnet/operator.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import type { Devnet } from '../integration/devnet.ts';

const MAIN = join(import.meta.dirname, '../devnet/operator-with-faults.ts');

export type FaultAction = 'kill' | 'stop' | 'hold';

export interface ReachedPoint {
  readonly pid: number;
  /** Unix milliseconds. */
  readonly at: number;
  readonly point: string;
  /** Id of the step; `-` outside of steps. */
  readonly step: string;
  /** What happened to the process there. */
  readonly action?: FaultAction;
}

export interface FaultyOperator extends Operator {
  /** What happens to the process at the point, the n-th time from now on; `*<end>`: once at each point with that end. */
  arm(point: string, action: FaultAction, n?: number): void;
  disarm(): void;
  /** Everything that was reached, by all incarnations of the process. */
  reached(): readonly ReachedPoint[];
  /** Resolves when the armed fault has struck. */
  struck(timeoutMs?: number): Promise<ReachedPoint>;
  /** Where the process waits now. */
  held(): ReachedPoint | undefined;
  /** Lets a held process go on. */
  release(): void;
}

export async function startFaultyOperator(
  devnet: Devnet,
  kind: OperatorOptions['kind'],
  name: string,
): Promise<FaultyOperator> {
  const dir = join(devnet.dir, 'faults', name);
  await mkdir(dir, { recursive: true });
  const file = (which: 'fault' | 'reached' | 'held' | 'struck') => join(dir, which);
  const operator = await devnet.start(kind, { name, main: MAIN, env: { OPSTACK_TEST_FAULTS: dir } });
  let armedAfter = 0;

  const reached = (): readonly ReachedPoint[] => {
    if (!existsSync(file('reached'))) return [];
    // The last line may be half written.
    const lines = readFileSync(file('reached'), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as ReachedPoint);
  };

  return {
    ...operator,
    arm(point, action, n = 1) {
      armedAfter = reached().length;
      rmSync(file('struck'), { force: true });
      writeFileSync(file('fault'), point.startsWith('*') ? `${point}=${action}` : `${point}#${n}=${action}`);
    },
    disarm: () => rmSync(file('fault'), { force: true }),
    reached,
    struck: (timeoutMs = 180_000) =>
      waitUntil(
        'the operator reaches the fault point',
        () =>
          reached()
            .slice(armedAfter)
            .find(({ action }) => action !== undefined),
        timeoutMs,
      ),
    held: () => (existsSync(file('held')) ? reached().findLast(({ action }) => action === 'hold') : undefined),
    release: () => rmSync(file('held'), { force: true }),
  };
}
