import { createSecureContext } from 'node:tls';
import { fileError } from '../environment.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';

/** How often certman looks whether the files have changed. */
const LOOK_MS = 2_000;

/** A certificate and its key; undefined while none could be loaded. */
export interface CertificatePair {
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

/**
 * Loads a certificate and its key, and loads them again when the files change; a pair that does not fit leaves the one
 * before in use (certman of op-service, as in its source of 1.16.11).
 * @param reloaded called after each load but the first
 */
export function watchCertificate(
  process: Process,
  log: Log,
  paths: { readonly cert: string; readonly key: string },
  reloaded: (pair: CertificatePair) => void = () => {},
): () => CertificatePair {
  let seen = '';
  let pair: CertificatePair = { cert: undefined, key: undefined };
  const load = (): boolean => {
    const now = readPair(process, paths);
    if (now.seen === seen) return false;
    seen = now.seen;
    if (now.problem === undefined) {
      pair = { cert: now.cert, key: now.key };
      log.info('certman: certificate and key loaded');
    } else {
      log.error("certman: can't load cert or key file", { err: now.problem });
    }
    return now.problem === undefined;
  };
  load();
  log.info('certman: watching for cert and key change');
  process.spawn(async () => {
    while (await process.sleep(LOOK_MS)) if (load()) reloaded(pair);
  });
  return () => pair;
}

interface ReadPair extends CertificatePair {
  /** Tells this content from any other. */
  readonly seen: string;
  readonly problem: string | undefined;
}

function readPair({ context }: Process, paths: { readonly cert: string; readonly key: string }): ReadPair {
  let path = paths.cert;
  try {
    const cert = context.readFile(path);
    path = paths.key;
    const key = context.readFile(path);
    const seen = `${cert.toString('base64')} ${key.toString('base64')}`;
    return { cert, key, seen, problem: whyUnfit(cert, key) };
  } catch (error) {
    const problem = fileError('open', path, error);
    return { cert: undefined, key: undefined, seen: problem, problem };
  }
}

function whyUnfit(cert: Buffer, key: Buffer): string | undefined {
  try {
    createSecureContext({ cert, key });
    return undefined;
  } catch {
    return 'tls: private key does not match public key';
  }
}
