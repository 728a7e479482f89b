import type { BlockId, L2Block } from '../../ledger/block.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { RpcError } from '../rpc/errors.ts';
import type { RpcMethods } from '../rpc/server.ts';
import type { Chain, Heads } from './chain.ts';

/** Payload attributes of the simulated engine: what a real one reads from the L1-info deposit is given openly. */
export interface PayloadAttributes {
  readonly timestamp: number;
  readonly l1Origin: BlockId;
  readonly sequenceNumber: number;
  readonly batcher: string;
  readonly forced: boolean;
  readonly noTxPool: boolean;
}

const CAPABILITIES = [
  'engine_forkchoiceUpdatedV1',
  'engine_forkchoiceUpdatedV2',
  'engine_forkchoiceUpdatedV3',
  'engine_getPayloadV2',
  'engine_getPayloadV3',
  'engine_getPayloadV4',
  'engine_newPayloadV2',
  'engine_newPayloadV3',
  'engine_newPayloadV4',
];

const status = (name: 'VALID' | 'SYNCING', latest: string | null) => ({
  status: name,
  latestValidHash: latest,
  validationError: null,
});

/**
 * The `engine_*` methods. Blocks travel by hash: their content is in the ledger.
 * @param onMissing called with a block whose ancestors this client lacks
 */
export function engineMethods(ledger: Ledger, chain: Chain, onMissing: (target: L2Block) => void): RpcMethods {
  const payloads = new Map<string, L2Block>();

  const missing = (block: L2Block | undefined) => {
    if (block !== undefined) onMissing(block);
    return status('SYNCING', null);
  };
  const startBuilding = (attributes: PayloadAttributes): string => {
    const parent = chain.unsafe();
    const { noTxPool, ...content } = attributes;
    const draft = { ...content, parentHash: parent.hash, number: parent.number + 1, transactions: [] };
    const block = chain.build(draft, !noTxPool);
    const id = `0x03${block.hash.slice(2, 16)}`;
    payloads.set(id, block);
    return id;
  };

  return {
    engine_exchangeCapabilities: () => CAPABILITIES,
    engine_forkchoiceUpdatedV3(params) {
      const state = params[0] as Record<string, string>;
      const heads: Heads = {
        unsafe: state['headBlockHash'] ?? '',
        safe: state['safeBlockHash'] ?? '',
        finalized: state['finalizedBlockHash'] ?? '',
      };
      if (!chain.setHeads(heads)) return { payloadStatus: missing(ledger.block(heads.unsafe)), payloadId: null };
      const attributes = params[1] as PayloadAttributes | null | undefined;
      const payloadId = attributes === null || attributes === undefined ? null : startBuilding(attributes);
      return { payloadStatus: status('VALID', heads.unsafe), payloadId };
    },
    engine_getPayloadV4(params) {
      const block = payloads.get(String(params[0]));
      if (block === undefined) throw new RpcError(-38001, 'Unknown payload');
      payloads.delete(String(params[0]));
      return {
        executionPayload: { blockHash: block.hash, parentHash: block.parentHash },
        shouldOverrideBuilder: false,
      };
    },
    engine_newPayloadV4(params) {
      const block = ledger.block(String((params[0] as Record<string, unknown>)['blockHash']));
      if (block === undefined || !chain.insert(block)) return missing(block);
      return status('VALID', block.hash);
    },
  };
}
