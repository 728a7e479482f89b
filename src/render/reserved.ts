/**
 * What a user may not override: variables and flags whose value the operator's safety rests on (who sequences, which
 * keys sign, which chain it is, where probes and gates look). A flag wins over the variable of the same setting, so
 * both are refused. The API server refuses most of them already; this list is the complete one.
 */

export type Program = 'op-node' | 'op-geth' | 'op-reth' | 'op-batcher' | 'op-proposer' | 'op-challenger';

export interface Reservation {
  /** Environment variables; `*` stands for any rest of the name. */
  readonly variables: readonly string[];
  /** Flags without dashes; `*` stands for any rest of the name. */
  readonly flags: readonly string[];
  /** Where to say it instead. */
  readonly instead: string;
}

const senderFlags = [
  'private-key',
  'mnemonic',
  'hd-path',
  'signer.*',
  'l1-eth-rpc',
  'rpc.addr',
  'rpc.port',
  'rpc.enable-admin',
];

const senderVariables = (prefix: string) => [
  `${prefix}_PRIVATE_KEY`,
  `${prefix}_MNEMONIC`,
  `${prefix}_HD_PATH`,
  `${prefix}_OP_*`,
  `${prefix}_SIGNER_*`,
  `${prefix}_L1_ETH_RPC`,
];

export const reservedEnvironment: Readonly<Record<Program, Reservation>> = {
  'op-node': {
    variables: [
      'POD_NAME',
      'NETWORK_PEERS',
      'OP_NODE_L1_ETH_RPC',
      'OP_NODE_L1_BEACON',
      'OP_NODE_L2_ENGINE_*',
      'OP_NODE_NETWORK',
      'OP_NODE_ROLLUP_CONFIG',
      'OP_NODE_ROLLUP_L1_CHAIN_CONFIG',
      'OP_NODE_OVERRIDE_*',
      'OP_NODE_SEQUENCER_ENABLED',
      'OP_NODE_SEQUENCER_STOPPED',
      'OP_NODE_RPC_*',
      'OP_NODE_CONDUCTOR_*',
      'OP_NODE_P2P_SEQUENCER_KEY',
      'OP_NODE_P2P_PRIV_*',
      'OP_NODE_P2P_STATIC',
      'OP_NODE_P2P_DISABLE',
      'OP_NODE_P2P_LISTEN_*',
      'OP_NODE_SIGNER_*',
      'OP_NODE_SAFEDB_PATH',
    ],
    flags: [
      'l1',
      'l1.beacon',
      'l2',
      'l2.jwt-secret',
      'l2.enginekind',
      'network',
      'rollup.config',
      'rollup.l1-chain-config',
      'override.*',
      'sequencer.enabled',
      'sequencer.stopped',
      'rpc.*',
      'conductor.*',
      'p2p.sequencer.key',
      'p2p.priv.*',
      'p2p.static',
      'p2p.disable',
      'p2p.listen.*',
      'signer.*',
      'safedb.path',
    ],
    instead:
      "use role, sequencer, consensus.p2p, consensus.rpc and consensus.safeDB, and the network's l1 and rollupConfig",
  },
  'op-geth': {
    variables: [
      'GETH_DATADIR',
      'GETH_STATE_SCHEME',
      'GETH_NETWORKID',
      'GETH_OP_NETWORK',
      'GETH_AUTHRPC_*',
      'GETH_HTTP',
      'GETH_HTTP_ADDR',
      'GETH_HTTP_PORT',
      'GETH_HTTP_API',
      'GETH_OVERRIDE_*',
    ],
    flags: [
      'datadir',
      'state.scheme',
      'networkid',
      'op-network',
      'authrpc.*',
      'http',
      'http.addr',
      'http.port',
      'http.api',
      'override.*',
    ],
    instead: 'use the fields of execution; fork times come from the genesis, the same for every node',
  },
  'op-reth': {
    variables: [],
    flags: ['chain', 'datadir', 'authrpc.*', 'http', 'http.addr', 'http.port', 'http.api'],
    instead: 'use the fields of execution; the chain and its fork times come from the genesis, the same for every node',
  },
  'op-batcher': {
    variables: [
      ...senderVariables('OP_BATCHER'),
      'OP_BATCHER_L2_ETH_RPC',
      'OP_BATCHER_ROLLUP_RPC',
      'OP_BATCHER_STOPPED',
      'OP_BATCHER_WAIT_NODE_SYNC',
      'OP_BATCHER_MAX_CHANNEL_DURATION',
      'OP_BATCHER_SUB_SAFETY_MARGIN',
      'OP_BATCHER_DATA_AVAILABILITY_TYPE',
      'OP_BATCHER_RPC_*',
    ],
    flags: [
      ...senderFlags,
      'sequencer-hd-path',
      'l2-output-hd-path',
      'l2-eth-rpc',
      'rollup-rpc',
      'stopped',
      'wait-node-sync',
      'max-channel-duration',
      'sub-safety-margin',
      'data-availability-type',
    ],
    instead:
      "use signer for keys, stopped to stop, nodeRefs, dataAvailability, maxChannelDuration and subSafetyMargin, and the network's l1",
  },
  'op-proposer': {
    variables: [
      ...senderVariables('OP_PROPOSER'),
      'OP_PROPOSER_ROLLUP_RPC',
      'OP_PROPOSER_SUPER*',
      'OP_PROPOSER_GAME_FACTORY_ADDRESS',
      'OP_PROPOSER_GAME_TYPE',
      'OP_PROPOSER_L2OO_ADDRESS',
      'OP_PROPOSER_PROPOSAL_INTERVAL',
      'OP_PROPOSER_ALLOW_NON_FINALIZED',
      'OP_PROPOSER_RPC_*',
    ],
    flags: [
      ...senderFlags,
      'sequencer-hd-path',
      'l2-output-hd-path',
      'rollup-rpc',
      'super*',
      'game-factory-address',
      'game-type',
      'l2oo-address',
      'proposal-interval',
      'allow-non-finalized',
    ],
    instead:
      "use signer for keys, stopped to stop, nodeRefs, gameType, proposalInterval and allowNonFinalized, and the network's l1",
  },
  'op-challenger': {
    variables: [
      ...senderVariables('OP_CHALLENGER'),
      'OP_CHALLENGER_L1_BEACON',
      'OP_CHALLENGER_L2_ETH_RPC',
      'OP_CHALLENGER_ROLLUP_RPC',
      'OP_CHALLENGER_SUPER*',
      'OP_CHALLENGER_NETWORK',
      'OP_CHALLENGER_ROLLUP_CONFIG',
      'OP_CHALLENGER_GAME_FACTORY_ADDRESS',
      'OP_CHALLENGER_GAME_TYPES',
      'OP_CHALLENGER_TRACE_TYPE',
      'OP_CHALLENGER_DATADIR',
      'OP_CHALLENGER_METRICS_*',
    ],
    flags: [
      ...senderFlags,
      'sequencer-hd-path',
      'l2-output-hd-path',
      'l1-beacon',
      'l2-eth-rpc',
      'rollup-rpc',
      'super*',
      'network',
      'game-factory-address',
      'game-types',
      'trace-type',
      'datadir',
      'metrics.*',
    ],
    instead: "use signer for keys, stopped to stop, nodeRefs, gameTypes and prestatesUrl, and the network's l1",
  },
};

/** Tests for the names that a program's container reserves. A flag is given as on the command line. */
export function isReserved(program: Program): { variable(name: string): boolean; flag(argument: string): boolean } {
  const { variables, flags } = reservedEnvironment[program];
  return {
    variable: (name) => variables.some((pattern) => matches(pattern, name)),
    flag: (argument) => {
      const [, name] = /^--?([A-Za-z0-9.-]+)/.exec(argument) ?? [];
      return name !== undefined && flags.some((pattern) => matches(pattern, name));
    },
  };
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
