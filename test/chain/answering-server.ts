import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly path: string;
  readonly verb: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON body. */
  readonly body: { readonly id?: number; readonly method?: string; readonly params?: readonly unknown[] } | undefined;
}

/** `hang`: the connection stays open without an answer. `drop`: it is closed without one. */
export type Answer =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown }
  | 'hang'
  | 'drop';

export interface AnsweringServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly asked: Asked[];
}

/** An HTTP server that answers as a test says. Objects are sent as JSON, strings and buffers as they are. */
export async function answering(
  answer: (asked: Asked) => Answer | Promise<Answer>,
  { host = '127.0.0.1', port: wanted = 0 }: { readonly host?: string; readonly port?: number } = {},
): Promise<AnsweringServer> {
  const asked: Asked[] = [];
  const server = createServer((incoming, outgoing) => {
    let text = '';
    incoming.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    incoming.on('end', async () => {
      const request: Asked = {
        path: incoming.url ?? '',
        verb: incoming.method ?? '',
        headers: incoming.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
      asked.push(request);
      const response = await answer(request);
      if (response === 'hang') return;
      if (response === 'drop') {
        incoming.socket.destroy();
        return;
      }
      outgoing.statusCode = response.status ?? 200;
      for (const [name, value] of Object.entries(response.headers ?? {})) outgoing.setHeader(name, value);
      const { body } = response;
      outgoing.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(wanted, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    port,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface Recorded {
  readonly state: string;
  readonly request: { readonly method: string; readonly params: readonly unknown[] };
  readonly response: { readonly result?: unknown; readonly error?: { code: number; message: string } };
  readonly httpStatus: number;
}

/** A recorded answer of a real program: `recorded('op-node-1.18.2', 'version')`. */
export function recorded(program: string, name: string): Recorded {
  return JSON.parse(recordedText(program, `${name}.json`)) as Recorded;
}

/** A recorded file as it is: `recordedText('op-node-1.18.2', 'metrics-replica.txt')`. */
export function recordedText(program: string, file: string): string {
  return readFileSync(new URL(`fixtures/recorded/${program}/${file}`, import.meta.url), 'utf8');
}

/** A program that answers each method with one recording, and any other method like one that it does not have. */
export function replaying(...recordings: readonly Recorded[]): Promise<AnsweringServer> {
  return answering(({ body }) => {
    const found = recordings.find(({ request }) => request.method === body?.method);
    if (!found)
      return { body: { jsonrpc: '2.0', id: body?.id, error: { code: -32601, message: 'the method does not exist' } } };
    const response = typeof found.response === 'string' ? found.response : { ...found.response, id: body?.id };
    return { status: found.httpStatus, body: response };
  });
}
