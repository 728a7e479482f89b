import type { L2Block } from './block.ts';

/** A signed block on its way. `signer` is the address that the publisher's p2p sequencer key belongs to. */
export interface GossipMessage {
  readonly block: L2Block;
  readonly signer: string;
  readonly from: string;
}

/** A node's side of the gossip network. */
export interface GossipHost {
  readonly peerId: string;
  /** `<ip>:<tcp port>` under which others reach it. */
  readonly address: string;
  /** Whether it searches for unknown peers, and so is found by others that do. */
  readonly discovers: boolean;
  /** True when the block was good and goes on to the node's own peers. */
  accept(message: GossipMessage): boolean;
  /** A connected peer went away. */
  disconnected(peerId: string): void;
  /** Newest block first-hand: what request/response sync can ask this host for. */
  head(): L2Block | undefined;
}

export interface PeerConnection {
  readonly peerId: string;
  readonly address: string;
  readonly outbound: boolean;
}

export interface GossipNetwork {
  /** Makes a host reachable; the result takes it off again and tells its peers. */
  join(host: GossipHost): () => void;
  /**
   * Connects to whoever listens at the address, if it has the expected peer id.
   * @param regraftAt unix ms before which a peer that was connected and closed gets no blocks (the mesh keeps it out)
   * @returns undefined when connected, else why not
   */
  dial(from: GossipHost, address: string, peerId: string, regraftAt: number): string | undefined;
  /** Other hosts that a host which searches would find: through the boot nodes everybody finds everybody. */
  discovered(by: GossipHost): readonly GossipHost[];
  peers(peerId: string): readonly PeerConnection[];
  hosts(peerId: string): readonly GossipHost[];
  /** Sends a block to all peers, and on to theirs; returns how many hosts accepted it. */
  publish(message: GossipMessage, now: number): number;
}

/** The connections between nodes of one chain: who dialled whom successfully, and blocks that travel along them. */
export function createGossipNetwork(): GossipNetwork {
  const byAddress = new Map<string, GossipHost>();
  const links = new Map<GossipHost, Map<GossipHost, { outbound: boolean; mutedUntil: number }>>();
  const closed = new Set<string>();
  const pair = (a: GossipHost, b: GossipHost) => [a.peerId, b.peerId].sort().join(' ');
  const find = (peerId: string) => [...links.keys()].find((host) => host.peerId === peerId);

  const spread = (message: GossipMessage, now: number): number => {
    const reached = new Set<string>([message.from]);
    const queue = [message.from];
    let accepted = 0;
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      const host = find(id);
      if (host === undefined) continue;
      for (const [peer, link] of links.get(host) ?? []) {
        if (reached.has(peer.peerId) || link.mutedUntil > now) continue;
        reached.add(peer.peerId);
        if (!peer.accept({ ...message, from: host.peerId })) continue;
        accepted += 1;
        queue.push(peer.peerId);
      }
    }
    return accepted;
  };

  return {
    join(host) {
      byAddress.set(host.address, host);
      links.set(host, new Map());
      return () => {
        if (byAddress.get(host.address) === host) byAddress.delete(host.address);
        const peers = [...(links.get(host)?.keys() ?? [])];
        links.delete(host);
        for (const peer of peers) {
          links.get(peer)?.delete(host);
          closed.add(pair(host, peer));
          peer.disconnected(host.peerId);
        }
      };
    },
    dial(from, address, peerId, regraftAt) {
      const target = byAddress.get(address);
      if (target === undefined) return `dial tcp4 ${address}: connect: connection refused`;
      if (target.peerId !== peerId)
        return `peer id mismatch: expected ${peerId}, but remote key matches ${target.peerId}`;
      if (target === from) return 'dial to self attempted';
      if (links.get(from)?.has(target) !== true) {
        const mutedUntil = closed.has(pair(from, target)) ? regraftAt : 0;
        links.get(from)?.set(target, { outbound: true, mutedUntil });
        links.get(target)?.set(from, { outbound: false, mutedUntil });
      }
      return undefined;
    },
    discovered: (by) => [...links.keys()].filter((host) => by.discovers && host.discovers && host !== by),
    peers(peerId) {
      const host = find(peerId);
      if (host === undefined) return [];
      return [...(links.get(host) ?? [])].map(([peer, link]) => ({
        peerId: peer.peerId,
        address: peer.address,
        outbound: link.outbound,
      }));
    },
    hosts(peerId) {
      const host = find(peerId);
      return host === undefined ? [] : [...(links.get(host)?.keys() ?? [])];
    },
    publish: spread,
  };
}
