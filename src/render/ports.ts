/** Ports of the programs. Containers, Services, probes and policies name them, so that a number stands in one place. */

export interface Port {
  readonly name: string;
  readonly number: number;
  readonly protocol: 'TCP' | 'UDP';
}

function tcp(name: string, number: number): Port {
  return { name, number, protocol: 'TCP' };
}

export const EL_HTTP = tcp('el-http', 8545);
export const EL_WS = tcp('el-ws', 8546);
/** Engine API: on the loopback interface only, so it has no Service, no probe and no policy. */
export const EL_ENGINE_PORT = 8551;
export const EL_P2P = tcp('el-p2p', 30303);
export const EL_P2P_UDP: Port = { name: 'el-p2p-udp', number: 30303, protocol: 'UDP' };
export const GETH_METRICS = tcp('el-metrics', 6060);
export const RETH_METRICS = tcp('el-metrics', 9001);
export const NODE_RPC = tcp('node-rpc', 9545);
export const NODE_METRICS = tcp('node-metrics', 7300);
export const BATCHER_RPC = tcp('rpc', 8548);
export const PROPOSER_RPC = tcp('rpc', 8560);
export const SERVICE_METRICS = tcp('metrics', 7300);

/** Gossip and, with discovery, UDP on the same number. */
export function gossipPorts(number: number, discovery: boolean): Port[] {
  return [tcp('p2p', number), ...(discovery ? [{ name: 'p2p-udp', number, protocol: 'UDP' } as const] : [])];
}

export function containerPorts(ports: readonly Port[]) {
  return ports.map(({ name, number, protocol }) => ({ name, containerPort: number, protocol }));
}

export function servicePorts(ports: readonly Port[]) {
  return ports.map(({ name, number, protocol }) => ({ name, port: number, targetPort: name, protocol }));
}
