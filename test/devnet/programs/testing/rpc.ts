/** Calls a simulated program from outside, like the operator does. */
export async function rpc<T>(url: string, method: string, params: readonly unknown[] = [], token?: string): Promise<T> {
  const answer = await rpcAnswer(url, method, params, token);
  if (answer.error !== undefined) throw new Error(`${answer.error.code} ${answer.error.message}`);
  return answer.result as T;
}

export interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** The whole JSON-RPC answer, without an opinion about errors. */
export async function rpcAnswer(
  url: string,
  method: string,
  params: readonly unknown[] = [],
  token?: string,
): Promise<RpcAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: token }) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return (await response.json()) as RpcAnswer;
}
