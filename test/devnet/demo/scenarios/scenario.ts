/** A scenario of the demo: tests and people play the same ones. */
import type { ChainFilesOptions } from '../../servers/chain-files.ts';
import type { Stage } from '../stage.ts';

/** What a scenario measured; the last line of an unattended run. */
export type Figures = Readonly<Record<string, number | string>>;

export interface Scenario {
  readonly name: string;
  /** One sentence for `--list`. */
  readonly about: string;
  /** Where the chain is not the usual one. */
  readonly files?: ChainFilesOptions;
  /** Brings the chain up. */
  begin(stage: Stage): Promise<Figures>;
  /** Goes on unattended, to the end. */
  finish(stage: Stage): Promise<Figures>;
  /** What somebody who watches may try next. */
  tryNext(stage: Stage): readonly string[];
}
