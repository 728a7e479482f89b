import type { BlockId, L2Block } from '../../ledger/block.ts';
import { isLater } from '../../ledger/forks.ts';
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
  /** Fork that op-node builds for: from Jovian on the attributes differ by it. */
  readonly fork?: string | undefined;
}

/** Methods of op-geth's engine port, each with the number of its versions. */
const METHODS: readonly (readonly [name: string, versions: number])[] = [
  ['exchangeTransitionConfiguration', 1],
  ['executeStatelessPayload', 4],
  ['forkchoiceUpdated', 4],
  ['forkchoiceUpdatedWithWitness', 3],
  ['getBlobs', 3],
  ['getClientVersion', 1],
  ['getPayloadBodiesByHash', 2],
  ['getPayloadBodiesByRange', 2],
  ['getPayload', 6],
  ['newPayload', 5],
  ['newPayloadWithWitness', 4],
  ['signalSuperchain', 1],
];
const CAPABILITIES = METHODS.flatMap(([name, versions]) =>
  Array.from({ length: versions }, (_, index) => `engine_${name}V${index + 1}`),
);

const status = (name: 'VALID' | 'SYNCING' | 'INVALID', latest: string | null) => ({
  status: name,
  latestValidHash: latest,
  validationError: null,
});

/** What is done about blocks that this client lacks. */
export interface MissingBlocks {
  parent(block: L2Block): void;
  head(hash: string): void;
}

/** The `engine_*` methods. Blocks travel by hash: their content is in the ledger. */
export function engineMethods(ledger: Ledger, chain: Chain, missing: MissingBlocks): RpcMethods {
  const payloads = new Map<string, L2Block>();

  const startBuilding = (attributes: PayloadAttributes): string => {
    const parent = chain.unsafe();
    const { noTxPool, fork: wanted, ...content } = attributes;
    const own = chain.forkAt(attributes.timestamp);
    if (isLater(own, wanted)) throw new RpcError(-38003, 'Invalid payload attributes', { err: 'missing minBaseFee' });
    // What it does not know it leaves out: the block is another one than with the attributes of its own fork.
    const fork = own === wanted ? own : `${wanted} by ${own ?? 'the genesis'}`;
    const draft = {
      ...content,
      ...(fork === undefined ? {} : { fork }),
      parentHash: parent.hash,
      number: parent.number + 1,
      transactions: [],
    };
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
      if (!chain.setHeads(heads)) {
        missing.head(heads.unsafe);
        return { payloadStatus: status('SYNCING', null), payloadId: null };
      }
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
      if (block !== undefined && chain.insert(block)) return status('VALID', block.hash);
      if (block !== undefined && chain.has(block.parentHash)) return status('INVALID', null);
      if (block !== undefined) missing.parent(block);
      return status('SYNCING', null);
    },
  };
}
