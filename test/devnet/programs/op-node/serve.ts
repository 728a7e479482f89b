import { faultIsOn, isAddressInUse } from '../environment.ts';
import { json, type RpcMethods, serveRpc, text, withModules } from '../rpc/server.ts';
import { messageOf } from './driver.ts';
import type { NodeParts } from './set-up.ts';
import { SetupError } from './startup.ts';

/** Serves the RPC port. @throws SetupError when it is taken */
export async function serveNode(parts: NodeParts, methods: RpcMethods): Promise<void> {
  const { driver, environment, version } = parts;
  const { settings } = driver.config;
  const address = settings.string('rpc.addr');
  const port = settings.number('rpc.port');
  const get = (path: string) => (path === '/healthz' ? json({ version }) : path === '/' ? text(200, '') : undefined);
  const hanging = () => faultIsOn(environment, driver.process, 'hangRpc');
  try {
    await serveRpc(driver.process, { address, port, methods: withModules(methods), get, hanging });
  } catch (error) {
    if (!isAddressInUse(error)) throw new SetupError(`failed to init the RPC server: ${messageOf(error)}`);
    throw new SetupError(
      `failed to init the RPC server: unable to start RPC server: failed to bind to address "${address}:${port}": listen tcp ${address}:${port}: bind: address already in use`,
    );
  }
  driver.log.info('Started JSON-RPC server', { addr: `${address}:${port}` });
}
