import { writeFileSync } from 'node:fs';
import { Wallet } from 'ethers';
import { type Environment, fileError, readText } from '../environment.ts';
import type { Log } from '../log.ts';
import type { Multiaddr } from '../p2p-identity.ts';
import type { Process } from '../process.ts';
import { parseSecret } from '../rpc/jwt.ts';
import type { Settings } from '../settings/settings.ts';
import { compareVersions, type Version } from '../version.ts';
import { type BlockSigner, loadBlockSigner } from './block-signer.ts';
import { ConfigError } from './config-error.ts';
import { readP2p } from './p2p-config.ts';
import { checkRollupConfig, decodeRollupConfig, type RollupConfig } from './rollup-config.ts';

/** What op-node knows after reading its settings and files, before it talks to anybody. */
export interface NodeConfig {
  readonly settings: Settings;
  readonly version: Version;
  readonly rollup: RollupConfig;
  readonly jwtSecret: Buffer;
  readonly p2p: { readonly privateKey: Buffer; readonly staticPeers: readonly Multiaddr[] } | undefined;
  /** Signs gossiped blocks. */
  readonly signer: BlockSigner | undefined;
}

const REQUIRED = ['l1', 'l2', 'l2.jwt-secret'];

/** Reads settings and files in op-node's order, and asks a remote signer whether it is there. @throws ConfigError */
export async function readConfig(
  process: Process,
  environment: Environment,
  settings: Settings,
  version: Version,
  log: Log,
): Promise<NodeConfig> {
  const missing = REQUIRED.find((flag) => !settings.isSet(flag));
  if (missing !== undefined) throw new ConfigError(`flag ${missing} is required`);
  if (compareVersions(version, '1.18.0') < 0) {
    log.info('Not opted in to ProtocolVersions signal loading, disabling ProtocolVersions contract now.');
  }
  const rollup = readRollup(process, environment, settings);
  checkL1ChainConfig(process, settings, rollup);
  const jwtSecret = readJwtSecret(process, settings, log);
  const signer = await loadBlockSigner(process, settings, log, rollup.l2ChainId);
  const p2p = settings.bool('p2p.disable') ? undefined : await readP2p(process, settings, log);
  const problem = checkRollupConfig(rollup);
  if (problem !== undefined) throw new ConfigError(`rollup config error: ${problem}`);
  if (typeof rollup.raw['ecotone_time'] === 'number' && settings.string('l1.beacon') === '') {
    throw new ConfigError('misconfigured L1 Beacon API endpoint: expected L1 Beacon API endpoint, but got none');
  }
  return { settings, version, rollup, jwtSecret, p2p, signer };
}

/** A name wins over a file. */
function readRollup(process: Process, environment: Environment, settings: Settings): RollupConfig {
  const network = settings.string('network');
  const known = environment.networks.get(network);
  if (known) return decodeRollupConfig(JSON.stringify(known.rollup));
  if (network !== '') throw new ConfigError(`invalid network: "${network}"`);
  const path = settings.string('rollup.config');
  let content: string;
  try {
    content = readText(process, path);
  } catch (error) {
    throw new ConfigError(`failed to read rollup config: ${fileError('open', path, error)}`);
  }
  try {
    return decodeRollupConfig(content);
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}

/** Chains whose L1 config op-node has built in. */
const KNOWN_L1 = [1, 11_155_111, 560_048];

function checkL1ChainConfig(process: Process, settings: Settings, rollup: RollupConfig): void {
  const path = settings.string('rollup.l1-chain-config');
  if (path === '' && KNOWN_L1.includes(rollup.l1ChainId)) return;
  let content: string;
  try {
    content = readText(process, path);
  } catch (error) {
    throw new ConfigError(`failed to read chain spec: ${fileError('open', path, error)}`);
  }
  const parsed = parseJson(content) as { chainId?: unknown; config?: { chainId?: unknown } } | undefined;
  if (parsed === undefined) throw new ConfigError('failed to decode L1 chain config: invalid JSON');
  const chainId = Number(parsed.config?.chainId ?? parsed.chainId);
  if (chainId !== rollup.l1ChainId) {
    throw new ConfigError(`l1 chain config chain ID mismatch: ${chainId} != ${rollup.l1ChainId}`);
  }
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

function readJwtSecret(process: Process, settings: Settings, log: Log): Buffer {
  const path = settings.string('l2.jwt-secret');
  let content: string | undefined;
  try {
    content = readText(process, path);
  } catch {
    log.warn('Failed to read JWT secret from file, generating a new one now.', { path });
  }
  if (content === undefined) return writeNewSecret(process, path);
  const secret = parseSecret(content);
  if (secret !== undefined) return secret;
  throw new ConfigError(
    `failed to load l2 endpoints info: invalid jwt secret in path "${path}", not 32 hex-formatted bytes`,
  );
}

/** A missing secret is made up, and fails at the execution client later. */
function writeNewSecret(process: Process, path: string): Buffer {
  const secret = Wallet.createRandom().privateKey.slice(2);
  try {
    writeFileSync(process.context.hostPath(path), secret, { mode: 0o600 });
  } catch (error) {
    throw new ConfigError(`failed to load l2 endpoints info: ${fileError('open', path, error)}`);
  }
  return Buffer.from(secret, 'hex');
}
