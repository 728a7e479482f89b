import { z } from 'zod';
import type { HttpOptions } from './http.ts';
import { jsonRpc } from './json-rpc.ts';
import { programVersion } from './program-version.ts';

/** `v1.16.11`, of an op-batcher or op-proposer. Says that the process answers and nothing else: it is the same in every broken state. */
export async function serviceVersion(url: string, options?: HttpOptions): Promise<string> {
  return programVersion(await jsonRpc(url, { method: 'health_status', answer: z.string() }, options));
}
