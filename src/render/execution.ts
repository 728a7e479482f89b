/** The execution client of an OpNode: what op-geth and op-reth have in common. */
import type { OpNode } from '../api/op-node.ts';
import type { RenderInput } from './input.ts';
import type { Volume } from './manifest.ts';
import { namespaceOf } from './metadata.ts';
import { activeSequencerServiceName, clientServiceName, serviceHost } from './names.ts';
import type { Observability } from './observability.ts';
import type { ContainerOptions } from './pod.ts';
import { EL_HTTP, EL_P2P, EL_P2P_UDP, EL_WS, type Port } from './ports.ts';

/** The volume of a node. Both programs keep their data on it, each in a folder of its own. */
export const DATA_VOLUME = 'data';
export const EXECUTION_FOLDER = '/data/execution';
export const SAFE_DB_FOLDER = '/data/consensus/safedb';

export const JWT_VOLUME = 'jwt';
const JWT_FOLDER = '/secrets/jwt';
export const JWT_FILE = `${JWT_FOLDER}/jwt.hex`;
export const jwtMount = { name: JWT_VOLUME, mountPath: JWT_FOLDER, readOnly: true };
export const dataMount = { name: DATA_VOLUME, mountPath: '/data' };

/** Seconds that database recovery may take before the kubelet starts anew. */
export const EXECUTION_STARTUP_SECONDS = 600;

/** What a node is asked for, with everything that is absent in its spec decided. */
export interface ExecutionPlan {
  readonly node: OpNode;
  readonly input: RenderInput;
  readonly observability: Observability;
  readonly apis: readonly string[];
  /** URL that transactions are forwarded to; absent for sequencers, and where the network has none. */
  readonly sequencerUrl: string | undefined;
  /** Whether the client has peers of its own. Only for syncing from them: blocks come from op-node. */
  readonly peers: boolean;
}

/** What one client adds to the pod: init containers, the last of which is the client itself as a native sidecar. */
export interface RenderedExecution {
  readonly initContainers: readonly ContainerOptions[];
  readonly volumes: readonly Volume[];
  readonly ports: readonly Port[];
}

/** `miner` limits blocks for the batcher; a batcher whose client lacks it exits, with code 0 (seen). */
const CLIENT_APIS = ['eth', 'net', 'web3', 'debug', 'txpool'];

export function executionPlan(node: OpNode, input: RenderInput, observability: Observability): ExecutionPlan {
  const { execution, consensus, role } = node.spec;
  return {
    node,
    input,
    observability,
    apis: execution.apis ?? (role === 'Sequencer' ? [...CLIENT_APIS, 'miner'] : CLIENT_APIS),
    sequencerUrl: role === 'Sequencer' ? undefined : sequencerUrl(node, input),
    peers: consensus.syncMode === 'execution-layer',
  };
}

/** APIs for WebSocket clients: what limits block building stays on HTTP, which the batcher uses. */
export function webSocketApis(apis: readonly string[]): string[] {
  return apis.filter((api) => api !== 'miner' && api !== 'admin');
}

export function executionPorts({ peers, observability }: ExecutionPlan, metrics: Port): Port[] {
  return [EL_HTTP, EL_WS, ...(observability.metrics ? [metrics] : []), ...(peers ? [EL_P2P, EL_P2P_UDP] : [])];
}

/**
 * The sequencer that is named, else whichever is active: a hand-over changes no replica. A network without one follows
 * somebody else's, whose public address is in the registry.
 */
function sequencerUrl({ spec }: OpNode, input: RenderInput): string | undefined {
  const named = spec.sequencerRef?.name;
  if (named === undefined && !input.nodes.some((node) => node.spec.role === 'Sequencer'))
    return input.chain.sequencerRpc;
  const service =
    named === undefined ? activeSequencerServiceName(input.network.metadata.name) : clientServiceName(named);
  return `http://${serviceHost(service, namespaceOf(input))}:${EL_HTTP.number}`;
}
