import { fileError } from '../environment.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import { createRpcClient } from '../rpc/client.ts';
import type { Settings } from '../settings/settings.ts';
import { watchCertificate } from './certificate-files.ts';

/** A connection to an op-signer that has answered once. */
export interface SignerClient {
  /** Whom it signs for, as configured. */
  readonly address: string;
  /** Rejects with `<method> failed: …`. */
  call(method: string, args: object): Promise<unknown>;
}

const PING_MS = 3_000;

/** True when settings name a remote signer; endpoint or address alone is none. */
export const hasRemoteSigner = (settings: Settings): boolean =>
  settings.string('signer.endpoint') !== '' && settings.string('signer.address') !== '';

/**
 * Connects as the op-* programs do at their start (op-service/signer of 1.16.11): the authority is read once, the client
 * certificate whenever it changes.
 * @throws Error in Go's words when the signer does not answer `health_status`
 */
export async function connectSigner(process: Process, log: Log, settings: Settings): Promise<SignerClient> {
  const url = settings.string('signer.endpoint');
  const tls = settings.bool('signer.tls.enabled') ? openTls(process, log, settings) : undefined;
  if (tls === undefined) log.info('no tlsConfig specified, using default http client');
  const options = tls === undefined ? {} : { tls };
  const version = await createRpcClient(process, url, { ...options, timeoutMs: PING_MS }).call('health_status', []);
  log.info('Connected to op-signer server', { version: String(version) });
  const client = createRpcClient(process, url, options);
  return {
    address: settings.string('signer.address'),
    async call(method, args) {
      try {
        return await client.call(method, [args]);
      } catch (error) {
        throw new Error(`${method} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

function openTls(process: Process, log: Log, settings: Settings) {
  log.info('tlsConfig specified, loading tls config');
  const authority = settings.string('signer.tls.ca');
  let ca: Buffer;
  try {
    ca = process.context.readFile(authority);
  } catch (error) {
    throw new Error(`failed to read tls.ca: ${fileError('open', authority, error)}`);
  }
  const paths = { cert: settings.string('signer.tls.cert'), key: settings.string('signer.tls.key') };
  const pair = watchCertificate(process, log, paths);
  return () => ({ ca, ...pair() });
}
