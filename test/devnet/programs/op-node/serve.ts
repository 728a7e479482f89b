import { faultIsOn, isAddressInUse } from '../environment.ts';
import type { Log } from '../log.ts';
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
  sayServed(driver.log, methods, `${address}:${port}`);
}

/** The namespaces in the order in which op-node registers them, then where they are served. */
function sayServed(log: Log, methods: RpcMethods, addr: string): void {
  const register = (namespace: string) => log.info('registered API', { route: '', namespace });
  register('optimism');
  register('optimism');
  if ('opp2p_self' in methods) {
    register('opp2p');
    log.info('P2P RPC enabled');
  }
  if ('admin_sequencerActive' in methods) {
    register('admin');
    log.info('Admin RPC enabled');
  }
  log.info('Starting JSON-RPC server');
  log.info('Started RPC server', { endpoint: `http://${addr}` });
  log.info('Started JSON-RPC server', { addr });
}
