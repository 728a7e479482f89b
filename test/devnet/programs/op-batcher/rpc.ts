import { failure } from '../rpc/errors.ts';
import type { RpcMethods } from '../rpc/server.ts';
import type { Settings } from '../settings/settings.ts';
import { txManagerMethods } from '../txmgr/rpc.ts';
import type { Submitter } from './submitter.ts';

/** Methods of op-batcher's port; `admin` and `txmgr` only where they are enabled. */
export function batcherMethods(submitter: Submitter, settings: Settings, version: string): RpcMethods {
  const health: RpcMethods = { health_status: () => version };
  if (!settings.bool('rpc.enable-admin')) return health;
  return {
    ...health,
    admin_startBatcher: () => submitter.start(),
    admin_stopBatcher: () => submitter.stop(),
    admin_flushBatcher: () => submitter.flush(),
    admin_getThrottleController: () => ({
      type: settings.string('throttle.controller-type'),
      lower_threshold: settings.number('throttle.unsafe-da-bytes-lower-threshold'),
      upper_threshold: settings.number('throttle.unsafe-da-bytes-upper-threshold'),
      current_load: 0,
      intensity: 0,
      max_tx_size: 0,
      max_block_size: settings.number('throttle.block-size-upper-limit'),
    }),
    admin_setLogLevel(params) {
      const level = String(params[0]);
      if (!['trace', 'debug', 'info', 'warn', 'error', 'crit'].includes(level))
        throw failure(`unknown level: ${level}`);
      return null;
    },
    ...txManagerMethods(settings),
  };
}
