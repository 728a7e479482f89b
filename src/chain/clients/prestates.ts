/** Prestates: what the program that decides a game starts from, as files named after their hash. */
import { type HttpOptions, httpRequest } from './http.ts';
import { RpcError } from './rpc-error.ts';

/** In the order in which op-challenger looks for them (op-stack.md 2.6). */
const ENDINGS = ['.bin.gz', '.json.gz', '.json'];

/**
 * Whether a prestate can be fetched. Only asked for, never read: it may have hundreds of megabytes.
 * @throws RpcError when the server does not answer, or answers with something else than yes or no
 */
export async function hasPrestate(url: string, hash: string, options: HttpOptions = {}): Promise<boolean> {
  for (const ending of ENDINGS) {
    const path = `/${hash}${ending}`;
    const { status, endpoint } = await httpRequest(url, path, { path, method: 'HEAD' }, options);
    if (status === 200) return true;
    if (status === 404) continue;
    const message = `${endpoint.host} answered ${path} with HTTP ${status}`;
    throw new RpcError(message, { kind: 'rpc-error', host: endpoint.host, method: path });
  }
  return false;
}
