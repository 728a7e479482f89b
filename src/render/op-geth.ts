/** op-geth: for chains that have not scheduled Karst. Settings as seen to work (pods-observed.md 2.2). */
import { setting } from './environment.ts';
import {
  dataMount,
  EXECUTION_FOLDER,
  EXECUTION_STARTUP_SECONDS,
  type ExecutionPlan,
  executionPorts,
  JWT_FILE,
  jwtMount,
  type RenderedExecution,
  webSocketApis,
} from './execution.ts';
import { GENESIS_FILE, type RenderedGenesis, renderGenesis } from './genesis.ts';
import { containerImage } from './image.ts';
import type { EnvVar } from './manifest.ts';
import type { ContainerOptions } from './pod.ts';
import { containerPorts, EL_ENGINE_PORT, EL_HTTP, EL_P2P, EL_WS, GETH_METRICS } from './ports.ts';
import { httpCheck, probes } from './probes.ts';
import { opNetworkName } from './registry-names.ts';
import { resources } from './resources.ts';
import { userArguments, withUserVariables } from './user-overrides.ts';

/** By log level of the op programs. */
const VERBOSITY: Readonly<Record<string, number>> = { crit: 0, error: 1, warn: 2, info: 3, debug: 4, trace: 5 };
const LOG_FORMATS: Readonly<Record<string, string>> = { text: 'terminal', terminal: 'terminal', logfmt: 'logfmt' };

export function renderOpGeth(plan: ExecutionPlan): RenderedExecution {
  const genesis = renderGenesis(plan.input);
  const client = gethContainer(plan, genesis);
  if (genesis === undefined)
    return { initContainers: [client], volumes: [], ports: executionPorts(plan, GETH_METRICS) };
  return {
    initContainers: [...genesis.initContainers, gethInit(plan, genesis), client],
    volumes: genesis.volumes,
    ports: executionPorts(plan, GETH_METRICS),
  };
}

/** Writes the genesis into an empty database; on a filled one it compares the chain configuration, in half a second. */
function gethInit(plan: ExecutionPlan, genesis: RenderedGenesis): ContainerOptions {
  const { node, input } = plan;
  return {
    name: 'geth-init',
    ...containerImage('opGeth', input, node.spec.execution.image),
    command: ['geth'],
    args: ['init', GENESIS_FILE],
    env: databaseSettings(),
    resources: resources('execution', input.network, node.spec.execution.resources),
    volumeMounts: [dataMount, ...genesis.volumeMounts],
  };
}

/** The same for init and client. The scheme of a database is fixed for its life, and only `hash` can be an archive. */
function databaseSettings(): EnvVar[] {
  return [...setting('GETH_DATADIR', EXECUTION_FOLDER), ...setting('GETH_STATE_SCHEME', 'hash')];
}

function gethContainer(plan: ExecutionPlan, genesis: RenderedGenesis | undefined): ContainerOptions {
  const { node, input } = plan;
  const { execution } = node.spec;
  return {
    name: 'op-geth',
    ...containerImage('opGeth', input, execution.image),
    restartPolicy: 'Always', // native sidecar: starts before op-node and ends after it
    command: ['geth'],
    // The name of its variable differs between releases, and the wrong one is only a warning; the flag is the same.
    args: ['--rollup.disabletxpoolgossip=true', ...userArguments('op-geth', execution.extraArgs)],
    env: withUserVariables('op-geth', settings(plan, genesis !== undefined), execution.env, input),
    ports: containerPorts(executionPorts(plan, GETH_METRICS)),
    ...probes(httpCheck('/', EL_HTTP), EXECUTION_STARTUP_SECONDS),
    resources: resources('execution', input.network, execution.resources),
    volumeMounts: [dataMount, jwtMount],
  };
}

function settings(plan: ExecutionPlan, initialised: boolean): EnvVar[] {
  const { node, input, apis, sequencerUrl, peers, observability } = plan;
  const { execution } = node.spec;
  const { l2ChainId, registryName } = input.chain;
  const byName = !initialised && registryName !== undefined;
  return [
    ...databaseSettings(),
    ...(byName ? setting('GETH_OP_NETWORK', opNetworkName(registryName)) : setting('GETH_NETWORKID', l2ChainId)),
    ...setting('GETH_HTTP', true),
    ...setting('GETH_HTTP_ADDR', '0.0.0.0'),
    ...setting('GETH_HTTP_PORT', EL_HTTP.number),
    ...setting('GETH_HTTP_VHOSTS', '*'),
    ...setting('GETH_HTTP_API', apis.join(',')),
    ...setting('GETH_WS', true),
    ...setting('GETH_WS_ADDR', '0.0.0.0'),
    ...setting('GETH_WS_PORT', EL_WS.number),
    ...setting('GETH_WS_ORIGINS', '*'),
    ...setting('GETH_WS_API', webSocketApis(apis).join(',')),
    ...setting('GETH_AUTHRPC_ADDR', '127.0.0.1'), // op-node is in the same pod
    ...setting('GETH_AUTHRPC_PORT', EL_ENGINE_PORT),
    ...setting('GETH_AUTHRPC_JWTSECRET', JWT_FILE),
    ...setting('GETH_SYNCMODE', peers ? 'snap' : 'full'),
    ...setting('GETH_GCMODE', execution.archive ? 'archive' : 'full'),
    ...setting('GETH_CACHE', execution.cache),
    ...setting('GETH_ROLLUP_SEQUENCERHTTP', sequencerUrl),
    ...setting('GETH_NODISCOVER', !peers),
    ...setting('GETH_NAT', 'none'),
    ...(peers ? setting('GETH_PORT', EL_P2P.number) : setting('GETH_MAXPEERS', 0)),
    ...setting('GETH_IPCDISABLE', true),
    ...setting('GETH_METRICS', observability.metrics),
    ...(observability.metrics
      ? [...setting('GETH_METRICS_ADDR', '0.0.0.0'), ...setting('GETH_METRICS_PORT', GETH_METRICS.number)]
      : []),
    ...setting('GETH_VERBOSITY', VERBOSITY[observability.logLevel]),
    ...setting('GETH_LOG_FORMAT', LOG_FORMATS[observability.logFormat] ?? 'json'),
  ];
}
