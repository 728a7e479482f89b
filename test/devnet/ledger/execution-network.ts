import type { L2Block } from './block.ts';

/** An execution client's side of the EL peer-to-peer network. */
export interface ExecutionHost {
  /** 64-byte public key in hex, as in `enode://<id>@host:port`. */
  readonly id: string;
  readonly address: string;
  readonly maxPeers: number;
  head(): L2Block | undefined;
}

export interface ExecutionNetwork {
  join(host: ExecutionHost): () => void;
  /** Connects two clients when the address and id are right and both take peers. */
  dial(from: ExecutionHost, address: string, id: string): boolean;
  peers(host: ExecutionHost): readonly ExecutionHost[];
}

/** EL connections of one chain: only they can fill a gap that gossip left. */
export function createExecutionNetwork(): ExecutionNetwork {
  const byAddress = new Map<string, ExecutionHost>();
  const links = new Map<ExecutionHost, Set<ExecutionHost>>();
  return {
    join(host) {
      byAddress.set(host.address, host);
      links.set(host, new Set());
      return () => {
        if (byAddress.get(host.address) === host) byAddress.delete(host.address);
        for (const peer of links.get(host) ?? []) links.get(peer)?.delete(host);
        links.delete(host);
      };
    },
    dial(from, address, id) {
      const target = byAddress.get(address);
      if (target === undefined || target === from || target.id !== id) return false;
      if (from.maxPeers === 0 || target.maxPeers === 0) return false;
      links.get(from)?.add(target);
      links.get(target)?.add(from);
      return true;
    },
    peers: (host) => [...(links.get(host) ?? [])],
  };
}
