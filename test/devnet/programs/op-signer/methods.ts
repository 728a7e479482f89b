import type { SigningKey } from 'ethers';
import type { Log } from '../log.ts';
import { failure, missingArgument } from '../rpc/errors.ts';
import { type RpcMethods, withModules } from '../rpc/server.ts';
import type { BlockSigningMessage } from '../signer/signing-hash.ts';
import { type AuthRow, rowOf } from './auth-config.ts';
import {
  type BlockPayloadArguments,
  type BlockPayloadArgumentsV2,
  messageV1,
  messageV2,
  signBlock,
} from './sign-block.ts';
import { signTransaction } from './sign-transaction.ts';

export interface SignerParts {
  readonly rows: readonly AuthRow[];
  readonly keys: ReadonlyMap<string, SigningKey>;
  readonly version: string;
  readonly log: Log;
}

/** What a client of this name can call. */
export function signerMethods({ rows, keys, version, log }: SignerParts, client: string): RpcMethods {
  const allowed = (fromAddress?: string | null) => {
    const row = rowOf(rows, client, fromAddress ?? undefined);
    const key = keys.get(row?.key ?? '');
    if (row === undefined || key === undefined)
      throw failure(`Forbidden: client '${client}' is not authorized to use any keys`);
    return { row, key };
  };
  const block = (sender: string | null | undefined, message: () => BlockSigningMessage) => {
    const { row, key } = allowed(sender);
    return signBlock(row, key, message(), log);
  };
  return withModules({
    health_status: () => version,
    eth_signTransaction([args]) {
      const { row, key } = allowed();
      return signTransaction(row, key, argument(args), log);
    },
    opsigner_signBlockPayload([first]) {
      const args: BlockPayloadArguments = argument(first);
      return block(args.senderAddress, () => messageV1(args));
    },
    opsigner_signBlockPayloadV2([first]) {
      const args: BlockPayloadArgumentsV2 = argument(first);
      return block(args.senderAddress, () => messageV2(args));
    },
  });
}

function argument(value: unknown): object {
  if (typeof value === 'object' && value !== null) return value;
  throw missingArgument(0);
}
