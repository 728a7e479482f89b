import { isIP } from 'node:net';
import type { L2Block } from '../../ledger/block.ts';
import type { GossipHost, GossipMessage } from '../../ledger/gossip-network.ts';
import { p2pIdentity } from '../p2p-identity.ts';
import { type Driver, idOf, messageOf, named } from './driver.ts';
import type { SignerWatch } from './signer-watch.ts';
import { isOfUnknownFork } from './unknown-fork.ts';

/** The p2p side of an op-node. */
export interface Gossip {
  readonly host: GossipHost;
  readonly nodeId: string;
  /** Signs and sends a block that this node built, after those before. Its own rules apply to itself as well. */
  publish(block: L2Block): void;
  /** Dials static and discovered peers now, and again and again those that are not connected. */
  run(): Promise<void>;
}

const TOPIC = 'blocksV4';

/** @param take gets every good block of another node */
export function joinGossip(
  driver: Driver,
  signers: SignerWatch,
  muted: () => boolean,
  take: (block: L2Block) => void,
): Gossip | undefined {
  const { p2p, settings } = driver.config;
  if (p2p === undefined) return undefined;
  const { ledger, log, process } = driver;
  const { ip } = process.context.pod;
  const identity = p2pIdentity(p2p.privateKey);
  const maxAge = settings.duration('p2p.gossip.timestamp.threshold');
  /** The node's own blocks go through the same validation as those of others. */
  const refuse = ({ block, signer, from }: GossipMessage): string | undefined => {
    if (ledger.now() - block.timestamp * 1_000 > maxAge) {
      const age = { timestamp: block.timestamp, threshold_seconds: maxAge / 1_000 };
      log.warn('payload is too old', { topic: TOPIC, ...age });
      return 'payload is too old';
    }
    if (isOfUnknownFork(driver, block)) {
      const why = 'payload is on v3 topic, but has non-zero blob gas used';
      log.warn(why, { topic: TOPIC, bad_hash: block.hash, blob_gas_used: '0x9c40' });
      return why;
    }
    return signers.accepts(signer, { topic: TOPIC, peer: from }) ? undefined : 'invalid block signature';
  };

  const host: GossipHost = {
    peerId: identity.peerId,
    address: `${ip}:${settings.number('p2p.listen.tcp')}`,
    discovers: !settings.bool('p2p.no-discovery'),
    head: () => driver.heads?.unsafe,
    accept(message) {
      if (muted() || process.ended.aborted) return false;
      const reason = refuse(message);
      if (reason === undefined) {
        take(message.block);
        return true;
      }
      driver.record({ type: 'gossip-rejected', block: idOf(message.block), reason });
      return false;
    },
    disconnected: (peerId) => log.info('disconnected from peer', { peer: peerId }),
  };
  process.onEnd(ledger.gossip.join(host));
  for (const { peerId, host: name, port } of p2p.staticPeers) {
    const kind = isIP(name) === 0 ? 'dns4' : 'ip4';
    log.info('dialing static peer', { peer: peerId, addrs: `[/${kind}/${name}/tcp/${port}]` });
  }
  log.info('started p2p host', {
    addrs: `[/ip4/${ip}/tcp/${settings.number('p2p.listen.tcp')}]`,
    peerID: identity.peerId,
  });

  const connectedPeers = () => new Set(ledger.gossip.peers(identity.peerId).map((peer) => peer.peerId));
  const dial = async () => {
    const connected = connectedPeers();
    for (const peer of p2p.staticPeers) {
      if (connected.has(peer.peerId) || process.ended.aborted) continue;
      const address = await process.resolve(peer.host);
      const regraftAt = ledger.now() + ledger.delays.gossipRegraft;
      const problem =
        address === undefined
          ? 'no good addresses'
          : ledger.gossip.dial(host, `${address}:${peer.port}`, peer.peerId, regraftAt);
      if (problem === undefined) log.info('connected to peer', { peer: peer.peerId });
      else
        log.warn('error dialing static peer', { peer: peer.peerId, err: `failed to dial ${peer.peerId}: ${problem}` });
    }
    const known = connectedPeers();
    for (const found of ledger.gossip.discovered(host)) {
      if (known.has(found.peerId) || process.ended.aborted) continue;
      ledger.gossip.dial(host, found.address, found.peerId, ledger.now() + ledger.delays.gossipRegraft);
      log.info('connected to peer', { peer: found.peerId });
    }
  };

  const fail = (block: L2Block, reason: string, err: string) => {
    driver.counters.publishingErrors += 1;
    log.warn('failed to publish newly created block', { id: named(block), hash: block.hash, err });
    driver.record({ type: 'publish-failed', block: idOf(block), reason });
  };
  const signAndPublish = async (block: L2Block) => {
    let signer: string | undefined;
    try {
      signer = await driver.config.signer?.sign(block);
    } catch (error) {
      return fail(block, 'not signed', `failed to sign execution payload with signer: ${messageOf(error)}`);
    }
    if (muted() || signer === undefined || process.ended.aborted) return;
    const reason = refuse({ block, signer, from: identity.peerId });
    if (reason !== undefined) return fail(block, reason, 'validation failed');
    log.info('Publishing signed execution payload on p2p', { id: named(block) });
    const peers = ledger.gossip.publish({ block, signer, from: identity.peerId }, ledger.now());
    driver.record({ type: 'block-published', block: idOf(block), peers });
  };
  let last = Promise.resolve();

  return {
    host,
    nodeId: identity.nodeId,
    publish(block) {
      last = last.then(() => signAndPublish(block));
    },
    async run() {
      do await dial();
      while (await process.sleep(ledger.delays.peerRedial));
    },
  };
}
