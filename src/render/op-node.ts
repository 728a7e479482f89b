/** The op-node container of an OpNode. Environment only: a variable that a version does not know is a warning, a flag is an exit. */
import type { OpNode } from '../api/op-node.ts';
import { CONFIG_FOLDER, configMount, configVolume } from './chain-config.ts';
import { endpointListSetting, endpointSetting } from './endpoint.ts';
import { fromConfigMap, fromField, setting } from './environment.ts';
import { dataMount, JWT_FILE, JWT_VOLUME, jwtMount, SAFE_DB_FOLDER } from './execution.ts';
import { containerImage } from './image.ts';
import type { RenderInput } from './input.ts';
import type { EnvVar, Volume, VolumeMount } from './manifest.ts';
import { peersConfigMapName, sequencersConfigMapName } from './names.ts';
import { type Observability, serviceSettings } from './observability.ts';
import type { ContainerOptions } from './pod.ts';
import { containerPorts, EL_ENGINE_PORT, gossipPorts, NODE_METRICS, NODE_RPC, type Port } from './ports.ts';
import { httpCheck, probes } from './probes.ts';
import { opNetworkName } from './registry-names.ts';
import { resources } from './resources.ts';
import { renderSigner, secretVolume } from './signer.ts';
import { userArguments, withUserVariables } from './user-overrides.ts';
import { knownVariables } from './version-gates.ts';

/** op-node waits about 88 s for L1 before it exits and says why; the kubelet must not be quicker. */
const STARTUP_SECONDS = 300;
/** What L1 confirmations a sequencer keeps, so that an ordinary L1 reorg does not touch its blocks. */
const SEQUENCER_L1_CONFIRMATIONS = 4;
/** How soon a changed unsafe block signer is known: rotations wait for it. op-node's own default is ten minutes. */
const RUNTIME_CONFIG_RELOAD_INTERVAL = '30s';

const P2P_VOLUME = 'p2p';
const P2P_FOLDER = '/secrets/p2p';

export interface RenderedOpNode {
  readonly container: ContainerOptions;
  readonly volumes: readonly Volume[];
  readonly ports: readonly Port[];
}

export function renderOpNode(node: OpNode, input: RenderInput, what: Observability): RenderedOpNode {
  const { consensus } = node.spec;
  const { network, chain } = input;
  const ports = [NODE_RPC, ...peerPorts(node, input), ...(what.metrics ? [NODE_METRICS] : [])];
  const signer =
    node.spec.sequencer === undefined
      ? { env: [], volumes: [], volumeMounts: [] }
      : renderSigner('OP_NODE', 'OP_NODE_P2P_SEQUENCER_KEY', node.spec.sequencer.signer, input);
  const config = configVolume(chain.config);
  const identity = input.identity(node.metadata.name);
  const image = containerImage('opNode', input, consensus.image);
  const env = [
    fromField('POD_NAME', 'metadata.name'),
    ...l1Settings(input),
    ...engineSettings(node),
    ...chainSettings(input),
    ...serviceSettings('OP_NODE', what, { rpc: NODE_RPC, metrics: NODE_METRICS, admin: servesAdmin(node) }),
    ...peerSettings(node, input),
    ...sequencerSettings(node, input),
    ...signer.env,
  ];
  const mounts: VolumeMount[] = [
    jwtMount,
    ...(config === undefined ? [] : [configMount]),
    ...(consensus.p2p.enabled ? [{ name: P2P_VOLUME, mountPath: P2P_FOLDER, readOnly: true }] : []),
    ...(consensus.safeDB ? [dataMount] : []),
    ...signer.volumeMounts,
  ];
  return {
    container: {
      name: 'op-node',
      ...image,
      command: ['op-node'],
      ...(consensus.extraArgs === undefined ? {} : { args: userArguments('op-node', consensus.extraArgs) }),
      env: knownVariables('op-node', image.image, withUserVariables('op-node', env, consensus.env, input)),
      ports: containerPorts(ports),
      ...probes(httpCheck('/healthz', NODE_RPC), STARTUP_SECONDS),
      resources: resources('consensus', network, consensus.resources),
      volumeMounts: mounts,
    },
    volumes: [
      secretVolume(JWT_VOLUME, identity.jwt.name, { [identity.jwt.key]: 'jwt.hex' }),
      ...(config === undefined ? [] : [config]),
      ...(consensus.p2p.enabled ? [secretVolume(P2P_VOLUME, identity.p2p.secretName)] : []),
      ...signer.volumes,
    ],
    ports,
  };
}

/** The admin RPC has no authentication and stands on the same port as the rest: see the network policy. */
export function servesAdmin({ spec }: OpNode): boolean {
  return spec.role === 'Sequencer' || spec.consensus.rpc?.enableAdmin === true;
}

/** Whether unknown peers are searched: by default only on chains that have public ones. */
export function searchesPeers({ spec }: OpNode, { chain }: Pick<RenderInput, 'chain'>): boolean {
  return spec.consensus.p2p.enabled && (spec.consensus.p2p.discovery ?? !chain.custom);
}

function peerPorts(node: OpNode, input: RenderInput): Port[] {
  const { p2p } = node.spec.consensus;
  return p2p.enabled ? gossipPorts(p2p.listenPort, searchesPeers(node, input)) : [];
}

function l1Settings(input: RenderInput): EnvVar[] {
  const { rpc, beacon, beaconFallbacks, rpcKind, trustRpc, httpPollInterval } = input.network.spec.l1;
  return [
    ...endpointSetting('OP_NODE_L1_ETH_RPC', rpc, input),
    // op-node wants a URL from Ecotone on even when it is told to ignore it. Nothing listens there.
    ...(beacon === undefined
      ? [...setting('OP_NODE_L1_BEACON', 'http://127.0.0.1:5052'), ...setting('OP_NODE_L1_BEACON_IGNORE', true)]
      : endpointSetting('OP_NODE_L1_BEACON', beacon, input)),
    ...endpointListSetting('OP_NODE_L1_BEACON_FALLBACKS', beaconFallbacks, input),
    ...setting('OP_NODE_L1_RPC_KIND', rpcKind),
    ...setting('OP_NODE_L1_TRUST_RPC', trustRpc),
    ...setting('OP_NODE_L1_HTTP_POLL_INTERVAL', httpPollInterval),
    ...setting('OP_NODE_L1_RUNTIME_CONFIG_RELOAD_INTERVAL', RUNTIME_CONFIG_RELOAD_INTERVAL),
  ];
}

function engineSettings({ spec }: OpNode): EnvVar[] {
  return [
    ...setting('OP_NODE_L2_ENGINE_RPC', `http://127.0.0.1:${EL_ENGINE_PORT}`),
    ...setting('OP_NODE_L2_ENGINE_AUTH', JWT_FILE),
    ...setting('OP_NODE_L2_ENGINE_KIND', spec.execution.client === 'op-reth' ? 'reth' : 'geth'),
    ...setting('OP_NODE_SYNCMODE', spec.consensus.syncMode),
    // Off by default from 1.18 on. The execution clients have no peers, so without it one missed block freezes a
    // follower until the next batch has been derived (seen: 19 s instead of 6 s).
    ...setting('OP_NODE_SYNCMODE_REQ_RESP', spec.consensus.reqRespSync ?? true),
    ...(spec.consensus.safeDB ? setting('OP_NODE_SAFEDB_PATH', SAFE_DB_FOLDER) : []),
  ];
}

function chainSettings({ chain }: RenderInput): EnvVar[] {
  const { config, registryName } = chain;
  return [
    ...(config.rollup !== undefined || registryName === undefined
      ? setting('OP_NODE_ROLLUP_CONFIG', `${CONFIG_FOLDER}/rollup.json`)
      : setting('OP_NODE_NETWORK', opNetworkName(registryName))),
    ...(config.l1ChainConfig === undefined
      ? []
      : setting('OP_NODE_ROLLUP_L1_CHAIN_CONFIG', `${CONFIG_FOLDER}/l1-chain.json`)),
  ];
}

/** Every path that op-node would write to is given: all its defaults lie in `/`, which is read-only. */
function peerSettings(node: OpNode, input: RenderInput): EnvVar[] {
  const { p2p } = node.spec.consensus;
  if (!p2p.enabled) return setting('OP_NODE_P2P_DISABLE', true);
  const searches = searchesPeers(node, input);
  return [
    ...setting('OP_NODE_P2P_LISTEN_IP', '0.0.0.0'),
    ...setting('OP_NODE_P2P_LISTEN_TCP_PORT', p2p.listenPort),
    ...setting('OP_NODE_P2P_LISTEN_UDP_PORT', p2p.listenPort),
    ...setting('OP_NODE_P2P_ADVERTISE_IP', p2p.advertise?.ip),
    ...setting('OP_NODE_P2P_ADVERTISE_TCP', p2p.advertise?.tcpPort),
    ...setting('OP_NODE_P2P_ADVERTISE_UDP', p2p.advertise?.udpPort),
    ...setting('OP_NODE_P2P_NO_DISCOVERY', !searches),
    // Unset would mean the public boot nodes, whose names are looked up even without discovery: no DNS, no start.
    ...setting('OP_NODE_P2P_BOOTNODES', p2p.bootnodes?.join(',') ?? (input.chain.custom || !searches ? '' : undefined)),
    ...setting('OP_NODE_P2P_PRIV_PATH', `${P2P_FOLDER}/$(POD_NAME)`),
    ...setting('OP_NODE_P2P_PEERSTORE_PATH', 'memory'),
    ...setting('OP_NODE_P2P_DISCOVERY_PATH', 'memory'),
    ...staticPeers(node, input),
  ];
}

/** The network's own peers from its ConfigMap, and those of the user behind them; op-node skips an empty one. */
function staticPeers({ metadata, spec }: OpNode, { network }: RenderInput): EnvVar[] {
  const configMap = peersConfigMapName(network.metadata.name);
  const theirs = spec.consensus.p2p.staticPeers ?? [];
  if (theirs.length === 0) return [fromConfigMap('OP_NODE_P2P_STATIC', configMap, metadata.name)];
  return [
    fromConfigMap('NETWORK_PEERS', configMap, metadata.name),
    ...setting('OP_NODE_P2P_STATIC', ['$(NETWORK_PEERS)', ...theirs].join(',')),
  ];
}

/**
 * Whether this node sequences when its container starts is read from the network's ConfigMap, which steps write. There
 * is no admin state file on purpose: on a graceful stop op-node writes "stopped" into it, and the chain stands still.
 */
function sequencerSettings({ metadata, spec }: OpNode, { network }: RenderInput): EnvVar[] {
  const { l1Confirmations } = spec.consensus;
  if (spec.role === 'Replica') return setting('OP_NODE_VERIFIER_L1_CONFS', l1Confirmations ?? 0);
  return [
    ...setting('OP_NODE_SEQUENCER_ENABLED', true),
    fromConfigMap('OP_NODE_SEQUENCER_STOPPED', sequencersConfigMapName(network.metadata.name), metadata.name),
    ...setting('OP_NODE_SEQUENCER_L1_CONFS', l1Confirmations ?? SEQUENCER_L1_CONFIRMATIONS),
  ];
}
