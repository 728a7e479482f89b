import { rename, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { BlockClock } from './block-clock.ts';
import { jsonRpc } from './json-rpc.ts';
import type { ManagedProcess } from './managed-process.ts';

/**
 * The same process, but its chain is written to `stateFile` before a signal ends it. anvil's own periodic dump would
 * lose the blocks after the last one, and all of them when it is killed while it writes.
 */
export function keepingState(
  anvil: ManagedProcess,
  options: { rpcUrl: string; stateFile: string; clock: BlockClock },
): ManagedProcess {
  const { rpcUrl, stateFile, clock } = options;
  const save = async (): Promise<void> => {
    await clock.pause(); // no block between the dump and the end
    const dump = await jsonRpc<string>(rpcUrl, 'anvil_dumpState');
    const partial = `${stateFile}.partial`;
    await writeFile(partial, await promisify(gunzip)(Buffer.from(dump.slice(2), 'hex')));
    await rename(partial, stateFile);
  };
  return {
    name: anvil.name,
    logFile: anvil.logFile,
    get pid() {
      return anvil.pid;
    },
    get running() {
      return anvil.running;
    },
    async kill(signal = 'SIGKILL') {
      const ends = signal !== 'SIGSTOP' && signal !== 'SIGCONT';
      if (ends && anvil.running) await save();
      await anvil.kill(signal);
    },
    async restart() {
      if (anvil.running) await save();
      await anvil.restart();
      clock.resume();
    },
    logTail: (lines) => anvil.logTail(lines),
  };
}
