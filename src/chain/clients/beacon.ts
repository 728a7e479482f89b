/** Beacon node of L1. */
import { z } from 'zod';
import { type HttpAnswer, type HttpOptions, httpRequest } from './http.ts';
import { RpcError } from './rpc-error.ts';

/** Slots that a beacon node may be behind and still serves the blobs that derivation asks for. */
const LARGEST_DISTANCE = 4;

const syncingAnswer = z.object({
  data: z.object({ is_syncing: z.boolean(), sync_distance: z.coerce.number() }),
});

/**
 * Whether the beacon node can be used: it answers and is synced. Servers that do not know their sync state (archives of
 * blobs, anvil) are asked for the genesis instead.
 * @throws RpcError when it does not answer, or is behind
 */
export async function beaconReady(url: string, options: HttpOptions = {}): Promise<true> {
  const path = '/eth/v1/node/syncing';
  const answer = await httpRequest(url, path, { path }, options);
  if (answer.status === 404 || answer.status === 405 || answer.status === 501) {
    const genesis = '/eth/v1/beacon/genesis';
    expectOk(await httpRequest(url, genesis, { path: genesis }, options), genesis);
    return true;
  }
  expectOk(answer, path);
  const parsed = syncingAnswer.safeParse(jsonOrUndefined(answer.text));
  if (!parsed.success) throw failed(answer, path, 'answered with something unexpected');
  const { is_syncing, sync_distance } = parsed.data.data;
  if (is_syncing && sync_distance > LARGEST_DISTANCE)
    throw failed(answer, path, `is syncing, ${sync_distance} slots behind`);
  return true;
}

function expectOk(answer: HttpAnswer, path: string): void {
  if (answer.status !== 200) throw failed(answer, path, `answered with HTTP ${answer.status}`);
}

function failed({ endpoint, status }: HttpAnswer, path: string, what: string): RpcError {
  const kind = status === 429 || status >= 500 ? 'unreachable' : status === 404 ? 'method-missing' : 'rpc-error';
  return new RpcError(`${endpoint.host}: ${path}: ${what}`, { kind, host: endpoint.host, method: path });
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
