/** A Chromium of this machine. None is downloaded: whoever wants the pages looked at installs one. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

export interface ChromiumSearch {
  readonly path: string | undefined;
  /** Every place that was looked at, in order. */
  readonly searched: readonly string[];
}

/** Looks at CHROME_BIN, then for each usual name on PATH. */
export async function findChromium(environment: NodeJS.ProcessEnv): Promise<ChromiumSearch> {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const explicit = environment['CHROME_BIN'] ? [environment['CHROME_BIN']] : [];
  const searched = [...explicit, ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))];
  for (const path of searched) {
    if (await isExecutable(path)) return { path, searched };
  }
  return { path: undefined, searched };
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
