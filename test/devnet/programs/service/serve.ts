import { type Environment, faultIsOn, isAddressInUse } from '../environment.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import { json, type RpcMethods, serveRpc, text } from '../rpc/server.ts';
import type { Settings } from '../settings/settings.ts';
import { SetupError } from './setup-error.ts';

/**
 * Serves the RPC port of a service.
 * @param log says which calls failed
 * @throws SetupError when the port is taken
 */
export async function serveService(
  process: Process,
  environment: Environment,
  settings: Settings,
  methods: RpcMethods,
  version: string,
  log?: Log,
): Promise<void> {
  const address = settings.string('rpc.addr');
  const port = settings.number('rpc.port');
  const get = (path: string) => (path === '/healthz' ? json({ version }) : path === '/' ? text(200, '') : undefined);
  try {
    const hanging = () => faultIsOn(environment, process, 'hangRpc');
    const failed = (method: string, err: string) => log?.warn(`Served ${method}`, { err });
    await serveRpc(process, { address, port, methods, get, hanging, failed });
  } catch (error) {
    if (!isAddressInUse(error)) throw error;
    const where = `${address}:${port}`;
    throw new SetupError(
      `failed to start RPC server: unable to start RPC server: failed to bind to address "${where}": listen tcp ${where}: bind: address already in use`,
    );
  }
}

/** Serves Prometheus text under every path, where metrics are enabled. */
export async function serveMetrics(process: Process, settings: Settings, show: () => string): Promise<void> {
  if (!settings.bool('metrics.enabled')) return;
  const address = settings.string('metrics.addr');
  const port = settings.number('metrics.port');
  await serveRpc(process, { address, port, methods: {}, get: () => text(200, show()), hanging: () => false });
}
