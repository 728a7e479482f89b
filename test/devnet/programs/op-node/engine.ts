import type { L2Block } from '../../ledger/block.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { PayloadAttributes } from '../execution/engine-api.ts';
import type { Log } from '../log.ts';
import type { RpcClient } from '../rpc/client.ts';
import { RpcError } from '../rpc/errors.ts';
import { EngineFailure, InvalidPayload } from './engine-failure.ts';

/** op-node's way to its execution client. Every method rejects when the client does not answer or refuses the token. */
export interface Engine {
  /** Sets the heads; false when the client lacks the head and has to sync. Rejects with an EngineFailure. */
  setHeads(heads: { readonly unsafe: L2Block; readonly safe: L2Block; readonly finalized: L2Block }): Promise<boolean>;
  /** Builds a block on the current head without making it the head; undefined when the client lacks the head. */
  build(
    heads: { readonly unsafe: L2Block; readonly safe: L2Block; readonly finalized: L2Block },
    attributes: PayloadAttributes,
  ): Promise<L2Block | undefined>;
  /** Gives a block to the client; false when its parent is missing there. Rejects with an EngineFailure, or InvalidPayload. */
  insert(block: L2Block): Promise<boolean>;
  /** Block that the client has under a tag or number; undefined when it has none. */
  block(tag: string): Promise<L2Block | undefined>;
}

interface ForkchoiceAnswer {
  readonly payloadStatus: { readonly status: string };
  readonly payloadId: string | null;
}

/** @param client authenticated client of the engine port */
export function createEngine(client: RpcClient, ledger: Ledger, log: Log): Engine {
  const update = async (
    heads: { readonly unsafe: L2Block; readonly safe: L2Block; readonly finalized: L2Block },
    attributes: PayloadAttributes | null,
  ) => {
    const state = {
      headBlockHash: heads.unsafe.hash,
      safeBlockHash: heads.safe.hash,
      finalizedBlockHash: heads.finalized.hash,
    };
    try {
      return (await client.call('engine_forkchoiceUpdatedV3', [state, attributes])) as ForkchoiceAnswer;
    } catch (error) {
      const [head, safe, finalized] = Object.values(state);
      const shown = `&{HeadBlockHash:${head} SafeBlockHash:${safe} FinalizedBlockHash:${finalized}}`;
      log.warn('Failed to share forkchoice-updated signal', { state: shown, err: messageOf(error) });
      if (error instanceof RpcError && error.code === INVALID_ATTRIBUTES) throw new InvalidAttributes(messageOf(error));
      throw new EngineFailure(`temp: failed to sync forkchoice with engine: ${messageOf(error)}`);
    }
  };
  return {
    async setHeads(heads) {
      return (await update(heads, null)).payloadStatus.status === 'VALID';
    },
    async build(heads, attributes) {
      const { payloadId } = await update(heads, attributes);
      if (payloadId === null) return undefined;
      const answer = (await client.call('engine_getPayloadV4', [payloadId])) as {
        executionPayload: { blockHash: string };
      };
      return ledger.block(answer.executionPayload.blockHash);
    },
    async insert(block) {
      const payload = { blockHash: block.hash, parentHash: block.parentHash };
      let answer: { readonly status: string };
      try {
        answer = (await client.call('engine_newPayloadV4', [payload, [], null, []])) as { status: string };
      } catch (error) {
        const why = messageOf(error);
        log.error('Payload execution failed', { block_hash: block.hash, err: why });
        const err = `temp: failed to update insert payload: failed to execute payload: ${why}`;
        log.info('failed to insert payload', { ref: `${block.hash}:${block.number}`, txs: 1, err });
        throw new EngineFailure(err);
      }
      if (answer.status === 'INVALID') throw new InvalidPayload(block);
      return answer.status === 'VALID';
    },
    async block(tag) {
      const answer = (await client.call('eth_getBlockByNumber', [tag, false])) as { hash: string } | null;
      return answer === null ? undefined : ledger.block(answer.hash);
    },
  };
}

/** Code of the engine API. */
const INVALID_ATTRIBUTES = -38003;

/** op-node has asked for a block of another fork than the client has. */
export class InvalidAttributes extends Error {}

/** With what the client adds to it, in Go's words for a map. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const added = error instanceof RpcError && error.code === INVALID_ATTRIBUTES ? error.data : undefined;
  return added === undefined ? message : `${message}: map[err:${(added as { err: string }).err}]`;
}
