/** What a row measures on. Stages (servers, operator, networks) are dear, so rows in a row that want the same share it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../devnet/demo/progress.ts';
import type { Amount } from './row.ts';

export interface Stage {
  /** For whoever has to find out why a row failed. */
  explain?(): Promise<string>;
  close(): Promise<void>;
}

export interface StageType<S extends Stage> {
  readonly name: string;
  /** It is another stage with another number of networks. */
  readonly isSized?: true;
  open(place: Place): Promise<S>;
}

export interface Place {
  readonly dir: string;
  readonly progress: Progress;
  readonly networks: number;
}

export interface Bench extends Amount {
  readonly progress: Progress;
  /** The stage that is open when it is this one, else a new one. */
  on<S extends Stage>(type: StageType<S>): Promise<S>;
}

export interface Stages {
  benchFor(amount: Amount): Bench;
  explain(): Promise<string>;
  close(): Promise<void>;
}

export function createStages(progress: Progress): Stages {
  let open: { readonly type: StageType<Stage>; readonly networks: number; readonly stage: Stage } | undefined;
  let dir: string | undefined;

  async function close(): Promise<void> {
    const { stage } = open ?? {};
    open = undefined;
    await stage?.close();
    if (dir !== undefined) await rm(dir, { recursive: true, force: true });
    dir = undefined;
  }

  return {
    benchFor: (amount) => ({
      ...amount,
      progress,
      async on<S extends Stage>(type: StageType<S>): Promise<S> {
        const { networks } = amount;
        if (open?.type === type && (!type.isSized || open.networks === networks)) return open.stage as S;
        await close();
        progress.step(`opening the stage: ${type.name}`);
        dir = await mkdtemp(join(tmpdir(), 'opstack-bench-'));
        const stage = await type.open({ dir, progress, networks });
        open = { type, networks, stage };
        return stage;
      },
    }),
    explain: async () => (await open?.stage.explain?.()) ?? '',
    close,
  };
}
