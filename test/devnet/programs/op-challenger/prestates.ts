import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileError } from '../environment.ts';
import type { Process } from '../process.ts';
import { createRpcClient, type RpcClient } from '../rpc/client.ts';
import type { Settings } from '../settings/settings.ts';
import type { GameType } from './game-types.ts';
import { machineSetting } from './machine-settings.ts';

/** Makes sure that a prestate is there. Rejects, in op-challenger's words, when it is not. */
export type RequirePrestate = (type: GameType, hash: string) => Promise<void>;

/** Names that a prestate can have, in the order in which they are tried. */
const FILE_TYPES = ['.bin.gz', '.json.gz', '.json'];

/** The prestate does not exist under one of its names. */
class PrestateUnavailable extends Error {}

/**
 * Prestates are fetched once and kept in the data directory. The real one has cannon compute the hash of what it got,
 * which is looked at here only for what cannon needs; a single file (`--cannon-prestate`) is not looked at before a step.
 */
export function prestatesOf(process: Process, settings: Settings): RequirePrestate {
  const clients = new Map<string, RpcClient>();
  const clientFor = (url: string): RpcClient => {
    const client = clients.get(url) ?? createRpcClient(process, url);
    clients.set(url, client);
    return client;
  };
  return async (type, hash) => {
    const url = machineSetting(settings, type, 'prestates-url');
    if (url === '') return;
    const directory = posix.join(settings.string('datadir'), `${type.machine}-prestates`);
    if (FILE_TYPES.some((fileType) => exists(process, posix.join(directory, hash + fileType)))) return;
    const reasons: string[] = [];
    for (const fileType of FILE_TYPES) {
      const name = hash + fileType;
      const file = posix.join(directory, name);
      try {
        makeDirectory(process, directory);
        writeFileSync(process.context.hostPath(file), await fetchPrestate(process, url, name, clientFor));
        witness(process, `${url.replace(/\/$/, '')}/${name}`, file);
        return;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (!(error instanceof PrestateUnavailable)) {
          throw new Error(`error downloading prestate ${hash} to file ${file}: ${why}`);
        }
        reasons.push(why);
      }
    }
    throw new Error(['prestate unavailable', ...reasons].join('\n'));
  };
}

async function fetchPrestate(
  process: Process,
  url: string,
  name: string,
  clientFor: (url: string) => RpcClient,
): Promise<Buffer> {
  const { protocol, pathname } = new URL(url);
  if (protocol === 'file:') {
    const file = posix.join(pathname, name);
    if (!exists(process, file)) throw new PrestateUnavailable(`prestate unavailable unavailable from path ${file}`);
    return process.context.readFile(file);
  }
  const base = url.replace(/\/$/, '');
  const answer = await clientFor(base).get(`/${name}`);
  if (answer.status === 200) return answer.bytes;
  throw new PrestateUnavailable(`prestate unavailable from url ${base}/${name}: status ${answer.status}`);
}

/** `cannon witness`: the program is several machines in one, and unpacks the one that is needed into the temporary folder. */
function witness(process: Process, url: string, file: string): void {
  const directory = process.context.env['TMPDIR'] || '/tmp';
  try {
    const unpacked = process.context.hostPath(posix.join(directory, 'cannon-multicannon'));
    writeFileSync(unpacked, '');
    rmSync(unpacked);
  } catch (error) {
    rmSync(process.context.hostPath(file), { force: true });
    const why = `state conversion failed: exit status 1 (${fileError('open', directory, error)})`;
    throw new PrestateUnavailable(`invalid prestate from url: ${url}, ignoring: prestate unavailable\n${why}`);
  }
}

function makeDirectory(process: Process, directory: string): void {
  try {
    mkdirSync(process.context.hostPath(directory), { recursive: true });
  } catch (error) {
    throw new Error(`error creating prestate dir: ${fileError('mkdir', directory, error)}`);
  }
}

function exists(process: Process, file: string): boolean {
  try {
    process.context.readFile(file);
    return true;
  } catch {
    return false;
  }
}
