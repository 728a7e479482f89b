import { type Environment, faultIsOn, fileError } from '../environment.ts';
import type { Log } from '../log.ts';
import { type Process, ProgramExit } from '../process.ts';
import type { Settings } from '../settings/settings.ts';
import { type DataDirectory, openDataDirectory } from './data-directory.ts';
import { readGenesis, type StoredGenesis } from './genesis.ts';

const fatal = (message: string) => new ProgramExit(1, [`Fatal: ${message}`]);

/** `geth init <genesis>`: repeatable with the same genesis, refused with another one. */
export async function initDatabase(
  process: Process,
  environment: Environment,
  settings: Settings,
  log: Log,
): Promise<number> {
  const [path, ...more] = settings.args;
  if (path === undefined || more.length > 0) throw fatal('need genesis.json file as the only argument');
  const genesis = await readGenesisFile(process, path);
  const directory = openDirectory(process, settings);
  const existing = directory.genesis();
  if (settings.isSet('state.scheme')) log.info('State scheme set by user', { scheme: settings.string('state.scheme') });
  if (existing === undefined) {
    log.info('Writing custom genesis block');
  } else if (existing.hash !== genesis.hash) {
    const [have, wanted] = [existing.hash, genesis.hash].map((hash) => hash.slice(2));
    log.info('Genesis hash', { hash: `${existing.hash.slice(2, 8)}..${existing.hash.slice(-6)}` });
    throw fatal(`Failed to write genesis block: database contains incompatible genesis (have ${have}, new ${wanted})`);
  } else if (JSON.stringify(existing.config) === JSON.stringify(genesis.config)) {
    log.info('Configured chain config matches existing chain config in storage.');
  }
  const isKept = existing !== undefined && faultIsOn(environment, process, 'keepChainConfig');
  if (!process.killed() && !isKept) directory.writeGenesis(genesis);
  log.info('Successfully wrote genesis state', { database: 'chaindata', hash: genesis.hash });
  return 0;
}

async function readGenesisFile(process: Process, path: string): Promise<StoredGenesis> {
  let content: Buffer;
  try {
    content = process.context.readFile(path);
  } catch (error) {
    throw fatal(`Failed to read genesis file: ${fileError('open', path, error)}`);
  }
  try {
    return await readGenesis(content);
  } catch (error) {
    throw fatal(`invalid genesis file: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function openDirectory(process: Process, settings: Settings): DataDirectory {
  const configured = settings.string('datadir') || '/root/.ethereum';
  try {
    return openDataDirectory(process.context.hostPath(configured));
  } catch (error) {
    throw fatal(`Failed to create the protocol stack: ${fileError('mkdir', configured, error)}`);
  }
}
