/** What components may refer to, and what they may be called. */
import type { RenderInput } from '../input.ts';
import { clientServiceName } from '../names.ts';
import { challengedNode, missingForChallengers, referencedNodes } from '../node-refs.ts';
import { problem, type SettingProblem } from './setting-problem.ts';

export function namesAreDistinct({ nodes, batchers, proposers, challengers }: RenderInput): SettingProblem[] {
  const owners = new Map<string, string>();
  const claims = [
    ...nodes.flatMap(({ metadata: { name } }) =>
      [name, clientServiceName(name)].map((claim) => [claim, `OpNode/${name}`] as const),
    ),
    ...batchers.map(({ metadata: { name } }) => [name, `OpBatcher/${name}`] as const),
    ...proposers.map(({ metadata: { name } }) => [name, `OpProposer/${name}`] as const),
    ...challengers.map(({ metadata: { name } }) => [name, `OpChallenger/${name}`] as const),
  ];
  return claims.flatMap(([name, object]) => {
    const owner = owners.get(name);
    owners.set(name, owner ?? object);
    if (owner === undefined || owner === object) return [];
    return [
      problem(
        'error',
        'InvalidSpec',
        object,
        `${object} and ${owner} would both make objects called ${name}`,
        'create one of them under another name',
      ),
    ];
  });
}

/** A preference for one that is never chosen would leave the chain without a sequencer. */
export function preferredMaySequence({ network, nodes }: RenderInput): SettingProblem[] {
  const preferred = network.spec.sequencer?.preferred;
  const isStopped = nodes.some(({ metadata, spec }) => metadata.name === preferred && spec.sequencer?.stopped === true);
  if (!isStopped) return [];
  return [
    problem(
      'error',
      'InvalidSpec',
      `OptimismNetwork/${network.metadata.name}`,
      `spec.sequencer.preferred names OpNode ${preferred}, whose spec.sequencer.stopped is true`,
      'name another sequencer, or leave spec.sequencer.stopped out',
    ),
  ];
}

export function referencedNodesExist(input: RenderInput): SettingProblem[] {
  const { network, nodes, batchers, proposers, challengers } = input;
  const roles = new Map(nodes.map(({ metadata, spec }) => [metadata.name, spec.role]));
  const networkName = network.metadata.name;
  const sequencer = (field: string, object: string, name: string | undefined) => {
    if (name === undefined || roles.get(name) === 'Sequencer') return [];
    const what = roles.has(name)
      ? `OpNode ${name}, which is a replica`
      : `OpNode ${name}, which does not exist in network ${networkName}`;
    return [
      problem(
        'error',
        'ReferenceNotFound',
        object,
        `${field} names ${what}`,
        `name an OpNode with role: Sequencer, or remove ${field}`,
      ),
    ];
  };
  return [
    ...sequencer('spec.sequencer.preferred', `OptimismNetwork/${networkName}`, network.spec.sequencer?.preferred),
    ...nodes.flatMap(({ metadata, spec }) =>
      sequencer('spec.sequencerRef', `OpNode/${metadata.name}`, spec.sequencerRef?.name),
    ),
    ...batchers.flatMap(({ metadata, spec }) => readsFrom(input, `OpBatcher/${metadata.name}`, 'blocks', spec)),
    ...proposers.flatMap(({ metadata, spec }) => readsFrom(input, `OpProposer/${metadata.name}`, 'outputs', spec)),
    ...challengers.flatMap(({ metadata, spec }) => challengerReadsFrom(input, `OpChallenger/${metadata.name}`, spec)),
  ];
}

interface NodeRefs {
  readonly nodeRefs?: readonly { readonly name: string }[] | undefined;
}

function readsFrom({ network, nodes }: RenderInput, object: string, what: string, spec: NodeRefs): SettingProblem[] {
  const networkName = network.metadata.name;
  const names = referencedNodes(spec.nodeRefs, nodes);
  if (names.length === 0) {
    return [
      problem(
        'error',
        'ReferenceNotFound',
        object,
        `network ${networkName} has no sequencer that it could read ${what} from`,
        'create an OpNode with role: Sequencer, or set spec.nodeRefs',
      ),
    ];
  }
  return names
    .filter((name) => !nodes.some(({ metadata }) => metadata.name === name))
    .map((name) =>
      problem(
        'error',
        'ReferenceNotFound',
        object,
        `spec.nodeRefs names OpNode ${name}, which does not exist in network ${networkName}`,
        'create it, or correct spec.nodeRefs',
      ),
    );
}

/** It takes one node, and believes it: what that lacks shows when there is a game to be lost. */
function challengerReadsFrom(input: RenderInput, object: string, spec: NodeRefs): SettingProblem[] {
  const { network, nodes } = input;
  if (spec.nodeRefs === undefined) {
    if (challengedNode(undefined, nodes) !== undefined) return [];
    return [
      problem(
        'error',
        'ReferenceNotFound',
        object,
        `network ${network.metadata.name} has no node that a challenger can take for the truth: an archive node with the debug API and safeDB`,
        'set consensus.safeDB: true on an OpNode (and leave execution.archive and execution.apis out)',
      ),
    ];
  }
  if (spec.nodeRefs.length > 1) {
    return [
      problem(
        'error',
        'InvalidSpec',
        object,
        `spec.nodeRefs names ${spec.nodeRefs.length} nodes, and op-challenger reads from one`,
        'name one OpNode',
      ),
    ];
  }
  const missing = readsFrom(input, object, 'blocks', spec);
  const node = nodes.find(({ metadata }) => metadata.name === spec.nodeRefs?.[0]?.name);
  const lacks = node === undefined ? [] : missingForChallengers(node);
  if (missing.length > 0 || lacks.length === 0) return missing;
  return [
    problem(
      'error',
      'InvalidSpec',
      object,
      `OpNode ${node?.metadata.name} can not tell a challenger what is true: it lacks ${lacks.join(', ')}`,
      'give it that, or name another OpNode in spec.nodeRefs',
    ),
  ];
}
