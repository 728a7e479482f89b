/** What components may refer to, and what they may be called. */
import { unsupportedComponents } from '../components.ts';
import type { RenderInput } from '../input.ts';
import { clientServiceName } from '../names.ts';
import { referencedNodes } from '../node-refs.ts';
import { problem, type SettingProblem } from './setting-problem.ts';

export function componentsAreSupported(input: RenderInput): SettingProblem[] {
  return unsupportedComponents(input).map(({ kind, name }) =>
    problem(
      'error',
      'NotSupportedYet',
      `${kind}/${name}`,
      `${kind} is not supported by this version of the operator`,
      `delete ${kind} ${name}`,
    ),
  );
}

export function namesAreDistinct({ nodes, batchers }: RenderInput): SettingProblem[] {
  const owners = new Map<string, string>();
  const claims = [
    ...nodes.flatMap(({ metadata: { name } }) =>
      [name, clientServiceName(name)].map((claim) => [claim, `OpNode/${name}`] as const),
    ),
    ...batchers.map(({ metadata: { name } }) => [name, `OpBatcher/${name}`] as const),
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

export function referencedNodesExist({ network, nodes, batchers }: RenderInput): SettingProblem[] {
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
    ...batchers.flatMap((batcher) => {
      const object = `OpBatcher/${batcher.metadata.name}`;
      const names = referencedNodes(batcher.spec.nodeRefs, nodes);
      if (names.length === 0) {
        return [
          problem(
            'error',
            'ReferenceNotFound',
            object,
            `network ${networkName} has no sequencer that the batcher could read blocks from`,
            'create an OpNode with role: Sequencer, or set spec.nodeRefs',
          ),
        ];
      }
      return names
        .filter((name) => !roles.has(name))
        .map((name) =>
          problem(
            'error',
            'ReferenceNotFound',
            object,
            `spec.nodeRefs names OpNode ${name}, which does not exist in network ${networkName}`,
            'create it, or correct spec.nodeRefs',
          ),
        );
    }),
  ];
}
