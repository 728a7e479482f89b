import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { StoredGenesis } from './genesis.ts';

/** Heads that survive a restart; geth takes the finalized one for the safe one then. */
export interface StoredHeads {
  readonly unsafe: string;
  readonly finalized?: string | undefined;
}

/** The part of a data directory that outlives the process. Paths are those of this machine. */
export interface DataDirectory {
  genesis(): StoredGenesis | undefined;
  writeGenesis(genesis: StoredGenesis): void;
  heads(): StoredHeads | undefined;
  writeHeads(heads: StoredHeads): void;
  /**
   * Notes that a process works on the directory; a clean end takes the note away.
   * @returns when the former process began, if it was killed
   */
  markRunning(): Date | undefined;
  markStopped(): void;
  /** A private key for p2p that was made at the first start. */
  nodeKey(create: () => Buffer): Buffer;
}

/** Creates the directory when it is missing. Throws what `mkdir` throws. */
export function openDataDirectory(hostDirectory: string): DataDirectory {
  const directory = path.join(hostDirectory, 'geth');
  mkdirSync(directory, { recursive: true });
  const file = (name: string) => path.join(directory, name);
  const read = (name: string): string | undefined => {
    try {
      return readFileSync(file(name), 'utf8');
    } catch {
      return undefined;
    }
  };
  const write = (name: string, content: string) => {
    writeFileSync(file(`${name}.tmp`), content);
    renameSync(file(`${name}.tmp`), file(name));
  };
  const parsed = <T>(name: string): T | undefined => {
    const content = read(name);
    return content === undefined ? undefined : (JSON.parse(content) as T);
  };
  return {
    genesis: () => parsed<StoredGenesis>('genesis.json'),
    writeGenesis: (genesis) => write('genesis.json', JSON.stringify(genesis)),
    heads: () => parsed<StoredHeads>('heads.json'),
    writeHeads: (heads) => write('heads.json', JSON.stringify(heads)),
    markRunning() {
      const before = read('running');
      write('running', new Date().toISOString());
      return before === undefined ? undefined : new Date(before);
    },
    markStopped: () => rmSync(file('running'), { force: true }),
    nodeKey(create) {
      const stored = read('nodekey');
      if (stored !== undefined) return Buffer.from(stored, 'hex');
      const key = create();
      write('nodekey', key.toString('hex'));
      return key;
    },
  };
}
