/** What geth says when it starts, in the recorded order, and when its op-node asks for what it does not have. */
import type { L2Block } from '../../ledger/block.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Log, LogFields } from '../log.ts';
import type { Settings } from '../settings/settings.ts';
import type { DataDirectory } from './data-directory.ts';
import { mainnetGenesis } from './genesis.ts';
import type { EngineWords } from './options.ts';

const RULE = '-'.repeat(153);
const BLOCK_FORKS = [
  'Homestead',
  'Tangerine Whistle (EIP 150)',
  'Spurious Dragon/1 (EIP 155)',
  'Spurious Dragon/2 (EIP 158)',
  'Byzantium',
  'Constantinople',
  'Petersburg',
  'Istanbul',
  'Muir Glacier',
  'Berlin',
  'London',
  'Arrow Glacier',
  'Gray Glacier',
];
const TIME_FORKS = ['Shanghai', 'Cancun', 'Prague'];
const BLOB_FORKS = ['Cancun', 'Prague'];
const OP_FORKS = ['Regolith', 'Canyon', 'Ecotone', 'Fjord', 'Granite', 'Holocene', 'Isthmus', 'Jovian', 'Karst'];

export interface GethStart {
  readonly log: Log;
  readonly settings: Settings;
  readonly directory: DataDirectory;
  readonly ledger: Ledger;
  readonly version: string;
}

/** Everything before geth reads its JWT secret. */
export function sayStart(start: GethStart): void {
  const { log, settings, directory, version } = start;
  const genesis = directory.genesis() ?? mainnetGenesis;
  sayDatabase(log, settings);
  log.info('Genesis hash', { hash: short(genesis.hash) });
  const unknown = { err: `unknown chain ID: ${genesis.chainId}`, chain_id: genesis.chainId };
  for (let time = 0; time < 2; time += 1)
    log.warn('failed to load chain config from superchain-registry, skipping override', unknown);
  log.info('Checking compatibility', { height: 0, time: genesis.timestamp, error: '<nil>' });
  log.info('Configured chain config matches existing chain config in storage.');
  sayForks(log, genesis.chainId, genesis.config);
  sayHeads(start);
  log.warn('Failed to load snapshot', { err: 'missing or corrupted snapshot' });
  log.info('Rebuilding state snapshot');
  log.info('Initialized transaction indexer', { range: 'entire chain' });
  log.info('Initialising Ethereum protocol', { network: genesis.chainId, dbversion: '<nil>' });
  log.info('Enabled full-sync');
  log.info('Gasprice oracle is ignoring threshold set', { threshold: 2 });
  log.info('Registered sync override service');
  log.info('Starting peer-to-peer node', { instance: version });
}

function sayDatabase(log: Log, settings: Settings): void {
  const database = `${settings.string('datadir')}/geth/chaindata`;
  log.info('Maximum peer count', { ETH: settings.number('maxpeers'), total: settings.number('maxpeers') });
  log.info('Smartcard socket not found, disabling', { err: 'stat /run/pcscd/pcscd.comm: no such file or directory' });
  if (settings.string('gcmode') === 'archive') {
    log.info('Enabling recording of key preimages since archive mode is used');
    log.warn('Disabled transaction unindexing for archive node');
  }
  log.info('Set global gas cap', { cap: '50,000,000' });
  if (settings.isSet('networkid'))
    log.warn('Setting network ID with command-line flag', { id: settings.number('networkid') });
  log.info('Initializing the KZG library', { backend: 'gokzg' });
  if (settings.bool('metrics')) {
    const address = `${settings.string('metrics.addr') || '127.0.0.1'}:${settings.number('metrics.port')}`;
    log.info('Enabling metrics collection');
    log.info('Enabling stand-alone metrics HTTP endpoint', { address });
    log.info('Starting metrics server', { addr: `http://${address}/debug/metrics` });
  }
  log.info('Allocated trie memory caches', { clean: '154.00MiB', dirty: '256.00MiB' });
  log.info('Using pebble as the backing database');
  log.info('Allocated cache and file handles', { database, cache: '512.00MiB', handles: 10_000 });
  log.info('Opened ancient database', { database: `${database}/ancient/chain`, readonly: false });
  log.info('Opened Era store', { datadir: `${database}/ancient/chain/era` });
  log.info('State scheme set to already existing', { scheme: 'hash' });
}

/** The only place where an op-geth without `debug` and `admin` API shows its fork times. */
function sayForks(log: Log, chainId: number, config: Readonly<Record<string, unknown>>): void {
  const fork = (name: string, at: string) => log.info(` - ${`${name}:`.padEnd(29)}${at}`);
  const timed = (names: readonly string[]) => {
    for (const name of names) {
      const time = config[`${name.toLowerCase()}Time`];
      if (typeof time === 'number') fork(name, `@${time}${BLOB_FORKS.includes(name) ? ' blob: (nil)' : ''}`);
    }
  };
  for (const line of ['', RULE, `Chain ID:  ${chainId} (unknown)`, 'Consensus: Optimism', '']) log.info(line);
  log.info('Pre-Merge hard forks (block based):');
  for (const name of BLOCK_FORKS) fork(name, '#0');
  for (const line of ['', 'Merge configured:', ' - Total terminal difficulty:  0']) log.info(line);
  fork('Merge netsplit block', '#0');
  for (const line of ['', 'Post-Merge hard forks (timestamp based):']) log.info(line);
  timed(TIME_FORKS);
  log.info('');
  log.info('All fork specifications can be found at https://ethereum.github.io/execution-specs/src/ethereum/forks/');
  timed(OP_FORKS);
  for (const line of ['', 'All op fork specifications can be found at https://specs.optimism.io/', '', RULE, ''])
    log.info(line);
}

function sayHeads({ log, directory, ledger }: GethStart): void {
  const genesis = directory.genesis() ?? mainnetGenesis;
  const heads = directory.heads();
  const fieldsOf = ({ number, hash, timestamp }: Pick<L2Block, 'number' | 'hash' | 'timestamp'>): LogFields => ({
    number,
    hash: short(hash),
    age: `${Math.max(0, Math.floor(Date.now() / 1000) - timestamp)}s`,
  });
  const first = { number: 0, hash: genesis.hash, timestamp: genesis.timestamp };
  const finalized = ledger.block(heads?.finalized ?? '');
  log.info('Loaded most recent local block', fieldsOf(ledger.block(heads?.unsafe ?? '') ?? first));
  if (finalized !== undefined && finalized.number > 0)
    log.info('Loaded most recent local finalized block', fieldsOf(finalized));
  const booted = directory.markRunning();
  if (booted === undefined) return;
  const age = `${Math.max(0, Math.floor((Date.now() - booted.getTime()) / 1000))}s`;
  log.warn('Unclean shutdown detected', { booted: booted.toISOString(), age });
}

/** What geth says about requests of the engine API that it cannot fulfil. */
export function engineWords(log: Log): EngineWords {
  return {
    missingParent({ number, hash, parentHash }) {
      const reason = 'forced head needed for startup';
      const fields = { number, hash: short(hash), parent: short(parentHash), reason };
      log.warn('Ignoring payload with missing parent', fields);
    },
    unknownHead(hash, peers) {
      log.warn('Fetching the unknown forkchoice head from network', { hash: short(hash) });
      if (peers === 0) log.warn('Could not retrieve unknown head from peers');
    },
  };
}

const short = (hash: string) => `${hash.slice(2, 8)}..${hash.slice(-6)}`;
