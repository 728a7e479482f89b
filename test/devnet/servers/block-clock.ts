import { jsonRpc } from './json-rpc.ts';

export interface BlockClock {
  /** Resolves when no block is being made any more. */
  pause(): Promise<void>;
  resume(): void;
}

/**
 * Makes a block at every full `blockTimeSeconds` of the wall clock, so that timestamps are exact and never ahead.
 * anvil can do that itself (--block-time), but below 3 s it then ignores --prune-history and keeps a copy of the state
 * for each of the last 1,500 blocks: a devnet that runs for half an hour takes 600 MB.
 * While the node is away nothing happens.
 */
export function startBlockClock(options: { rpcUrl: string; blockTimeSeconds: number }): BlockClock {
  const period = options.blockTimeSeconds * 1000;
  let running = false;
  let timer: NodeJS.Timeout | undefined;
  let making: Promise<void> = Promise.resolve();
  const schedule = (): void => {
    if (!running) return;
    // A little after the full second: a timer may fire a millisecond early.
    timer = setTimeout(makeBlock, period - (Date.now() % period) + 5);
  };
  const makeBlock = (): void => {
    making = jsonRpc(options.rpcUrl, 'evm_mine').then(schedule, schedule);
  };
  const clock: BlockClock = {
    resume() {
      if (running) return;
      running = true;
      schedule();
    },
    async pause() {
      running = false;
      clearTimeout(timer);
      await making;
    },
  };
  clock.resume();
  return clock;
}
