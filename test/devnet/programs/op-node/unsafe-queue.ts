import type { L2Block } from '../../ledger/block.ts';
import { type Driver, type Heads, idOf, messageOf, named } from './driver.ts';
import { EngineFailure, InvalidPayload, sayEngineFailure } from './engine-failure.ts';

/** Blocks that came by gossip and wait for their parents. */
export interface UnsafeQueue {
  push(block: L2Block): void;
  /** Inserts everything that continues the unsafe head. */
  drain(): Promise<void>;
  newest(): L2Block | undefined;
}

const MAX_BLOCKS = 2_000;
/** A gap is looked at again every two block times (recorded: 4 s). */
const GAP_CHECK_BLOCK_TIMES = 2;

/**
 * A missed block is not asked for: the unsafe head stays where it is until the batch with the missing block has been
 * derived, unless request/response sync is on or the execution client fetches it from peers of its own (recorded).
 * @param peerHas whether a connected peer has the block and its ancestors
 */
export function createUnsafeQueue(
  driver: Driver,
  isSequencing: () => boolean,
  peerHas: (block: L2Block) => boolean,
): UnsafeQueue {
  const { engine, ledger, log, process } = driver;
  const waiting = new Map<string, L2Block[]>();
  let newest: L2Block | undefined;
  let frozenFor: string | undefined;
  /** When the client is next told of the block behind the gap. */
  let attemptAt = 0;
  let requesting = false;

  const insertNext = async (): Promise<boolean> => {
    const heads = driver.heads;
    const next = heads === undefined ? undefined : waiting.get(heads.unsafe.hash)?.[0];
    if (heads === undefined || next === undefined || isSequencing()) return false;
    if (!(await engine.insert(next)) || !(await driver.moveTo({ ...heads, unsafe: next }))) return false;
    waiting.delete(heads.unsafe.hash);
    return true;
  };

  const drop = ({ hash, number, timestamp, parentHash }: L2Block) => {
    waiting.delete(parentHash);
    log.warn('Dropping invalid unsafe payload', { hash, number, timestamp });
  };

  const dropOld = (height: number) => {
    for (const [parent, blocks] of waiting) if ((blocks[0]?.number ?? 0) <= height) waiting.delete(parent);
  };

  const closeGap = async () => {
    const heads = driver.heads;
    if (heads === undefined || isSequencing()) return;
    dropOld(heads.unsafe.number);
    const first = [...waiting.values()].flat().sort((a, b) => a.number - b.number)[0];
    if (first === undefined || newest === undefined) {
      frozenFor = undefined;
      attemptAt = 0;
      return;
    }
    if (frozenFor !== heads.unsafe.hash) {
      frozenFor = heads.unsafe.hash;
      driver.record({ type: 'unsafe-frozen', head: idOf(heads.unsafe), waitingFor: idOf(first) });
    }
    if (driver.config.settings.bool('syncmode.req-resp')) return request(first);
    if (ledger.now() < attemptAt) return;
    attemptAt = ledger.now() + GAP_CHECK_BLOCK_TIMES * driver.config.rollup.blockTime * 1_000;
    await leaveToClient(heads, first);
  };

  const leaveToClient = async (heads: Heads, first: L2Block) => {
    log.info('requesting engine missing unsafe L2 block range', {
      start: named(heads.unsafe),
      end: named(first),
      size: first.number - heads.unsafe.number,
    });
    if (await engine.insert(first)) {
      await driver.moveTo({ ...heads, unsafe: first });
      return;
    }
    const err = syncingError(first);
    log.error('failed to insert unsafe payload', { err });
    log.warn('failed to check for unsafe L2 blocks to sync', { err });
  };

  const request = (first: L2Block) => {
    if (requesting) return;
    requesting = true;
    process.spawn(async () => {
      // A process that has ended would ask again and again, without giving any other one its turn.
      if (!(await process.sleep(ledger.delays.requestResponseSync))) return;
      requesting = false;
      await driver.exclusively(async () => (peerHas(first) ? fetchRange(driver, first) : undefined)).catch(() => {});
      await drain();
    });
  };

  const drain = async () => {
    try {
      await driver.exclusively(async () => {
        if (isSequencing()) waiting.clear();
        while (await insertNext());
        await closeGap();
      });
    } catch (error) {
      if (error instanceof InvalidPayload) drop(error.block);
      sayEngineFailure(driver, error instanceof EngineFailure ? error : new EngineFailure(messageOf(error)));
    }
  };

  return {
    newest: () => newest,
    drain,
    push(block) {
      if (newest === undefined || block.number > newest.number) newest = block;
      const siblings = waiting.get(block.parentHash) ?? [];
      if (siblings.some((sibling) => sibling.hash === block.hash) || waiting.size > MAX_BLOCKS) return;
      waiting.set(block.parentHash, [...siblings, block]);
      process.spawn(drain);
    },
  };
}

const syncingError = (block: L2Block) =>
  `temp: cannot prepare unsafe chain for new payload: new - ${named(block)}; parent: ${block.parentHash}:${block.number - 1}; err: updated forkchoice, but node is syncing`;

/** Request/response sync: the missing range comes from a peer that has the block. */
async function fetchRange(driver: Driver, first: L2Block): Promise<void> {
  const { heads, ledger, engine } = driver;
  if (heads === undefined || first.number <= heads.unsafe.number) return;
  const missing = ledger.range(first.hash, heads.unsafe.number + 1);
  if (missing?.[0]?.parentHash !== heads.unsafe.hash) return;
  for (const block of missing) if (!(await engine.insert(block))) return;
  await driver.moveTo({ ...heads, unsafe: first });
}
