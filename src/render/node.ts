/** OpNode: execution client and op-node as two containers of one pod of a StatefulSet, with its Services and policies. */
import { LABELS } from '../api/names.ts';
import type { OpNode } from '../api/op-node.ts';
import {
  type Access,
  anyPod,
  clientService,
  disruptionBudget,
  headlessService,
  networkPolicy,
  operatorPods,
  pods,
  serviceAccount,
} from './companions.ts';
import { DATA_VOLUME, executionPlan } from './execution.ts';
import type { RenderInput } from './input.ts';
import { partSelector, podLabels, podSelector } from './labels.ts';
import type { KubeObject, NetworkPeer } from './manifest.ts';
import { companionMetadata, durableMetadata, type Subject, subjectOf } from './metadata.ts';
import { clientServiceName } from './names.ts';
import { observability } from './observability.ts';
import { renderOpGeth } from './op-geth.ts';
import { renderOpNode, searchesPeers, servesAdmin } from './op-node.ts';
import { renderOpReth } from './op-reth.ts';
import { podTemplate } from './pod.ts';
import { EL_HTTP, EL_WS, NODE_RPC, type Port } from './ports.ts';
import { statefulSet } from './stateful-set.ts';
import { volumeClaim } from './volume-claim.ts';

const clients = { 'op-geth': renderOpGeth, 'op-reth': renderOpReth } as const;

export function nodeObjects(node: OpNode, input: RenderInput): KubeObject[] {
  const { network } = input;
  const { name } = node.metadata;
  const isSequencer = node.spec.role === 'Sequencer';
  const subject = subjectOf(input, 'OpNode', node.metadata, isSequencer ? 'sequencer' : 'replica');
  const selector = podSelector(subject.network, subject.component);
  const what = observability(network, node.spec);
  const execution = clients[node.spec.execution.client](executionPlan(node, input, what));
  const consensus = renderOpNode(node, input, what);
  const ports = [...execution.ports, ...consensus.ports];
  const template = podTemplate({
    network,
    overrides: node.spec.pod,
    labels: podLabels(subject.network, subject.component, subject.part),
    serviceAccountName: name,
    selector,
    // A sequencer keeps apart from the other sequencers of its network, a replica from its own kind.
    apartFrom: isSequencer ? partSelector(subject.network, 'sequencer') : selector,
    initContainers: execution.initContainers,
    containers: [consensus.container],
    volumes: [...consensus.volumes, ...execution.volumes],
  });
  const annotations = { ...network.spec.defaults.serviceAnnotations, ...node.spec.service.annotations };
  return [
    serviceAccount(companionMetadata(subject, name)),
    headlessService(durableMetadata(subject, name), selector, ports),
    clientService(
      companionMetadata(subject, clientServiceName(name), annotations),
      node.spec.service.type,
      selector,
      clientPorts(node),
    ),
    ...policies(node, input, subject, ports),
    ...budgets(node, subject),
    statefulSet({
      metadata: durableMetadata(subject, name),
      replicas: node.spec.replicas,
      selector,
      template,
      volumeClaimTemplates: [volumeClaim(DATA_VOLUME, node.spec.execution.storage, input, subject)],
    }),
  ];
}

/** What clients may use. Never the admin RPC, which shares its port with the rest of op-node's. */
function clientPorts(node: OpNode): Port[] {
  return servesAdmin(node) ? [EL_HTTP, EL_WS] : [EL_HTTP, EL_WS, NODE_RPC];
}

function policies(node: OpNode, input: RenderInput, subject: Subject, ports: readonly Port[]): KubeObject[] {
  if (!node.spec.networkPolicy.enabled) return [];
  const named = (...prefixes: string[]) =>
    ports.filter((port) => prefixes.some((prefix) => port.name.startsWith(prefix)));
  const ours = pods({ [LABELS.network]: subject.network });
  const senders = (['batcher', 'proposer', 'challenger'] as const).map((part) =>
    pods(partSelector(subject.network, part)),
  );
  const access: Access[] = [
    { peers: [operatorPods, ...senders], ports: [NODE_RPC] },
    { peers: [operatorPods, ours], ports: [EL_HTTP, EL_WS] },
    clientAccess(node),
    { peers: [anyPod], ports: named('el-metrics', 'node-metrics') },
    { ...(acceptsStrangers(node, input) ? {} : { peers: [ours] }), ports: named('p2p') },
    { ports: named('el-p2p') },
  ];
  const selector = podSelector(subject.network, subject.component);
  return [networkPolicy(companionMetadata(subject, subject.component.name), selector, access)];
}

/**
 * Users of the RPC. A sequencer's client serves `miner` and `debug` beside `eth` on one port, with which anybody could
 * throttle the chain: it is open to nobody who is not named. A replica is there for its users.
 */
function clientAccess(node: OpNode): Access {
  const { networkPolicy: policy, role, service } = node.spec;
  const ports = clientPorts(node);
  if (policy.allowRpcFrom !== undefined) return { peers: policy.allowRpcFrom as NetworkPeer[], ports };
  if (role === 'Sequencer') return { ports: [] };
  return service.type === 'ClusterIP' ? { peers: [anyPod], ports } : { ports };
}

/** Whether peers from outside of the network are meant to dial this node. */
function acceptsStrangers(node: OpNode, input: RenderInput): boolean {
  const { advertise, staticPeers } = node.spec.consensus.p2p;
  return searchesPeers(node, input) || advertise !== undefined || (staticPeers ?? []).length > 0;
}

/** Of the sequencers, which are one OpNode each, the budget stands with the network. */
function budgets({ spec }: OpNode, subject: Subject): KubeObject[] {
  const { enabled, maxUnavailable } = spec.podDisruptionBudget;
  if (!enabled || spec.role === 'Sequencer' || spec.replicas < 2) return [];
  const metadata = companionMetadata(subject, subject.component.name);
  return [disruptionBudget(metadata, podSelector(subject.network, subject.component), maxUnavailable)];
}
