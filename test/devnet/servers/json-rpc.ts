export type Hex = `0x${string}`;

interface Answer<T> {
  id: number;
  result?: T;
  error?: { message: string };
}

/** One call. Errors carry the node's own message; `url` is a loopback address of the devnet, so it may appear in them. */
export async function jsonRpc<T>(url: string, method: string, params: readonly unknown[] = []): Promise<T> {
  return resultOf(await post<Answer<T>>(url, { jsonrpc: '2.0', id: 0, method, params }), method, url);
}

/** Many calls in one request; the results are in the order of the calls. The first error rejects. */
export async function jsonRpcBatch<T>(
  url: string,
  calls: readonly (readonly [method: string, params: readonly unknown[]])[],
): Promise<T[]> {
  const body = calls.map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params }));
  const answers = new Map((await post<Answer<T>[]>(url, body)).map((answer) => [answer.id, answer]));
  return calls.map(([method], id) => {
    const answer = answers.get(id);
    if (answer === undefined) throw new Error(`${method} at ${url}: no answer`);
    return resultOf(answer, method, url);
  });
}

async function post<T>(url: string, body: unknown): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  return (await response.json()) as T;
}

function resultOf<T>(answer: Answer<T>, method: string, url: string): T {
  if (answer.error !== undefined) throw new Error(`${method} at ${url}: ${answer.error.message}`);
  return answer.result as T;
}
