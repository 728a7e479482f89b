/** op-reth: takes flags, hardly any environment variables, and needs no init step. */
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
import { GENESIS_FILE, renderGenesis } from './genesis.ts';
import { containerImage } from './image.ts';
import { containerPorts, EL_ENGINE_PORT, EL_HTTP, EL_WS, RETH_METRICS } from './ports.ts';
import { probes, tcpCheck } from './probes.ts';
import { opRethChainName } from './registry-names.ts';
import { resources } from './resources.ts';
import { userArguments, withUserVariables } from './user-overrides.ts';

const LOG_FORMATS: Readonly<Record<string, string>> = { text: 'terminal', terminal: 'terminal', logfmt: 'log-fmt' };

export function renderOpReth(plan: ExecutionPlan): RenderedExecution {
  const { node, input } = plan;
  const { execution } = node.spec;
  const genesis = renderGenesis(input);
  const ports = executionPorts(plan, RETH_METRICS);
  const client = {
    name: 'op-reth',
    ...containerImage('opReth', input, execution.image),
    restartPolicy: 'Always', // native sidecar: starts before op-node and ends after it
    command: ['op-reth'],
    args: [...flags(plan, genesis !== undefined), ...userArguments('op-reth', execution.extraArgs)],
    ...(execution.env === undefined ? {} : { env: withUserVariables('op-reth', [], execution.env, input) }),
    ports: containerPorts(ports),
    // Its RPC answers GET with 405, so an HTTP probe would never pass.
    ...probes(tcpCheck(EL_HTTP), EXECUTION_STARTUP_SECONDS),
    resources: resources('execution', input.network, execution.resources),
    volumeMounts: [dataMount, jwtMount, { name: 'tmp', mountPath: '/tmp' }, ...(genesis?.volumeMounts ?? [])],
  };
  return {
    initContainers: [...(genesis?.initContainers ?? []), client],
    volumes: [...(genesis?.volumes ?? []), { name: 'tmp', emptyDir: {} }],
    ports,
  };
}

function flags(plan: ExecutionPlan, fromFile: boolean): string[] {
  const { node, input, apis, sequencerUrl, peers, observability } = plan;
  const { execution, role } = node.spec;
  const { logLevel, logFormat } = observability;
  const { registryName } = input.chain;
  const chain = fromFile || registryName === undefined ? GENESIS_FILE : opRethChainName(registryName);
  return [
    'node',
    `--chain=${chain}`,
    `--datadir=${EXECUTION_FOLDER}`,
    '--http',
    '--http.addr=0.0.0.0',
    `--http.port=${EL_HTTP.number}`,
    `--http.api=${apis.join(',')}`,
    '--ws',
    '--ws.addr=0.0.0.0',
    `--ws.port=${EL_WS.number}`,
    '--ws.origins=*',
    `--ws.api=${webSocketApis(apis).join(',')}`,
    '--authrpc.addr=127.0.0.1', // op-node is in the same pod
    `--authrpc.port=${EL_ENGINE_PORT}`,
    `--authrpc.jwtsecret=${JWT_FILE}`,
    '--ipcdisable',
    ...(execution.archive ? [] : ['--full']),
    ...(execution.cache === undefined ? [] : [`--engine.cross-block-cache-size=${execution.cache}`]),
    '--rollup.disable-tx-pool-gossip',
    ...(sequencerUrl === undefined ? [] : [`--rollup.sequencer=${sequencerUrl}`]),
    // Its own defaults are made for slots of 12 s.
    ...(role === 'Sequencer' ? ['--builder.deadline=2', '--builder.interval=100ms'] : []),
    ...(peers ? [] : ['--disable-discovery', '--nat=none', '--max-outbound-peers=0', '--max-inbound-peers=0']),
    ...(observability.metrics ? [`--metrics=0.0.0.0:${RETH_METRICS.number}`] : []),
    '--color=never',
    `--log.stdout.format=${LOG_FORMATS[logFormat] ?? 'json'}`,
    `--log.stdout.filter=${logLevel === 'crit' ? 'error' : logLevel}`,
    '--log.file.max-files=0', // else it writes debug logs below the home folder, on the read-only root
  ];
}
