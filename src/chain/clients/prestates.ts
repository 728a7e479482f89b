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
    const status = await statusOf(url, path, options);
    if (status === 200 || status === 206) return true;
    // Stores that nobody may list say 403 of what they do not have; op-challenger takes any of these for a no.
    if (status >= 400 && status < 500 && status !== TOO_MANY_REQUESTS) continue;
    const { host } = new URL(url);
    throw new RpcError(`${host} answered ${path} with HTTP ${status}`, { kind: 'rpc-error', host, method: path });
  }
  return false;
}

const TOO_MANY_REQUESTS = 429;
const NO_HEAD = [405, 501];

async function statusOf(url: string, path: string, options: HttpOptions): Promise<number> {
  const { status } = await answerTo(url, { path, method: 'HEAD' }, options);
  if (!NO_HEAD.includes(status)) return status;
  return (await answerTo(url, { path, range: 'bytes=0-0' }, options)).status;
}

async function answerTo(
  url: string,
  request: { readonly path: string; readonly method?: 'HEAD'; readonly range?: string },
  options: HttpOptions,
): Promise<{ readonly status: number }> {
  try {
    return await httpRequest(url, request.path, request, options);
  } catch (error) {
    if (error instanceof RpcError && error.kind === 'unauthorised') return { status: 403 };
    throw error;
  }
}
