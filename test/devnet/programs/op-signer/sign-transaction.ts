import { computeAddress, type SigningKey, Transaction } from 'ethers';
import type { Log } from '../log.ts';
import { RpcError } from '../rpc/errors.ts';
import type { AuthRow } from './auth-config.ts';

const invalid = (why: string) => new RpcError(-32010, why);
const unauthorized = (why: string) => new RpcError(-32011, why);

interface TransactionArguments {
  readonly from?: string | null;
  readonly to?: string | null;
  readonly gas?: string | null;
  readonly gasPrice?: string | null;
  readonly maxFeePerGas?: string | null;
  readonly maxPriorityFeePerGas?: string | null;
  readonly value?: string | null;
  readonly nonce?: string | null;
  readonly data?: string | null;
  readonly input?: string | null;
  readonly chainId?: string | null;
}

/**
 * `eth_signTransaction`, for a client with this row: checks and their order as in op-signer's source. Neither `chainID`
 * nor `fromAddress` of the row is looked at; another sender than the key's is found by the signature.
 * @returns the signed transaction, serialised
 */
export function signTransaction(row: AuthRow, key: SigningKey, args: TransactionArguments, log: Log): string {
  const problem = checkArguments(args);
  if (problem !== undefined) {
    log.warn('invalid signing arguments', { err: problem });
    throw invalid(problem);
  }
  const { from, to, value } = args;
  const targets = row.toAddresses.map((address) => address.toLowerCase());
  if (targets.length > 0 && !targets.includes((to ?? '').toLowerCase())) {
    throw unauthorized('to address not authorized');
  }
  if (row.maxValue !== undefined && BigInt(value ?? 0) > BigInt(row.maxValue)) {
    throw unauthorized('value exceeds maximum');
  }
  const signer = computeAddress(key);
  if (from && from.toLowerCase() !== signer.toLowerCase()) {
    const message = 'user is trying to sign with different account than actual signer-provider';
    log.warn(message, { provider: signer, request: from });
    throw invalid('unexpected from address');
  }
  const transaction = Transaction.from({
    type: 2,
    to: to ?? null,
    data: args.input ?? args.data ?? '0x',
    nonce: Number(args.nonce),
    gasLimit: BigInt(args.gas ?? 0),
    maxFeePerGas: BigInt(args.maxFeePerGas ?? 0),
    maxPriorityFeePerGas: BigInt(args.maxPriorityFeePerGas ?? 0),
    value: BigInt(value ?? 0),
    chainId: BigInt(args.chainId ?? 0),
  });
  transaction.signature = key.sign(transaction.unsignedHash);
  log.info('Signed transaction', {
    digest: transaction.unsignedHash,
    'client.name': row.name,
    'client.keyname': row.key,
    'tx.to': to ?? '',
    'tx.nonce': transaction.nonce,
    'tx.hash': transaction.hash ?? '',
    'tx.chainid': String(transaction.chainId),
  });
  return transaction.serialized;
}

function checkArguments(args: TransactionArguments): string | undefined {
  const { maxFeePerGas, maxPriorityFeePerGas, data, input } = args;
  if (!args.gas) return 'gas not specified';
  if (args.gasPrice) return 'only accepts maxFeePerGas/maxPriorityFeePerGas params';
  if (!maxFeePerGas || !maxPriorityFeePerGas) return 'missing maxFeePerGas or maxPriorityFeePerGas';
  if (BigInt(maxFeePerGas) < BigInt(maxPriorityFeePerGas)) {
    return `maxFeePerGas (${maxFeePerGas}) < maxPriorityFeePerGas (${maxPriorityFeePerGas})`;
  }
  if (!args.nonce) return 'nonce not specified';
  if (data && input && data !== input) {
    return 'both "data" and "input" are set and not equal. Please use "input" to pass transaction call data';
  }
  if (!args.to && !(input ?? data)) return 'contract creation without any data provided';
  return args.chainId ? undefined : 'chain id not specified';
}
