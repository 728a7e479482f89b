import type { Log } from '../log.ts';
import { RpcError } from '../rpc/errors.ts';
import type { RpcMethods } from '../rpc/server.ts';
import type { Settings } from '../settings/settings.ts';
import { txManagerMethods } from '../txmgr/rpc.ts';
import { ClosedChannel, type Driver } from './driver.ts';

/** Methods of op-proposer's port; `admin` and `txmgr` only where they are enabled. */
export function proposerMethods(driver: Driver, settings: Settings, log: Log, version: string): RpcMethods {
  const health: RpcMethods = { health_status: () => version };
  if (!settings.bool('rpc.enable-admin')) return health;
  return {
    ...health,
    admin_startProposer: () => driver.start(),
    async admin_stopProposer() {
      try {
        await driver.stop('rpc');
      } catch (error) {
        if (!(error instanceof ClosedChannel)) throw error;
        log.error(`RPC method admin_stopProposer crashed: ${error.message}`);
        throw new RpcError(-32603, 'method handler crashed');
      }
    },
    ...txManagerMethods(settings),
  };
}
