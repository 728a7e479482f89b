import { randomBytes } from 'node:crypto';
import { argumentsOf, type Environment, fileError, isAddressInUse } from '../environment.ts';
import { gethLog, type Log } from '../log.ts';
import { parsePrivateKey } from '../p2p-identity.ts';
import { type Process, ProgramExit } from '../process.ts';
import { parseSecret } from '../rpc/jwt.ts';
import { gethFlags } from '../settings/geth-flags.ts';
import { parseSettings, type Settings, SettingsError, unknownVariables } from '../settings/settings.ts';
import { versionOfTag } from '../version.ts';
import { type DataDirectory, openDataDirectory } from './data-directory.ts';
import { mainnetGenesis, readGenesis } from './genesis.ts';
import { initDatabase } from './geth-init.ts';
import { engineWords, sayStart } from './geth-words.ts';
import type { ExecutionOptions } from './options.ts';
import { startExecution } from './run.ts';

const fatal = (message: string) => new ProgramExit(1, [`Fatal: ${message}`]);

/** The program `geth` of op-geth: `geth` and `geth init <genesis>`. */
export async function geth(process: Process, environment: Environment): Promise<number> {
  const { context } = process;
  const log = gethLog(context.log);
  const [command, ...rest] = argumentsOf(context.argv, ['geth', 'op-geth']);
  const isInit = command === 'init';
  const settings = readSettings(process, isInit ? rest : command === undefined ? [] : [command, ...rest]);
  for (const variable of unknownVariables('GETH', gethFlags(versionOfTag(context.imageTag)), context.env)) {
    log.warn('Unknown config environment variable', { envvar: variable });
  }
  if (isInit) return initDatabase(process, environment, settings, log);
  if (settings.args.length > 0) throw fatal(`invalid command: "${settings.args[0]}"`);
  return runClient(process, environment, settings, log);
}

function readSettings(process: Process, argv: readonly string[]): Settings {
  try {
    return parseSettings(gethFlags(versionOfTag(process.context.imageTag)), argv, process.context.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new ProgramExit(1, ['COPYRIGHT:', '   Copyright 2013-2026 The go-ethereum Authors', error.message]);
  }
}

async function runClient(process: Process, environment: Environment, settings: Settings, log: Log): Promise<number> {
  const directory = openDirectory(process, environment, settings);
  await initialiseKnown(environment, settings.string('op-network'), directory);
  const ledger = environment.ledgerOf((directory.genesis() ?? mainnetGenesis).hash);
  sayStart({ log, settings, directory, ledger, version: clientVersion(process) });
  const options = readOptions(process, settings, directory, log);
  try {
    await startExecution(process, environment, options, directory);
  } catch (error) {
    if (!isAddressInUse(error)) throw error;
    const port = (error as { port?: number }).port;
    throw fatal(`Error starting protocol stack: listen tcp 0.0.0.0:${port}: bind: address already in use`);
  }
  if (options.http !== undefined) {
    log.info('HTTP server started', { endpoint: `${options.http.address}:${options.http.port}`, auth: false });
  }
  log.info('Started P2P networking');
  await process.terminated;
  log.info('Got interrupt, shutting down...');
  await process.sleep(80);
  log.info('Blockchain stopped');
  return 0;
}

/** A chain that is built in needs no `geth init`. Its words for failures were never recorded. */
async function initialiseKnown(environment: Environment, network: string, directory: DataDirectory): Promise<void> {
  if (network === '') return;
  const known = environment.networks.get(network);
  if (known === undefined) throw fatal(`unknown network "${network}"`);
  const genesis = await readGenesis(Buffer.from(JSON.stringify(known.genesis)));
  const existing = directory.genesis();
  if (existing !== undefined && existing.hash !== genesis.hash) {
    throw fatal(`database contains incompatible genesis (have ${existing.hash}, new ${genesis.hash})`);
  }
  directory.writeGenesis(genesis);
}

function openDirectory(process: Process, environment: Environment, settings: Settings): DataDirectory {
  const configured = settings.string('datadir') || '/root/.ethereum';
  try {
    const host = process.context.hostPath(configured);
    const directory = openDataDirectory(host);
    if (environment.lockedDirectories.has(host)) {
      throw fatal('Failed to create the protocol stack: datadir already used by another process');
    }
    environment.lockedDirectories.add(host);
    process.onEnd(() => environment.lockedDirectories.delete(host));
    return directory;
  } catch (error) {
    if (error instanceof ProgramExit) throw error;
    throw fatal(`Failed to create the protocol stack: ${fileError('mkdir', configured, error)}`);
  }
}

function readOptions(process: Process, settings: Settings, directory: DataDirectory, log: Log): ExecutionOptions {
  const listener = (prefix: string) => ({
    address: settings.string(`${prefix}.addr`) || '127.0.0.1',
    port: settings.number(`${prefix}.port`),
  });
  return {
    dataDirectory: settings.string('datadir'),
    http: settings.bool('http')
      ? {
          ...listener('http'),
          api: (settings.string('http.api') || 'eth,net,web3').split(',').map((api) => api.trim()),
        }
      : undefined,
    ws: settings.bool('ws') ? { ...listener('ws'), port: settings.number('ws.port') || 8546 } : undefined,
    engine: listener('authrpc'),
    metrics:
      settings.bool('metrics') && settings.isSet('metrics.addr')
        ? { ...listener('metrics'), path: '/debug/metrics/prometheus' }
        : undefined,
    jwtSecret: readJwtSecret(process, settings, log),
    clientVersion: clientVersion(process),
    maxPeers: settings.number('maxpeers'),
    peers: settings
      .string('bootnodes')
      .split(',')
      .filter((enode) => enode !== ''),
    p2pPort: settings.number('port'),
    nodeKey: readNodeKey(process, settings) ?? directory.nodeKey(() => randomBytes(32)),
    sequencerHttp: settings.string('rollup.sequencerhttp') || undefined,
    getStatus: 200,
    words: engineWords(log),
  };
}

function clientVersion({ context: { imageTag } }: Process): string {
  return `Geth/${/^v/.test(imageTag) ? imageTag : `v${imageTag}`}-stable-d0734fd5/linux-amd64/go1.26.8`;
}

function readJwtSecret(process: Process, settings: Settings, log: Log): Buffer {
  const path = settings.string('authrpc.jwtsecret');
  if (path === '') return randomBytes(32);
  try {
    const content = process.context.readFile(path).toString('utf8');
    const secret = parseSecret(content);
    if (secret !== undefined) {
      log.info('Loaded JWT secret file', { path });
      return secret;
    }
    log.error('Invalid JWT secret', { path, length: content.trim().replace(/^0x/, '').length / 2 });
  } catch {
    throw fatal(`Error starting protocol stack: ${fileError('open', path, { code: 'EROFS' })}`);
  }
  throw fatal('Error starting protocol stack: invalid JWT secret');
}

function readNodeKey(process: Process, settings: Settings): Buffer | undefined {
  const file = settings.string('nodekey');
  const hex = file === '' ? settings.string('nodekeyhex') : process.context.readFile(file).toString('utf8');
  if (hex === '') return undefined;
  const key = parsePrivateKey(hex);
  if (key === undefined) throw fatal(`Option "${file === '' ? 'nodekeyhex' : 'nodekey'}": invalid private key`);
  return key;
}
