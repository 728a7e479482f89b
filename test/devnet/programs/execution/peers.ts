import { createECDH, createHash } from 'node:crypto';
import type { L2Block } from '../../ledger/block.ts';
import type { ExecutionHost } from '../../ledger/execution-network.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Process } from '../process.ts';
import type { Chain } from './chain.ts';
import type { ExecutionOptions } from './options.ts';

/** The p2p side of an execution client: fills gaps from connected clients, if it has any. */
export interface ExecutionPeers {
  readonly host: ExecutionHost;
  count(): number;
  syncing(): boolean;
  /** Starts to fetch the ancestors of a block from peers; does nothing without one that has it. */
  fetch(target: L2Block): void;
  add(enode: string): boolean;
}

/** 64-byte public key in hex: the id of an `enode://` address. */
export function enodeId(nodeKey: Buffer): string {
  const curve = createECDH('secp256k1');
  curve.setPrivateKey(nodeKey);
  return curve.getPublicKey('hex', 'uncompressed').slice(2);
}

export function startPeers(process: Process, ledger: Ledger, chain: Chain, options: ExecutionOptions): ExecutionPeers {
  const { ip } = process.context.pod;
  const host: ExecutionHost = {
    id: enodeId(options.nodeKey),
    address: `${ip}:${options.p2pPort}`,
    maxPeers: options.maxPeers,
    head: () => chain.unsafe(),
  };
  const wanted = new Set(options.peers);
  let fetching = false;
  process.onEnd(ledger.execution.join(host));

  const dial = async (enode: string) => {
    const match = /^enode:\/\/([0-9a-f]{128})@([^:/?]+):(\d+)/i.exec(enode);
    const address = match === null ? undefined : await process.resolve(match[2] ?? '');
    if (address !== undefined)
      ledger.execution.dial(host, `${address}:${match?.[3]}`, (match?.[1] ?? '').toLowerCase());
  };
  const dialAll = async () => {
    for (const enode of wanted) await dial(enode);
  };
  process.spawn(async () => {
    do await dialAll();
    while (await process.sleep(Math.max(200, ledger.delays.peerRedial / 4)));
  });

  return {
    host,
    count: () => ledger.execution.peers(host).length,
    syncing: () => fetching,
    add(enode) {
      wanted.add(enode);
      void dial(enode);
      return true;
    },
    fetch(target) {
      const source = () =>
        ledger.execution.peers(host).find((peer) => {
          const head = peer.head();
          return (
            head !== undefined &&
            head.number >= target.number &&
            ledger.ancestor(head, target.number)?.hash === target.hash
          );
        });
      if (fetching || source() === undefined) return;
      fetching = true;
      process.spawn(async () => {
        const alive = await process.sleep(ledger.delays.executionPeerSync);
        fetching = false;
        if (!alive || source() === undefined) return;
        for (const block of missingAncestors(ledger, chain, target)) chain.insert(block);
      });
    },
  };
}

function missingAncestors(ledger: Ledger, chain: Chain, target: L2Block): readonly L2Block[] {
  const missing: L2Block[] = [];
  for (let block: L2Block | undefined = target; block !== undefined && !chain.has(block.hash); ) {
    missing.push(block);
    block = ledger.block(block.parentHash);
  }
  return missing.reverse();
}

/** `admin_nodeInfo` as geth answers it. */
export function nodeInfo(
  options: ExecutionOptions,
  host: ExecutionHost,
  chain: Chain,
  genesis: { readonly hash: string; readonly chainId: number; readonly config: unknown },
): Record<string, unknown> {
  const [ip = '', port = ''] = host.address.split(':');
  return {
    id: createHash('sha256').update(host.id).digest('hex'),
    name: options.clientVersion,
    enode: `enode://${host.id}@${ip}:${port}?discport=0`,
    enr: `enr:-${createHash('sha256').update(options.nodeKey).digest('base64url')}`,
    ip,
    ports: { discovery: 0, listener: Number(port) },
    listenAddr: `[::]:${port}`,
    protocols: {
      eth: { network: genesis.chainId, genesis: genesis.hash, config: genesis.config, head: chain.unsafe().hash },
      snap: {},
    },
  };
}
