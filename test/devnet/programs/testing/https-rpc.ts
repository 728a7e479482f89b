import { request } from 'node:https';
import type { RpcAnswer } from './rpc.ts';
import type { TlsFiles } from './signer-files.ts';

export interface HttpsAnswer {
  readonly status: number;
  readonly body: string;
}

/** One request to a server with a certificate, by a client with another or none. */
export function httpsCall(url: string, host: string, tls: Partial<TlsFiles>, body?: string): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const options = {
      method: body === undefined ? 'GET' : 'POST',
      agent: false as const,
      servername: host,
      ca: tls['ca.crt'],
      cert: tls['tls.crt'],
      key: tls['tls.key'],
    };
    const call = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** A JSON-RPC call. @throws Error when the answer is none of JSON-RPC */
export async function httpsRpc(
  url: string,
  host: string,
  tls: Partial<TlsFiles>,
  method: string,
  ...params: readonly unknown[]
): Promise<RpcAnswer> {
  const { status, body } = await httpsCall(url, host, tls, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
  if (status !== 200) throw new Error(`${status}: ${body}`);
  return JSON.parse(body) as RpcAnswer;
}
