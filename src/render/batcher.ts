/** OpBatcher: a StatefulSet of one, for its promise of at most one pod; a Deployment may run two while a node is lost. */
import { ANNOTATIONS } from '../api/names.ts';
import type { OpBatcher, OpBatcherSpec } from '../api/op-batcher.ts';
import { anyPod, headlessService, networkPolicy, operatorPods, serviceAccount } from './companions.ts';
import { renderDigest } from './digest.ts';
import { endpointListSetting, endpointSetting } from './endpoint.ts';
import { setting } from './environment.ts';
import { containerImage } from './image.ts';
import type { RenderInput } from './input.ts';
import { podLabels, podSelector } from './labels.ts';
import type { EnvVar, KubeObject } from './manifest.ts';
import { companionMetadata, durableMetadata, subjectOf } from './metadata.ts';
import { nodeEndpoints, referencedNodes } from './node-refs.ts';
import { type Observability, observability, serviceSettings } from './observability.ts';
import { type ContainerOptions, podTemplate } from './pod.ts';
import { BATCHER_RPC, containerPorts, type Port, SERVICE_METRICS } from './ports.ts';
import { httpCheck, probes } from './probes.ts';
import { resources } from './resources.ts';
import { type RenderedSigner, renderSigner } from './signer.ts';
import { statefulSet } from './stateful-set.ts';
import { txManagerSettings } from './tx-manager.ts';
import { userArguments, withUserVariables } from './user-overrides.ts';
import { knownVariables } from './version-gates.ts';

/** op-batcher waits 63 to 67 s for what it depends on before it exits and says why. */
const STARTUP_SECONDS = 120;

const AVAILABILITY = { Blobs: 'blobs', Calldata: 'calldata', Auto: 'auto' } as const;
const BATCH_TYPES = { Singular: 0, Span: 1 } as const;

export function batcherObjects(batcher: OpBatcher, input: RenderInput): KubeObject[] {
  const { name } = batcher.metadata;
  const subject = subjectOf(input, 'OpBatcher', batcher.metadata, 'batcher');
  const selector = podSelector(subject.network, subject.component);
  const what = observability(input.network, batcher.spec);
  const ports = [BATCHER_RPC, ...(what.metrics ? [SERVICE_METRICS] : [])];
  const signer = renderSigner('OP_BATCHER', 'OP_BATCHER_PRIVATE_KEY', batcher.spec.signer, input);
  const template = podTemplate({
    network: input.network,
    overrides: batcher.spec.pod,
    labels: podLabels(subject.network, subject.component, subject.part),
    annotations: { [ANNOTATIONS.chainConfig]: chainConfigDigest(input) },
    serviceAccountName: name,
    selector,
    containers: [batcherContainer(batcher, input, { what, ports, signer })],
    volumes: signer.volumes,
  });
  return [
    serviceAccount(companionMetadata(subject, name)),
    headlessService(durableMetadata(subject, name), selector, ports),
    networkPolicy(companionMetadata(subject, name), selector, [
      { peers: [operatorPods], ports: [BATCHER_RPC] },
      { peers: [anyPod], ports: what.metrics ? [SERVICE_METRICS] : [] },
    ]),
    statefulSet({
      metadata: durableMetadata(subject, name),
      replicas: batcher.spec.stopped ? 0 : 1,
      selector,
      template,
    }),
  ];
}

/**
 * op-batcher asks op-node for the rollup configuration once, and would not notice a new time of a fork: so a change of it
 * is a change of its pod. Of a chain that the programs know by name the registry tells the times.
 */
function chainConfigDigest({ chain }: RenderInput): string {
  return renderDigest([chain.config.rollup?.name ?? null, chain.forks]).slice(0, 16);
}

function batcherContainer(
  { spec }: OpBatcher,
  input: RenderInput,
  { what, ports, signer }: { what: Observability; ports: readonly Port[]; signer: RenderedSigner },
): ContainerOptions {
  const { network } = input;
  const image = containerImage('opBatcher', input, spec.image);
  const env = [
    ...endpointSetting('OP_BATCHER_L1_ETH_RPC', network.spec.l1.rpc, input),
    ...nodeEndpoints('OP_BATCHER', referencedNodes(spec.nodeRefs, input.nodes), input),
    ...batchSettings(spec),
    ...throttleSettings(spec, input),
    ...alternativeDataAvailability(spec, input),
    ...serviceSettings('OP_BATCHER', what, { rpc: BATCHER_RPC, metrics: SERVICE_METRICS, admin: true }),
    ...txManagerSettings('OP_BATCHER', spec.txManager),
    ...signer.env,
  ];
  return {
    name: 'op-batcher',
    ...image,
    command: ['op-batcher'],
    ...(spec.extraArgs === undefined ? {} : { args: userArguments('op-batcher', spec.extraArgs) }),
    env: knownVariables('op-batcher', image.image, withUserVariables('op-batcher', env, spec.env, input)),
    ports: containerPorts(ports),
    ...probes(httpCheck('/healthz', BATCHER_RPC), STARTUP_SECONDS),
    resources: resources('service', network, spec.resources),
    ...(signer.volumeMounts.length === 0 ? {} : { volumeMounts: signer.volumeMounts }),
  };
}

function batchSettings(spec: OpBatcherSpec): EnvVar[] {
  const { compression } = spec;
  return [
    ...setting('OP_BATCHER_DATA_AVAILABILITY_TYPE', AVAILABILITY[spec.dataAvailability]),
    ...setting('OP_BATCHER_BATCH_TYPE', spec.batchType === undefined ? undefined : BATCH_TYPES[spec.batchType]),
    ...setting('OP_BATCHER_MAX_CHANNEL_DURATION', spec.maxChannelDuration),
    ...setting('OP_BATCHER_SUB_SAFETY_MARGIN', spec.subSafetyMargin),
    ...setting('OP_BATCHER_TARGET_NUM_FRAMES', spec.targetNumFrames),
    ...setting('OP_BATCHER_MAX_L1_TX_SIZE_BYTES', spec.maxL1TxSizeBytes),
    ...setting('OP_BATCHER_MAX_PENDING_TX', spec.maxPendingTransactions),
    ...setting('OP_BATCHER_COMPRESSOR', compression?.compressor),
    ...setting('OP_BATCHER_COMPRESSION_ALGO', compression?.algorithm),
    ...setting('OP_BATCHER_APPROX_COMPR_RATIO', compression?.approxComprRatio),
    ...setting('OP_BATCHER_POLL_INTERVAL', spec.pollInterval),
    ...setting('OP_BATCHER_ACTIVE_SEQUENCER_CHECK_DURATION', spec.activeSequencerCheckInterval),
    // A new process waits until op-node has passed what the former one sent: nothing goes out twice.
    ...setting('OP_BATCHER_WAIT_NODE_SYNC', true),
    // Left at 0 unless asked for: on an L1 younger than the depth the batcher exits until L1 is old enough (seen).
    ...setting('OP_BATCHER_CHECK_RECENT_TXS_DEPTH', spec.checkRecentTransactionsDepth),
  ];
}

function throttleSettings({ throttle }: OpBatcherSpec, input: RenderInput): EnvVar[] {
  return [
    ...setting('OP_BATCHER_THROTTLE_CONTROLLER_TYPE', throttle?.controllerType),
    ...setting('OP_BATCHER_THROTTLE_UNSAFE_DA_BYTES_LOWER_THRESHOLD', throttle?.unsafeDABytesLowerThreshold),
    ...setting('OP_BATCHER_THROTTLE_UNSAFE_DA_BYTES_UPPER_THRESHOLD', throttle?.unsafeDABytesUpperThreshold),
    ...setting('OP_BATCHER_THROTTLE_TX_SIZE_LOWER_LIMIT', throttle?.txSizeLowerLimit),
    ...setting('OP_BATCHER_THROTTLE_TX_SIZE_UPPER_LIMIT', throttle?.txSizeUpperLimit),
    ...setting('OP_BATCHER_THROTTLE_BLOCK_SIZE_LOWER_LIMIT', throttle?.blockSizeLowerLimit),
    ...setting('OP_BATCHER_THROTTLE_BLOCK_SIZE_UPPER_LIMIT', throttle?.blockSizeUpperLimit),
    ...endpointListSetting('OP_BATCHER_THROTTLE_ADDITIONAL_ENDPOINTS', throttle?.additionalEndpoints, input),
  ];
}

function alternativeDataAvailability({ altDA }: OpBatcherSpec, input: RenderInput): EnvVar[] {
  if (altDA === undefined) return [];
  return [
    ...setting('OP_BATCHER_ALTDA_ENABLED', true),
    ...endpointSetting('OP_BATCHER_ALTDA_DA_SERVER', altDA.server, input),
    ...setting('OP_BATCHER_ALTDA_DA_SERVICE', altDA.service),
    ...setting('OP_BATCHER_ALTDA_MAX_CONCURRENT_DA_REQUESTS', altDA.maxConcurrentRequests),
  ];
}
