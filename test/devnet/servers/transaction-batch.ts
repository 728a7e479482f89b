import { setTimeout as delay } from 'node:timers/promises';
import { getCreateAddress, type Wallet } from 'ethers';
import { artifact, type ContractArtifact } from './contract-artifacts.ts';
import { type Hex, jsonRpc, jsonRpcBatch } from './json-rpc.ts';

const GAS_LIMIT = 8_000_000;
const DEADLINE_MS = 60_000;

interface Receipt {
  status: Hex;
  blockNumber: Hex;
  blockHash: Hex;
}

/**
 * Deployments and calls of one account that are sent all at once: nonces are counted here, so the address of every
 * contract is known before anything is sent. The account must be new (first nonce 0) and funded.
 */
export class TransactionBatch {
  readonly #account: Wallet;
  readonly #rpcUrl: string;
  readonly #chainId: number;
  readonly #transactions: { what: string; to: string | null; data: string }[] = [];

  constructor(options: { account: Wallet; rpcUrl: string; chainId: number }) {
    this.#account = options.account;
    this.#rpcUrl = options.rpcUrl;
    this.#chainId = options.chainId;
  }

  /** Queues a deployment and returns the address it will have. */
  deploy(name: string, args: readonly unknown[] = []): Hex {
    const { interface: abi, bytecode } = artifact(name);
    const nonce = this.#transactions.length;
    this.#transactions.push({ what: `deploy ${name}`, to: null, data: bytecode + abi.encodeDeploy(args).slice(2) });
    return getCreateAddress({ from: this.#account.address, nonce }) as Hex;
  }

  /** Queues a call of a contract whose interface is that of the artifact `name`. */
  call(name: string, to: Hex, method: string, args: readonly unknown[]): void {
    this.#transactions.push({ what: `${name}.${method}`, to, data: encodeCall(artifact(name), method, args) });
  }

  /** Sends everything and resolves with the block of the last one; rejects with the names of those that reverted. */
  async send(): Promise<{ number: number; hash: Hex }> {
    const signed = this.#transactions.map(({ to, data }, nonce) =>
      this.#account.signTransaction({
        type: 2,
        chainId: this.#chainId,
        nonce,
        to,
        data,
        gasLimit: GAS_LIMIT,
        maxFeePerGas: 20_000_000_000n,
        maxPriorityFeePerGas: 1_000_000_000n,
      }),
    );
    const hashes = await jsonRpcBatch<Hex>(
      this.#rpcUrl,
      (await Promise.all(signed)).map((raw) => ['eth_sendRawTransaction', [raw]]),
    );
    const last = await this.#mined(hashes.at(-1));
    const receipts = await jsonRpcBatch<Receipt>(
      this.#rpcUrl,
      hashes.map((hash) => ['eth_getTransactionReceipt', [hash]]),
    );
    const reverted = this.#transactions.filter((_, index) => receipts[index]?.status !== '0x1');
    if (reverted.length > 0) throw new Error(`reverted: ${reverted.map(({ what }) => what).join(', ')}`);
    return { number: Number(last.blockNumber), hash: last.blockHash };
  }

  async #mined(hash: Hex | undefined): Promise<Receipt> {
    const deadline = performance.now() + DEADLINE_MS;
    while (performance.now() < deadline) {
      const receipt = await jsonRpc<Receipt | null>(this.#rpcUrl, 'eth_getTransactionReceipt', [hash]);
      if (receipt !== null) return receipt;
      await delay(50);
    }
    throw new Error(`the contracts were not mined within ${DEADLINE_MS / 1000} s: does ${this.#rpcUrl} make blocks?`);
  }
}

/** Call data of a method. */
export function encodeCall(contract: ContractArtifact, method: string, args: readonly unknown[]): string {
  return contract.interface.encodeFunctionData(method, args);
}
