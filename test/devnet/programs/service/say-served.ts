import type { Log } from '../log.ts';
import type { Settings } from '../settings/settings.ts';

/** What a service says when its RPC server is up: namespaces beyond the public ones only with the admin API. */
export function sayServed(log: Log, settings: Settings, namespaces: readonly string[]): void {
  if (settings.bool('rpc.enable-admin')) {
    for (const namespace of namespaces) log.info('registered API', { route: '', namespace });
    log.info('Admin RPC enabled');
  }
  log.info('Starting JSON-RPC server');
  log.info('Started RPC server', { endpoint: `http://${settings.string('rpc.addr')}:${settings.string('rpc.port')}` });
}
