import { randomBytes } from 'node:crypto';
import { argumentsOf, type Environment, faultIsOn, fileError, isAddressInUse } from '../environment.ts';
import { gethLog, type Log } from '../log.ts';
import { parsePrivateKey } from '../p2p-identity.ts';
import { type Process, ProgramExit } from '../process.ts';
import { parseSecret } from '../rpc/jwt.ts';
import { parseRethArguments, RethArgumentError } from '../settings/reth-flags.ts';
import { type DataDirectory, openDataDirectory } from './data-directory.ts';
import { readGenesis } from './genesis.ts';
import type { ExecutionOptions } from './options.ts';
import { startExecution } from './run.ts';

type Arguments = ReadonlyMap<string, string>;

const clapError = (message: string) =>
  new ProgramExit(2, [message, '', 'Usage: op-reth node [OPTIONS]', '', "For more information, try '--help'."]);
const failed = (message: string) => new ProgramExit(1, [`Error: ${message}`]);

/** The program `op-reth node`. Its words for failures were never recorded: tests must not rely on them. */
export async function reth(process: Process, environment: Environment): Promise<number> {
  const [command, ...argv] = argumentsOf(process.context.argv, ['op-reth']);
  if (command !== 'node') throw clapError(`error: unrecognized subcommand '${command ?? ''}'`);
  const log = gethLog(process.context.log);
  const settings = readArguments(argv);
  const directory = openDirectory(process, environment, settings);
  await initialise(process, environment, settings, directory, log);
  const options = readOptions(process, settings, directory);
  try {
    await startExecution(process, environment, options, directory);
  } catch (error) {
    if (!isAddressInUse(error)) throw error;
    throw failed('Address already in use (os error 98)');
  }
  log.info('RPC auth server started', { url: `${options.engine.address}:${options.engine.port}` });
  await process.terminated;
  await process.sleep(100);
  log.info('Wrote network peers and shut down');
  return 0;
}

function readArguments(argv: readonly string[]): Arguments {
  try {
    return parseRethArguments(argv);
  } catch (error) {
    throw error instanceof RethArgumentError ? clapError(error.message) : error;
  }
}

function openDirectory(process: Process, environment: Environment, settings: Arguments): DataDirectory {
  const configured = settings.get('datadir') ?? '/root/.local/share/reth';
  try {
    const host = process.context.hostPath(configured);
    if (environment.lockedDirectories.has(host)) throw failed('failed to open the database: storage lock is taken');
    environment.lockedDirectories.add(host);
    process.onEnd(() => environment.lockedDirectories.delete(host));
    return openDataDirectory(host);
  } catch (error) {
    throw error instanceof ProgramExit ? error : failed(fileError('failed to create', configured, error));
  }
}

/** No init step: the database is written at the first start, and refused later when it is another chain. */
async function initialise(
  process: Process,
  environment: Environment,
  settings: Arguments,
  directory: DataDirectory,
  log: Log,
): Promise<void> {
  const chain = settings.get('chain') ?? 'optimism';
  const known = environment.networks.get(chain);
  let content: Buffer;
  try {
    content = known ? Buffer.from(JSON.stringify(known.genesis)) : process.context.readFile(chain);
  } catch {
    throw clapError(
      `error: invalid value '${chain}' for '--chain <CHAIN_OR_PATH>': No such file or directory (os error 2)`,
    );
  }
  const genesis = await readGenesis(content).catch((error: unknown) => {
    throw clapError(
      `error: invalid value '${chain}' for '--chain <CHAIN_OR_PATH>': ${error instanceof Error ? error.message : error}`,
    );
  });
  const existing = directory.genesis();
  if (existing !== undefined && existing.hash !== genesis.hash) {
    throw failed(
      `genesis hash in the storage does not match the specified chainspec: chainspec is ${genesis.hash}, database is ${existing.hash}`,
    );
  }
  if (existing === undefined || !faultIsOn(environment, process, 'keepChainConfig')) directory.writeGenesis(genesis);
  log.info('Database opened', { genesis: genesis.hash });
}

function readOptions(process: Process, settings: Arguments, directory: DataDirectory): ExecutionOptions {
  const listener = (prefix: string, port: number) => ({
    address: settings.get(`${prefix}.addr`) ?? '127.0.0.1',
    port: Number(settings.get(`${prefix}.port`) ?? port),
  });
  const [metricsAddress, metricsPort] = settings.get('metrics')?.split(':') ?? [];
  const noPeers = settings.get('max-outbound-peers') === '0' && settings.get('max-inbound-peers') === '0';
  const key = settings.get('p2p-secret-key-hex');
  return {
    dataDirectory: settings.get('datadir') ?? '',
    http: settings.has('http')
      ? { ...listener('http', 8545), api: (settings.get('http.api') ?? 'eth,net,web3').split(',') }
      : undefined,
    ws: settings.has('ws') ? listener('ws', 8546) : undefined,
    engine: listener('authrpc', 8551),
    metrics:
      metricsPort === undefined
        ? undefined
        : { address: metricsAddress ?? '0.0.0.0', port: Number(metricsPort), path: '/' },
    jwtSecret: readJwtSecret(process, settings),
    clientVersion: `reth/${process.context.imageTag}-d0734fd5/x86_64-unknown-linux-gnu`,
    maxPeers: noPeers ? 0 : 130,
    peers: [settings.get('trusted-peers'), settings.get('bootnodes')].flatMap((list) => list?.split(',') ?? []),
    p2pPort: Number(settings.get('port') ?? 30303),
    nodeKey: (key === undefined ? undefined : parsePrivateKey(key)) ?? directory.nodeKey(() => randomBytes(32)),
    sequencerHttp: settings.get('rollup.sequencer') ?? settings.get('rollup.sequencer-http'),
    getStatus: 405,
  };
}

function readJwtSecret(process: Process, settings: Arguments): Buffer {
  const path = settings.get('authrpc.jwtsecret');
  if (path === undefined) return randomBytes(32);
  let content: string;
  try {
    content = process.context.readFile(path).toString('utf8');
  } catch (error) {
    throw failed(fileError('failed to read', path, error));
  }
  const secret = parseSecret(content);
  if (secret === undefined) throw failed('JWT key is expected to have a length of 64 hex digits');
  return secret;
}
