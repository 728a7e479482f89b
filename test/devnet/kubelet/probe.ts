/** One attempt of a probe, from outside the container as the kubelet makes it; messages as recorded. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { V1Container, V1Probe } from '@kubernetes/client-node';

export type ProbeResult = { readonly ok: true } | { readonly ok: false; readonly message: string };

export interface ProbeTarget {
  readonly podIP: string;
  readonly container: V1Container;
  /** True for ports that the programs bound to 127.0.0.1: nobody outside the pod reaches them. */
  isLoopbackOnly(port: number): boolean;
}

/** Time-outs are real seconds: a machine under load is no faster because the pods' time is scaled. */
export async function attemptProbe(probe: V1Probe, target: ProbeTarget): Promise<ProbeResult> {
  const timeout = (probe.timeoutSeconds ?? 1) * 1000;
  const action = probe.httpGet ?? probe.tcpSocket;
  if (!action) return failed('the pod runner probes by httpGet and tcpSocket only');
  const host = action.host ?? target.podIP;
  const port = portNumber(action.port, target.container);
  if (port === undefined) return failed(`couldn't find port: ${action.port}`);
  const refused = host === target.podIP && target.isLoopbackOnly(port);
  if (probe.tcpSocket) return refused ? failed(dialError(host, port, 'ECONNREFUSED')) : dial(host, port, timeout);
  const { scheme = 'HTTP', path = '/', httpHeaders = [] } = probe.httpGet ?? {};
  const url = `${scheme.toLowerCase()}://${host}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  if (refused) return failed(`Get "${url}": ${dialError(host, port, 'ECONNREFUSED')}`);
  return get(url, host, port, Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value])), timeout);
}

function get(
  url: string,
  host: string,
  port: number,
  headers: Record<string, string>,
  timeout: number,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const options = {
      agent: false,
      headers: { 'user-agent': 'kube-probe/1.34', ...headers },
      rejectUnauthorized: false,
    };
    const request = send(url, options, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status >= 200 && status < 400 ? { ok: true } : failed(`HTTP probe failed with statuscode: ${status}`));
    });
    const timer = setTimeout(() => {
      const why = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
      resolve(failed(`Get "${url}": ${why}`));
      request.destroy();
    }, timeout);
    request.on('close', () => clearTimeout(timer));
    request.on('error', (error) => resolve(failed(`Get "${url}": ${dialError(host, port, codeOf(error))}`)));
    request.end();
  });
}

function dial(host: string, port: number, timeout: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout });
    const end = (result: ProbeResult) => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', () => end({ ok: true }));
    socket.on('timeout', () => end(failed(`dial tcp ${host}:${port}: i/o timeout`)));
    socket.on('error', (error) => end(failed(dialError(host, port, codeOf(error)))));
  });
}

function portNumber(port: number | string, container: V1Container): number | undefined {
  if (typeof port === 'number') return port;
  return container.ports?.find(({ name }) => name === port)?.containerPort;
}

function dialError(host: string, port: number, code: string): string {
  if (code === 'ECONNREFUSED') return `dial tcp ${host}:${port}: connect: connection refused`;
  if (code === 'ECONNRESET') return 'EOF';
  return `dial tcp ${host}:${port}: ${code}`;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

function failed(message: string): ProbeResult {
  return { ok: false, message };
}
