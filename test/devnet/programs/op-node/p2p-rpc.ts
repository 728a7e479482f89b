import { missingArgument } from '../rpc/errors.ts';
import type { RpcMethods } from '../rpc/server.ts';
import type { Driver } from './driver.ts';
import type { Gossip } from './gossip.ts';

const SCORES = {
  gossip: {
    total: 0,
    blocks: { timeInMesh: 0, firstMessageDeliveries: 0, meshMessageDeliveries: 0, invalidMessageDeliveries: 0 },
    IPColocationFactor: 0,
    behavioralPenalty: 0,
  },
  reqResp: { validResponses: 0, errorResponses: 0, rejectedPayloads: 0 },
};

const multiaddr = (address: string, peerId: string) => {
  const [ip, port] = address.split(':');
  return `/ip4/${ip}/tcp/${port}/p2p/${peerId}`;
};

/** The `opp2p_*` methods, with the keys that were recorded. */
export function p2pMethods(driver: Driver, gossip: Gossip): RpcMethods {
  const { peerId, address } = gossip.host;
  const connections = () => driver.ledger.gossip.peers(peerId);
  const protocols = [`/opstack/req/payload_by_number/${driver.config.rollup.l2ChainId}/0`, '/meshsub/1.1.0'];
  const info = (id: string, at: string) => ({
    peerID: id,
    nodeID: '',
    userAgent: 'optimism',
    protocolVersion: '',
    ENR: '',
    addresses: [multiaddr(at, id)],
    protocols,
    connectedness: 1,
    direction: 1,
    protected: true,
    chainID: 0,
    latency: 1_000_000,
    gossipBlocks: true,
    scores: SCORES,
  });
  return {
    opp2p_self: () => ({
      ...info(peerId, address),
      nodeID: gossip.nodeId,
      userAgent: '',
      protocols: null,
      connectedness: 0,
      direction: 0,
      protected: false,
      latency: 0,
    }),
    opp2p_peers(params) {
      if (params[0] === undefined) throw missingArgument(0);
      const peers = connections().map((peer) => ({
        ...info(peer.peerId, peer.address),
        direction: peer.outbound ? 2 : 1,
      }));
      return {
        totalConnected: peers.length,
        peers: Object.fromEntries(peers.map((peer) => [peer.peerID, peer])),
        bannedPeers: [],
        bannedIPS: [],
        bannedSubnets: [],
      };
    },
    opp2p_peerStats() {
      const connected = connections().length;
      return {
        connected,
        table: 0,
        blocksTopic: connected,
        blocksTopicV2: connected,
        blocksTopicV3: connected,
        blocksTopicV4: connected,
        banned: 0,
        known: connected + 1,
      };
    },
  };
}
