import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileError } from '../environment.ts';
import type { Log } from '../log.ts';
import { type Multiaddr, parseMultiaddr, parsePrivateKey } from '../p2p-identity.ts';
import type { Process } from '../process.ts';
import type { Settings } from '../settings/settings.ts';
import { ConfigError } from './config-error.ts';

const fail = (why: string) => new ConfigError(`failed to load p2p config: ${why}`);

/** Default bootnodes are resolved even with `--p2p.no-discovery`: without public DNS an unset option is fatal. */
export const FIRST_BOOTNODE = 'bootnode.conduit.xyz';

/** Reads the p2p settings in op-node's order. @throws ConfigError */
export async function readP2p(
  process: Process,
  settings: Settings,
  log: Log,
): Promise<{ readonly privateKey: Buffer; readonly staticPeers: readonly Multiaddr[] }> {
  const privateKey = readNodeKey(process, settings);
  if (!settings.isSet('p2p.bootnodes')) {
    log.info('Using default bootnodes, none provided.');
    const lookup = `lookup ${FIRST_BOOTNODE} on 10.96.0.10:53: no such host`;
    if ((await process.resolve(FIRST_BOOTNODE)) === undefined) {
      throw fail(
        `failed to load p2p discovery options: resolving IP of enode URL "": looking up IP for hostname "${FIRST_BOOTNODE}": ${lookup}`,
      );
    }
  }
  openDatabase(
    process,
    settings.string('p2p.discovery.path'),
    'failed to load p2p discovery options: failed to open discovery db',
  );
  const staticPeers = readStaticPeers(settings.string('p2p.static'));
  openDatabase(
    process,
    settings.string('p2p.peerstore.path'),
    'failed to load libp2p options: failed to open peerstore db',
  );
  return { privateKey, staticPeers };
}

function readNodeKey(process: Process, settings: Settings): Buffer {
  const raw = settings.string('p2p.priv.raw');
  if (raw !== '') return decodeKey(raw);
  const file = settings.string('p2p.priv.path');
  if (file === '')
    throw fail('failed to load p2p priv key: no p2p private key path specified, cannot auto-generate key without path');
  let content: string | undefined;
  try {
    content = process.context.readFile(file).toString('utf8');
  } catch {
    return storeNewKey(process, file);
  }
  return decodeKey(content);
}

function decodeKey(text: string): Buffer {
  const key = text.trim().startsWith('0x') ? undefined : parsePrivateKey(text);
  if (key === undefined) throw fail('failed to load p2p priv key: p2p priv key is not formatted in hex chars');
  return key;
}

function storeNewKey(process: Process, file: string): Buffer {
  const key = randomBytes(32);
  try {
    writeFileSync(process.context.hostPath(file), key.toString('hex'), { mode: 0o600 });
  } catch (error) {
    throw fail(`failed to load p2p priv key: failed to store new p2p priv key: ${fileError('open', file, error)}`);
  }
  return key;
}

function openDatabase(process: Process, directory: string, what: string): void {
  if (directory === 'memory' || directory === '') return;
  try {
    mkdirSync(path.join(process.context.hostPath(directory)), { recursive: true });
  } catch (error) {
    throw fail(`${what}: ${fileError('mkdir', directory, error)}`);
  }
}

function readStaticPeers(text: string): readonly Multiaddr[] {
  const addresses = text
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  return addresses.map((address, index) => {
    const parsed = parseMultiaddr(address);
    if (parsed !== undefined) return parsed;
    const where = `static peer ${index} (out of ${addresses.length})`;
    throw fail(`failed to load libp2p options: failed to parse multi addr of ${where}: "${address}"`);
  });
}
