/** OpProposer: a StatefulSet of one, for its promise of at most one pod; a Deployment may run two while a node is lost. */
import type { OpProposer, OpProposerSpec } from '../api/op-proposer.ts';
import { anyPod, headlessService, networkPolicy, operatorPods, serviceAccount } from './companions.ts';
import { endpointSetting } from './endpoint.ts';
import { setting } from './environment.ts';
import { proposedGameType } from './game-types.ts';
import { containerImage } from './image.ts';
import type { ContractFacts, RenderInput } from './input.ts';
import { podLabels, podSelector } from './labels.ts';
import type { EnvVar, KubeObject } from './manifest.ts';
import { companionMetadata, durableMetadata, subjectOf } from './metadata.ts';
import { referencedNodes, rollupEndpoints } from './node-refs.ts';
import { type Observability, observability, serviceSettings } from './observability.ts';
import { type ContainerOptions, podTemplate } from './pod.ts';
import { containerPorts, type Port, PROPOSER_RPC, SERVICE_METRICS } from './ports.ts';
import { httpCheck, probes } from './probes.ts';
import { resources } from './resources.ts';
import { type RenderedSigner, renderSigner } from './signer.ts';
import { statefulSet } from './stateful-set.ts';
import { txManagerSettings } from './tx-manager.ts';
import { userArguments, withUserVariables } from './user-overrides.ts';
import { knownVariables } from './version-gates.ts';

/** op-proposer waits 63 to 67 s for what it depends on before it exits and says why. */
const STARTUP_SECONDS = 120;

export function proposerObjects(proposer: OpProposer, input: RenderInput, contracts: ContractFacts): KubeObject[] {
  const { name } = proposer.metadata;
  const subject = subjectOf(input, 'OpProposer', proposer.metadata, 'proposer');
  const selector = podSelector(subject.network, subject.component);
  const what = observability(input.network, proposer.spec);
  const ports = [PROPOSER_RPC, ...(what.metrics ? [SERVICE_METRICS] : [])];
  const signer = renderSigner('OP_PROPOSER', 'OP_PROPOSER_PRIVATE_KEY', proposer.spec.signer, input);
  const template = podTemplate({
    network: input.network,
    overrides: proposer.spec.pod,
    labels: podLabels(subject.network, subject.component, subject.part),
    serviceAccountName: name,
    selector,
    containers: [proposerContainer(proposer, input, { what, ports, signer, contracts })],
    volumes: signer.volumes,
  });
  return [
    serviceAccount(companionMetadata(subject, name)),
    headlessService(durableMetadata(subject, name), selector, ports),
    networkPolicy(companionMetadata(subject, name), selector, [
      { peers: [operatorPods], ports: [PROPOSER_RPC] },
      { peers: [anyPod], ports: what.metrics ? [SERVICE_METRICS] : [] },
    ]),
    statefulSet({
      metadata: durableMetadata(subject, name),
      replicas: proposer.spec.stopped ? 0 : 1,
      selector,
      template,
    }),
  ];
}

interface ProposerParts {
  readonly what: Observability;
  readonly ports: readonly Port[];
  readonly signer: RenderedSigner;
  readonly contracts: ContractFacts;
}

function proposerContainer(
  { spec }: OpProposer,
  input: RenderInput,
  { what, ports, signer, contracts }: ProposerParts,
): ContainerOptions {
  const { network } = input;
  const image = containerImage('opProposer', input, spec.image);
  const env = [
    ...endpointSetting('OP_PROPOSER_L1_ETH_RPC', network.spec.l1.rpc, input),
    ...rollupEndpoints('OP_PROPOSER', referencedNodes(spec.nodeRefs, input.nodes), input),
    ...targetSettings(spec, contracts),
    ...setting('OP_PROPOSER_POLL_INTERVAL', spec.pollInterval),
    ...setting('OP_PROPOSER_ALLOW_NON_FINALIZED', spec.allowNonFinalized),
    ...setting('OP_PROPOSER_ACTIVE_SEQUENCER_CHECK_DURATION', spec.activeSequencerCheckInterval),
    ...setting('OP_PROPOSER_WAIT_NODE_SYNC', true),
    // Its version, and the fees of a spike without a restart. Never to start it: op-proposer can't be started by RPC.
    ...serviceSettings('OP_PROPOSER', what, { rpc: PROPOSER_RPC, metrics: SERVICE_METRICS, admin: true }),
    ...txManagerSettings('OP_PROPOSER', spec.txManager),
    ...signer.env,
  ];
  return {
    name: 'op-proposer',
    ...image,
    command: ['op-proposer'],
    ...(spec.extraArgs === undefined ? {} : { args: userArguments('op-proposer', spec.extraArgs) }),
    env: knownVariables('op-proposer', image.image, withUserVariables('op-proposer', env, spec.env, input)),
    ports: containerPorts(ports),
    ...probes(httpCheck('/healthz', PROPOSER_RPC), STARTUP_SECONDS),
    resources: resources('service', network, spec.resources),
    ...(signer.volumeMounts.length === 0 ? {} : { volumeMounts: signer.volumeMounts }),
  };
}

/**
 * The type of game is always given: the default, 0, is respected by few chains. An oracle has an interval of its own, and
 * op-proposer refuses another one beside it.
 */
function targetSettings(spec: OpProposerSpec, contracts: ContractFacts): EnvVar[] {
  const gameType = proposedGameType(spec, contracts);
  if (gameType === undefined) return setting('OP_PROPOSER_L2OO_ADDRESS', contracts.l2OutputOracle);
  return [
    ...setting('OP_PROPOSER_GAME_FACTORY_ADDRESS', contracts.disputeGameFactory),
    ...setting('OP_PROPOSER_GAME_TYPE', gameType),
    ...setting('OP_PROPOSER_PROPOSAL_INTERVAL', spec.proposalInterval),
  ];
}
