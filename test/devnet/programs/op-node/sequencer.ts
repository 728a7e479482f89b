import type { L2Block } from '../../ledger/block.ts';
import { failure } from '../rpc/errors.ts';
import type { AdminState } from './admin-state.ts';
import { buildBlock } from './build-block.ts';
import { type Driver, idOf, messageOf, named } from './driver.ts';
import { EngineFailure, sayEngineFailure } from './engine-failure.ts';

/** The block producer of an op-node. */
export interface Sequencer {
  active(): boolean;
  /** `admin_startSequencer`. Throws the recorded errors. */
  start(head: string): Promise<void>;
  /** `admin_stopSequencer`: the hash of the last block. */
  stop(by: 'rpc' | 'exit'): Promise<string>;
  /** Starts without any check, as the process does at its own start. */
  resume(): void;
  /** Says when it will look again. */
  sayNextAction(): void;
  /** Produces blocks for as long as the process lives. */
  run(): Promise<void>;
}

/** @param publish gossips a block that was just built */
export function createSequencer(driver: Driver, state: AdminState, publish: (block: L2Block) => void): Sequencer {
  const { process, ledger, log, config } = driver;
  const enabled = config.settings.bool('sequencer.enabled');
  const conducted = config.settings.bool('conductor.enabled');
  let active = false;
  let wake = new AbortController();
  let builtAt = 0;
  const begin = (by: 'start' | 'rpc') => {
    state.write(true);
    active = true;
    wake.abort();
    log.info('Sequencer has been started', { 'next action': new Date().toISOString() });
    driver.record({ type: 'sequencer-started', head: driver.heads && idOf(driver.heads.unsafe), by });
  };
  process.onEnd((how) => {
    if (!active) return;
    active = false;
    driver.recordEnd({ type: 'sequencer-stopped', head: driver.heads && idOf(driver.heads.unsafe), by: how });
  });

  const sayNextAction = () => {
    const delta = active ? nextAction(driver, active, builtAt) : 0;
    log.info('Scheduled sequencer action', { delta: `${delta}ms` });
  };

  const step = async () => {
    const built = await driver.exclusively(async () => (active ? buildBlock(driver) : undefined));
    if (built === undefined) return;
    builtAt = ledger.now();
    driver.counters.sequencedBlocks += 1;
    driver.counters.sequencedTransactions += built.transactions.length;
    driver.record({ type: 'block-produced', block: idOf(built), timestamp: built.timestamp });
    publish(built);
    log.info('Inserted new L2 unsafe block', { hash: built.hash, number: built.number });
  };

  return {
    active: () => active,
    async start(head) {
      if (!enabled) throw failure('sequencer is not enabled');
      if (conducted) throw failure('sequencer is not the leader, aborting');
      await driver.exclusively(async () => {
        if (active) throw failure('sequencer already running');
        const unsafe = driver.heads?.unsafe;
        if (unsafe === undefined) throw failure(`no prestate, cannot determine if sequencer start at ${head} is safe`);
        if (unsafe.hash !== head) throw failure(`block hash does not match: head ${named(unsafe)}, received ${head}`);
        log.info('Starting sequencing on top of known pre-state', { head: named(unsafe) });
        begin('rpc');
      });
    },
    async stop(by) {
      if (!enabled) throw failure('sequencer is not enabled');
      return driver.exclusively(async () => {
        if (!active) throw failure('sequencer not running');
        state.write(false);
        active = false;
        const head = driver.heads?.unsafe;
        log.info('Sequencer has been stopped');
        driver.record({ type: 'sequencer-stopped', head: head && idOf(head), by });
        return head?.hash ?? `0x${'00'.repeat(32)}`;
      });
    },
    resume() {
      log.info('Starting sequencing, without known pre-state');
      begin('start');
    },
    sayNextAction,
    async run() {
      while (!process.ended.aborted) {
        if (wake.signal.aborted) wake = new AbortController();
        const pause = nextAction(driver, active, builtAt);
        if (pause > 0) {
          await process.sleep(pause, wake.signal);
          continue;
        }
        try {
          await step();
        } catch (error) {
          const failed = error instanceof EngineFailure ? error : new EngineFailure(`temp: ${messageOf(error)}`);
          sayEngineFailure(driver, failed);
          await process.sleep(ledger.delays.engineBackoff);
        }
      }
    },
  };
}

/** Milliseconds until the next block is due; 0 = now. */
function nextAction(driver: Driver, active: boolean, builtAt: number): number {
  const { ledger, heads, config } = driver;
  if (!active) return 1_000;
  if (heads === undefined || !mayBuild(driver)) return 50;
  const now = ledger.now();
  const due = (heads.unsafe.timestamp + config.rollup.blockTime) * 1_000 - now;
  if (due > 0) return due;
  return Math.max(0, builtAt + 1_000 / ledger.catchUpBlocksPerSecond - now);
}

/** Derivation goes first: while it inserts blocks, and before it has once been at the L1 head with nothing to build on. */
function mayBuild(driver: Driver): boolean {
  const { ledger, heads } = driver;
  if (ledger.now() - driver.derivedAt < ledger.delays.engineBackoff / 2) return false;
  return driver.caughtUp || (heads !== undefined && heads.unsafe.number > heads.safe.number);
}
