/** The second-last resort: a file of an official release, checked against a digest that is pinned in this repository. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Download {
  url: string;
  /** Lower-case hex digest of the file behind `url`. */
  sha256: string;
}

/** Time until the answer's headers: a host that is not reached by then is taken for unreachable. */
const REACH_MS = 5_000;
const TRANSFER_MS = 10 * 60_000;

/**
 * Fetches the program to `target`. Errors name the address and what was wrong with it; nothing is left behind unless
 * the digest is right.
 */
export async function download(source: Download, target: string): Promise<void> {
  const partial = `${target}.download`;
  try {
    await fetchTo(source.url, partial);
    const digest = await sha256(partial);
    if (digest !== source.sha256) {
      throw new Error(`${source.url} has sha256 ${digest}, pinned is ${source.sha256}: not used`);
    }
    await chmod(partial, 0o755);
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
}

async function fetchTo(url: string, file: string): Promise<void> {
  const reach = new AbortController();
  const timer = setTimeout(() => reach.abort(), REACH_MS);
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.any([reach.signal, AbortSignal.timeout(TRANSFER_MS)]) });
  } catch (error) {
    const reason = reach.signal.aborted ? `no answer within ${REACH_MS / 1000} s` : causeOf(error);
    throw new Error(`${new URL(url).host} is not reachable (${reason})`);
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok || response.body === null) throw new Error(`${url} answered HTTP ${response.status}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function causeOf(error: unknown): string {
  if (error instanceof Error && error.cause instanceof Error) return error.cause.message;
  return error instanceof Error ? error.message : String(error);
}
