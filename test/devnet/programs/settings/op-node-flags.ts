import type { Version } from '../version.ts';
import { type Flag, flagTable } from './flag-table.ts';
import { altDaFlags, networkFlags, serviceFlags, signerFlags } from './service-flags.ts';

/** Flags of op-node (op-stack.md, appendix A), as the release knows them. */
export const opNodeFlags = (version: Version): readonly Flag[] =>
  flagTable(
    'OP_NODE',
    version,
    `${serviceFlags(9545)}${signerFlags}${networkFlags}${altDaFlags}
  l1                                  string    L1_ETH_RPC                          -
  l2                                  string    L2_ENGINE_RPC                       -
  l2.jwt-secret                       string    L2_ENGINE_AUTH                      -
  l1.beacon                           string    L1_BEACON                           -
  l1.beacon-header                    string    L1_BEACON_HEADER                    -
  l1.beacon-fallbacks,l1.beacon-archiver  list  L1_BEACON_FALLBACKS,L1_BEACON_ARCHIVER  -
  l1.beacon.ignore                    bool      L1_BEACON_IGNORE                    false
  l1.beacon.fetch-all-sidecars        bool      L1_BEACON_FETCH_ALL_SIDECARS        false
  l1.beacon.slot-duration-override    uint64    L1_BEACON_SLOT_DURATION_OVERRIDE    0        since=1.17.0
  syncmode                            choice(consensus-layer|execution-layer)  SYNCMODE  consensus-layer
  syncmode.req-resp                   bool      SYNCMODE_REQ_RESP                   true     until=1.16.12
  syncmode.req-resp                   bool      SYNCMODE_REQ_RESP                   false    since=1.16.12
  syncmode.offset-el-safe             duration  SYNCMODE_OFFSET_EL_SAFE             12h      since=1.17.0
  rpc.admin-state                     string    RPC_ADMIN_STATE                     -
  fetch-withdrawal-root-from-state    bool      FETCH_WITHDRAWAL_ROOT_FROM_STATE    false
  l1.trustrpc                         bool      L1_TRUST_RPC                        false
  l1.rpckind                          choice(alchemy|quicknode|infura|parity|nethermind|debug_geth|erigon|basic|any|standard)  L1_RPC_KIND  standard
  l1.max-concurrency                  int       L1_MAX_CONCURRENCY                  10
  l1.rpc-rate-limit                   float64   L1_RPC_RATE_LIMIT                   0
  l1.rpc-max-batch-size               int       L1_RPC_MAX_BATCH_SIZE               20
  l1.cache-size                       uint      L1_CACHE_SIZE                       900
  l1.http-poll-interval               duration  L1_HTTP_POLL_INTERVAL               12s
  rollup.l1-chain-config              string    ROLLUP_L1_CHAIN_CONFIG              -
  rollup.halt                         string    ROLLUP_HALT                         -        until=1.18.0
  rollup.load-protocol-versions       bool      ROLLUP_LOAD_PROTOCOL_VERSIONS       false    until=1.18.0
  l2.enginekind                       choice(geth|reth|erigon)  L2_ENGINE_KIND      geth
  l2.engine-rpc-timeout               duration  L2_ENGINE_RPC_TIMEOUT               10s
  l2.follow.source                    string    L2_FOLLOW_SOURCE                    -        since=1.17.0
  l2.follow.source.rpc-timeout        duration  L2_FOLLOW_SOURCE_RPC_TIMEOUT        10s      since=1.17.0
  verifier.l1-confs                   uint64    VERIFIER_L1_CONFS                   0
  sequencer.enabled                   bool      SEQUENCER_ENABLED                   false
  sequencer.stopped                   bool      SEQUENCER_STOPPED                   false
  sequencer.max-safe-lag              uint64    SEQUENCER_MAX_SAFE_LAG              0        until=1.20.1
  sequencer.l1-confs                  uint64    SEQUENCER_L1_CONFS                  4
  sequencer.recover                   bool      SEQUENCER_RECOVER                   false
  sequencer.sealing-duration          duration  SEQUENCER_SEALING_DURATION          50ms
  finality.lookback                   uint64    FINALITY_LOOKBACK                   0
  finality.delay                      uint64    FINALITY_DELAY                      0
  l1.epoch-poll-interval              duration  L1_EPOCH_POLL_INTERVAL              384s
  l1.runtime-config-reload-interval   duration  L1_RUNTIME_CONFIG_RELOAD_INTERVAL   10m
  snapshotlog.file                    string    SNAPSHOT_LOG                        -
  heartbeat.enabled                   bool      HEARTBEAT_ENABLED                   false
  heartbeat.moniker                   string    HEARTBEAT_MONIKER                   -
  heartbeat.url                       string    HEARTBEAT_URL                       -
  safedb.path                         string    SAFEDB_PATH                         -
  l2.engine-sync                      bool      L2_ENGINE_SYNC_ENABLED              false
  l2.skip-sync-start-check            bool      L2_SKIP_SYNC_START_CHECK            false
  beta.extra-networks                 bool      BETA_EXTRA_NETWORKS                 false
  l2.backup-unsafe-sync-rpc           string    L2_BACKUP_UNSAFE_SYNC_RPC           -
  l2.backup-unsafe-sync-rpc.trustrpc  string    L2_BACKUP_UNSAFE_SYNC_RPC_TRUST_RPC  -
  conductor.enabled                   bool      CONDUCTOR_ENABLED                   false
  conductor.rpc                       string    CONDUCTOR_RPC                       http://127.0.0.1:8547
  conductor.rpc-timeout               duration  CONDUCTOR_RPC_TIMEOUT               1s
  interop.dependency-set              string    INTEROP_DEPENDENCY_SET              -
  interop.supervisor                  string    INTEROP_SUPERVISOR                  -        until=1.19.0
  interop.rpc.addr                    string    INTEROP_RPC_ADDR                    0.0.0.0  until=1.19.0
  interop.rpc.port                    int       INTEROP_RPC_PORT                    9645     until=1.19.0
  interop.jwt-secret                  string    INTEROP_JWT_SECRET                  -        until=1.19.0
  ignore-missing-pectra-blob-schedule bool      IGNORE_MISSING_PECTRA_BLOB_SCHEDULE false
  experimental.sequencer-api          bool      EXPERIMENTAL_SEQUENCER_API          false
  p2p.scoring.peers                   string    -                                   -
  p2p.score.bands                     string    -                                   -
  p2p.scoring.topics                  string    -                                   -
  p2p.disable                         bool      P2P_DISABLE                         false
  p2p.no-discovery                    bool      P2P_NO_DISCOVERY                    false
  p2p.scoring                         string    P2P_PEER_SCORING                    light
  p2p.ban.peers                       bool      P2P_PEER_BANNING                    true
  p2p.ban.threshold                   float64   P2P_PEER_BANNING_THRESHOLD          -100
  p2p.ban.duration                    duration  P2P_PEER_BANNING_DURATION           1h
  p2p.priv.path                       string    P2P_PRIV_PATH                       opnode_p2p_priv.txt
  p2p.priv.raw                        string    P2P_PRIV_RAW                        -
  p2p.listen.ip                       string    P2P_LISTEN_IP                       0.0.0.0
  p2p.listen.tcp                      uint      P2P_LISTEN_TCP_PORT                 9222
  p2p.listen.udp                      uint      P2P_LISTEN_UDP_PORT                 0
  p2p.advertise.ip                    string    P2P_ADVERTISE_IP                    -
  p2p.advertise.tcp                   uint      P2P_ADVERTISE_TCP                   0
  p2p.advertise.udp                   uint      P2P_ADVERTISE_UDP                   0
  p2p.bootnodes                       list      P2P_BOOTNODES                       -
  p2p.static                          string    P2P_STATIC                          -
  p2p.netrestrict                     string    P2P_NETRESTRICT                     -
  p2p.mux                             string    P2P_MUX                             yamux,mplex
  p2p.security                        string    P2P_SECURITY                        noise
  p2p.peers.lo                        uint      P2P_PEERS_LO                        20
  p2p.peers.hi                        uint      P2P_PEERS_HI                        30
  p2p.peers.grace                     duration  P2P_PEERS_GRACE                     30s
  p2p.nat                             bool      P2P_NAT                             false
  p2p.useragent                       string    P2P_AGENT                           optimism
  p2p.timeout.negotiation             duration  P2P_TIMEOUT_NEGOTIATION             10s
  p2p.timeout.accept                  duration  P2P_TIMEOUT_ACCEPT                  10s
  p2p.timeout.dial                    duration  P2P_TIMEOUT_DIAL                    10s
  p2p.peerstore.path                  string    P2P_PEERSTORE_PATH                  opnode_peerstore_db
  p2p.discovery.path                  string    P2P_DISCOVERY_PATH                  opnode_discovery_db
  p2p.sequencer.key                   string    P2P_SEQUENCER_KEY                   -
  p2p.gossip.mesh.d                   uint      P2P_GOSSIP_MESH_D                   8
  p2p.gossip.mesh.lo                  uint      P2P_GOSSIP_MESH_DLO                 6
  p2p.gossip.mesh.dhi                 uint      P2P_GOSSIP_MESH_DHI                 12
  p2p.gossip.mesh.dlazy               uint      P2P_GOSSIP_MESH_DLAZY               6
  p2p.gossip.mesh.floodpublish        bool      P2P_GOSSIP_FLOOD_PUBLISH            false
  p2p.gossip.timestamp.threshold      duration  P2P_GOSSIP_TIMESTAMP_THRESHOLD      60s
  p2p.sync.req-resp                   bool      P2P_SYNC_REQ_RESP                   true
  p2p.sync.onlyreqtostatic            bool      P2P_SYNC_ONLYREQTOSTATIC            false
  p2p.ping                            bool      P2P_PING                            true
`,
  );
