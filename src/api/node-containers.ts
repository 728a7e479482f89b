/** The two programs of an OpNode: execution client and op-node. */
import { z } from 'zod';
import { containerSettings } from './container.ts';
import { image } from './images.ts';
import { setOf } from './lists.ts';
import { storage } from './quantities.ts';
import { secretKeyRef } from './references.ts';
import { withRules } from './rule.ts';
import { patterned } from './text-fields.ts';

const port = (description: string) => z.int().min(1).max(65_535).describe(description);

export const execution = z.object({
  client: z
    .enum(['op-reth', 'op-geth'])
    .describe(
      'Which execution client. op-geth only for chains before the Karst fork: its support ended in May 2026. Fixed after creation.',
    ),
  image: image("Image of the execution client. Absent: the one of the network's release.", 'op-reth').optional(),
  storage: storage("Volume for the chain's data.", '500Gi'),
  archive: z
    .boolean()
    .default(true)
    .describe(
      'Keep the state of all blocks. Proposers and challengers read old state; a node that only serves recent blocks can do without.',
    ),
  apis: setOf(
    patterned(
      { pattern: '^[a-z][a-z0-9]*$', maxLength: 32, expected: 'the name of an API namespace' },
      { description: 'Name of an API namespace.', example: 'debug' },
    ),
    { min: 1, max: 24 },
    'API namespaces of the RPC. Absent: eth, net, web3, debug, txpool, and miner for a sequencer.',
  ).optional(),
  cache: z.int().min(64).max(4_194_304).optional().describe('Memory for caches, in MiB. Absent: as the client has it.'),
  ...containerSettings(
    'the execution client',
    { variable: 'GETH_TXPOOL_GLOBALSLOTS, value: "10000"', flag: '"--txpool.globalslots=10000"' },
    {
      variables: 'GETH_(DATADIR|AUTHRPC_[A-Z_]+|HTTP_(ADDR|PORT)|OVERRIDE_[A-Z]+)',
      flags: 'datadir|authrpc[.][a-z]+|http[.](addr|port)|override[.][a-z]+',
      instead: 'use the fields of execution; fork times come from the genesis, the same for every node',
    },
  ),
});

const multiaddr = patterned(
  {
    pattern: '^/(ip4|ip6|dns|dns4|dns6|dnsaddr)/[A-Za-z0-9.:_-]+(/tcp/[0-9]{1,5})?/p2p/[A-Za-z0-9]+$',
    maxLength: 512,
    expected: 'a multiaddress with a peer id',
  },
  {
    description: 'Address of a peer.',
    example: '/dns4/peer.example.com/tcp/9222/p2p/16Uiu2HAmHTrDBqLfGNUaSDpkTqPFJL9gY9GPvjSUxNUdEzuGUUzf',
  },
);

const bootnode = patterned(
  {
    pattern: '^(enr:[A-Za-z0-9_-]+|enode://[0-9a-fA-F]{128}@[!-~]+)$',
    maxLength: 1024,
    expected: 'an enr: or enode:// record',
  },
  { description: 'Record of a boot node.', example: 'enr:-J24QKz9Ct0k' },
);

const p2p = withRules(
  z.object({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether blocks are exchanged with peers. Without, a replica follows only what is on L1.'),
    listenPort: port('Port for TCP and UDP.').default(9222),
    advertise: z
      .object({
        ip: patterned(
          { pattern: '^[0-9a-fA-F.:]+$', maxLength: 45, expected: 'an IP address' },
          { description: 'IP address that peers should dial.', example: '203.0.113.7' },
        ).optional(),
        tcpPort: port('TCP port that peers should dial. Absent: listenPort.').optional(),
        udpPort: port('UDP port that peers should dial. Absent: listenPort.').optional(),
      })
      .optional()
      .describe('How this node is reached from outside of the cluster.'),
    staticPeers: setOf(
      multiaddr,
      { max: 32 },
      'Peers that are always kept. Nodes of the same network are added by the operator.',
    ).optional(),
    bootnodes: setOf(
      bootnode,
      { max: 32 },
      'Boot nodes for discovery. Absent: those of the registry; none for a chain outside of it.',
    ).optional(),
    discovery: z
      .boolean()
      .optional()
      .describe('Whether unknown peers are searched. Absent: on for chains of the registry, else off.'),
    keySecretRef: secretKeyRef(
      'Secret with the key of the node identity (32 bytes in hexadecimal). Absent: generated.',
      {
        name: 'acme-p2p',
        key: 'node-key',
      },
    ).optional(),
  }),
  [
    {
      cel: 'self.enabled || (!has(self.staticPeers) && !has(self.bootnodes) && !has(self.discovery) && !has(self.advertise))',
      holds: (self) =>
        self.enabled ||
        [self.staticPeers, self.bootnodes, self.discovery, self.advertise].every((field) => field === undefined),
      message: 'staticPeers, bootnodes, discovery and advertise need p2p',
      fix: 'leave enabled out, or remove them',
      field: 'enabled',
    },
    {
      cel: '!has(self.bootnodes) || !has(self.discovery) || self.discovery',
      holds: (self) => self.bootnodes === undefined || self.discovery !== false,
      message: 'bootnodes are of use for discovery only',
      fix: 'set discovery: true, or use staticPeers',
      field: 'bootnodes',
    },
  ],
);

export const consensus = z.object({
  image: image("Image of op-node. Absent: the one of the network's release.", 'op-node').optional(),
  syncMode: z
    .enum(['consensus-layer', 'execution-layer'])
    .default('consensus-layer')
    .describe(
      'How a new node gets the chain. consensus-layer: derives it from L1. execution-layer: the execution client syncs from its peers.',
    ),
  l1Confirmations: z
    .int()
    .min(0)
    .max(256)
    .optional()
    .describe(
      'L1 blocks by which this node stays behind the L1 head. Absent: 4 for a sequencer (L1 origins that a reorg cannot take away), 0 for a replica.',
    ),
  p2p: p2p.prefault({}).describe('Peers.'),
  reqRespSync: z
    .boolean()
    .optional()
    .describe(
      'Fetch missed blocks from peers by request. Absent: as the version has it. A replica whose execution client has no peers needs it, else one missed block holds it until the next batch.',
    ),
  safeDB: z
    .boolean()
    .default(false)
    .describe(
      'Record which L1 block made which block safe (`optimism_safeHeadAtL1Block`); challengers need it. Starts empty.',
    ),
  rpc: z
    .object({
      enableAdmin: z
        .boolean()
        .optional()
        .describe(
          'Serve `admin_*`. Absent: on for a sequencer, off for a replica. It has no authentication: only the NetworkPolicy guards it.',
        ),
    })
    .optional()
    .describe('The RPC of op-node.'),
  ...containerSettings(
    'op-node',
    { variable: 'OP_NODE_L1_CACHE_SIZE, value: "2000"', flag: '"--l1.cache-size=2000"' },
    {
      variables:
        'OP_NODE_(L1_ETH_RPC|L1_BEACON|L2_ENGINE_RPC|L2_ENGINE_AUTH|NETWORK|ROLLUP_CONFIG|OVERRIDE_[A-Z]+|SEQUENCER_ENABLED|SEQUENCER_STOPPED|RPC_ADMIN_STATE|RPC_ENABLE_ADMIN|CONDUCTOR_[A-Z_]+|P2P_SEQUENCER_KEY|P2P_PRIV_[A-Z]+|SIGNER_[A-Z_]+)',
      flags:
        'l1|l1[.]beacon|l2|l2[.]jwt-secret|network|rollup[.]config|override[.][a-z]+|sequencer[.](enabled|stopped)|rpc[.](admin-state|enable-admin)|conductor[.][a-z-]+|p2p[.]sequencer[.]key|p2p[.]priv[.][a-z]+|signer[.][a-z.]+',
      instead:
        "use role, sequencer and consensus.rpc, the network's l1 and rollupConfig, and let the operator say who sequences",
    },
  ),
});
