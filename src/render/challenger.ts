/** OpChallenger: a StatefulSet of one with a volume for games and prestates. It serves no RPC. */
import type { GameTypeName } from '../api/game-type.ts';
import type { OpChallenger, OpChallengerSpec } from '../api/op-challenger.ts';
import { CONFIG_FOLDER, configMount, configVolume } from './chain-config.ts';
import { anyPod, headlessService, networkPolicy, operatorPods, serviceAccount } from './companions.ts';
import { endpointSetting } from './endpoint.ts';
import { setting } from './environment.ts';
import { challengedGameTypes, needsPrestate } from './game-types.ts';
import { GENESIS_FILE, renderGenesis } from './genesis.ts';
import { containerImage } from './image.ts';
import type { ContractFacts, RenderInput } from './input.ts';
import { podLabels, podSelector } from './labels.ts';
import type { EnvVar, KubeObject, VolumeMount } from './manifest.ts';
import { companionMetadata, durableMetadata, subjectOf } from './metadata.ts';
import { challengedNode, nodeEndpoints } from './node-refs.ts';
import { type Observability, observability } from './observability.ts';
import { type ContainerOptions, podTemplate } from './pod.ts';
import { containerPorts, SERVICE_METRICS } from './ports.ts';
import { httpCheck, probes } from './probes.ts';
import { opNetworkName } from './registry-names.ts';
import { resources } from './resources.ts';
import { type RenderedSigner, renderSigner } from './signer.ts';
import { statefulSet } from './stateful-set.ts';
import { txManagerSettings } from './tx-manager.ts';
import { userArguments, withUserVariables } from './user-overrides.ts';
import { knownVariables } from './version-gates.ts';
import { volumeClaim } from './volume-claim.ts';

/** It exits at once without L1, and waits about a minute for the name of its node. */
const STARTUP_SECONDS = 120;
const DATA_VOLUME = 'data';
const DATA_FOLDER = '/data';
const dataMount: VolumeMount = { name: DATA_VOLUME, mountPath: DATA_FOLDER };
/** cannon is several machines in one file: it unpacks the one that it needs here, also to check a prestate. */
const tmpMount: VolumeMount = { name: 'tmp', mountPath: '/tmp' };

/** Where the published image has the programs that play a game to its end. */
const CANNON = '/usr/local/bin/cannon';
const OP_PROGRAM = '/usr/local/bin/op-program';
const KONA_HOST = '/usr/local/bin/kona-host';

export function challengerObjects(
  challenger: OpChallenger,
  input: RenderInput,
  contracts: ContractFacts,
): KubeObject[] {
  const { name } = challenger.metadata;
  const subject = subjectOf(input, 'OpChallenger', challenger.metadata, 'challenger');
  const selector = podSelector(subject.network, subject.component);
  const what = observability(input.network, challenger.spec);
  const signer = renderSigner('OP_CHALLENGER', 'OP_CHALLENGER_PRIVATE_KEY', challenger.spec.signer, input);
  const types = challengedGameTypes(challenger.spec, contracts, input.playedGameTypes?.(name));
  const runsPrograms = types.some(needsPrestate);
  const genesis = runsPrograms ? renderGenesis(input) : undefined;
  const config = runsPrograms ? configVolume(input.chain.config) : undefined;
  const mounts = [
    dataMount,
    ...(runsPrograms ? [tmpMount] : []),
    ...(config === undefined ? [] : [configMount]),
    ...(genesis?.volumeMounts ?? []),
    ...signer.volumeMounts,
  ];
  const template = podTemplate({
    network: input.network,
    overrides: challenger.spec.pod,
    labels: podLabels(subject.network, subject.component, subject.part),
    serviceAccountName: name,
    selector,
    initContainers: genesis?.initContainers ?? [],
    containers: [challengerContainer(challenger, input, { what, signer, contracts, types, mounts })],
    volumes: [
      ...(runsPrograms ? [{ name: tmpMount.name, emptyDir: {} }] : []),
      ...(config === undefined ? [] : [config]),
      ...(genesis?.volumes ?? []),
      ...signer.volumes,
    ],
  });
  return [
    serviceAccount(companionMetadata(subject, name)),
    headlessService(durableMetadata(subject, name), selector, [SERVICE_METRICS]),
    // The only port is also the probe's and the operator's, so it is served even where nobody else may read it.
    networkPolicy(companionMetadata(subject, name), selector, [
      { peers: what.metrics ? [anyPod] : [operatorPods], ports: [SERVICE_METRICS] },
    ]),
    statefulSet({
      metadata: durableMetadata(subject, name),
      replicas: challenger.spec.stopped ? 0 : 1,
      selector,
      template,
      volumeClaimTemplates: [volumeClaim(DATA_VOLUME, challenger.spec.storage, input, subject)],
    }),
  ];
}

interface ChallengerParts {
  readonly what: Observability;
  readonly signer: RenderedSigner;
  readonly contracts: ContractFacts;
  readonly types: readonly GameTypeName[];
  readonly mounts: VolumeMount[];
}

function challengerContainer(
  { spec }: OpChallenger,
  input: RenderInput,
  { what, signer, contracts, types, mounts }: ChallengerParts,
): ContainerOptions {
  const { network } = input;
  const image = containerImage('opChallenger', input, spec.image);
  const node = challengedNode(spec.nodeRefs, input.nodes);
  const env = [
    ...endpointSetting('OP_CHALLENGER_L1_ETH_RPC', network.spec.l1.rpc, input),
    ...(network.spec.l1.beacon === undefined
      ? []
      : endpointSetting('OP_CHALLENGER_L1_BEACON', network.spec.l1.beacon, input)),
    ...setting('OP_CHALLENGER_L1_RPC_KIND', network.spec.l1.rpcKind),
    ...nodeEndpoints('OP_CHALLENGER', node === undefined ? [] : [node], input),
    ...setting('OP_CHALLENGER_GAME_FACTORY_ADDRESS', contracts.disputeGameFactory),
    ...gameSettings(spec, types, input),
    ...setting('OP_CHALLENGER_DATADIR', DATA_FOLDER),
    ...playSettings(spec),
    ...setting('OP_CHALLENGER_METRICS_ENABLED', true),
    ...setting('OP_CHALLENGER_METRICS_ADDR', '0.0.0.0'),
    ...setting('OP_CHALLENGER_METRICS_PORT', SERVICE_METRICS.number),
    ...setting('OP_CHALLENGER_LOG_LEVEL', what.logLevel),
    ...setting('OP_CHALLENGER_LOG_FORMAT', what.logFormat === 'json-pretty' ? 'json' : what.logFormat),
    ...txManagerSettings('OP_CHALLENGER', spec.txManager),
    ...signer.env,
  ];
  return {
    name: 'op-challenger',
    ...image,
    command: ['op-challenger'],
    ...(spec.extraArgs === undefined ? {} : { args: userArguments('op-challenger', spec.extraArgs) }),
    env: knownVariables('op-challenger', image.image, withUserVariables('op-challenger', env, spec.env, input)),
    ports: containerPorts([SERVICE_METRICS]),
    ...probes(httpCheck('/metrics', SERVICE_METRICS), STARTUP_SECONDS),
    resources: resources('service', network, spec.resources),
    volumeMounts: mounts,
  };
}

/**
 * The name that every release reads: before v1.8.0 there was no other, and later ones keep it beside OP_CHALLENGER_GAME_TYPES.
 * So what an image without a version tag is does not have to be known.
 */
const GAME_TYPES_VARIABLE = 'OP_CHALLENGER_TRACE_TYPE';

/** What is played, and for games that a program decides: where it is, what it starts from, and which chain it is about. */
function gameSettings(spec: OpChallengerSpec, types: readonly GameTypeName[], input: RenderInput): EnvVar[] {
  const programs = types.filter(needsPrestate);
  return [
    ...setting(GAME_TYPES_VARIABLE, types.join(',')),
    ...(programs.length === 0
      ? []
      : [
          ...setting('OP_CHALLENGER_PRESTATES_URL', spec.prestatesUrl),
          ...setting('OP_CHALLENGER_CANNON_BIN', CANNON),
          ...(programs.some((name) => !name.includes('kona'))
            ? setting('OP_CHALLENGER_CANNON_SERVER', OP_PROGRAM)
            : []),
          ...(programs.some((name) => name.includes('kona'))
            ? setting('OP_CHALLENGER_CANNON_KONA_SERVER', KONA_HOST)
            : []),
          ...chainSettings(input, renderGenesis(input) !== undefined),
        ]),
  ];
}

/** By its name, or by its files: op-challenger takes no mixture, and the files only if all are there. */
function chainSettings({ chain }: RenderInput, hasGenesis: boolean): EnvVar[] {
  const { config, registryName } = chain;
  if (registryName !== undefined && (config.rollup === undefined || !hasGenesis))
    return setting('OP_CHALLENGER_NETWORK', opNetworkName(registryName));
  return [
    ...setting('OP_CHALLENGER_ROLLUP_CONFIG', `${CONFIG_FOLDER}/rollup.json`),
    ...setting('OP_CHALLENGER_L2_GENESIS', GENESIS_FILE),
    ...(config.l1ChainConfig === undefined
      ? []
      : setting('OP_CHALLENGER_L1_GENESIS', `${CONFIG_FOLDER}/l1-chain.json`)),
  ];
}

function playSettings(spec: OpChallengerSpec): EnvVar[] {
  return [
    ...setting('OP_CHALLENGER_MAX_CONCURRENCY', spec.maxConcurrency),
    ...setting('OP_CHALLENGER_MAX_PENDING_TX', spec.maxPendingTransactions),
    ...setting('OP_CHALLENGER_GAME_WINDOW', spec.gameWindow),
    ...setting('OP_CHALLENGER_HTTP_POLL_INTERVAL', spec.pollInterval),
    ...setting('OP_CHALLENGER_GAME_ALLOWLIST', spec.gameAllowlist?.join(',')),
    ...setting('OP_CHALLENGER_ADDITIONAL_BOND_CLAIMANTS', spec.additionalBondClaimants?.join(',')),
    ...setting('OP_CHALLENGER_SELECTIVE_CLAIM_RESOLUTION', spec.selectiveClaimResolution),
  ];
}
