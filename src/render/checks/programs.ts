/** Every program of a network with its image, and the version by which it is judged. */
import type { Image } from '../../api/images.ts';
import { PROGRAMS, type ProgramKey } from '../../catalogue/releases.ts';
import { type Version, versionOfImage } from '../../catalogue/version.ts';
import { findImage, imageName } from '../image.ts';
import type { RenderInput } from '../input.ts';
import { challengedNode, referencedNodes } from '../node-refs.ts';

export interface ProgramUse {
  /** `<Kind>/<name>` */
  readonly object: string;
  readonly program: ProgramKey;
  /** `op-node`, for sentences. */
  readonly name: string;
  /** undefined: the release has none, and nobody named one. */
  readonly image: string | undefined;
  /** undefined: the tag is no version. */
  readonly version: Version | undefined;
  /** Whether it is the version that the release has, whatever registry it comes from. */
  readonly isOfRelease: boolean;
  /** OpNodes that it works with: its own, or those that it reads from. */
  readonly nodes: readonly string[];
}

/** The execution client and op-node of each OpNode, then whatever sends to L1. */
export function programsOf(input: RenderInput): ProgramUse[] {
  const { nodes, batchers, proposers, challengers } = input;
  const use = (object: string, program: ProgramKey, own: Image | undefined, works: readonly string[]): ProgramUse => {
    const image = findImage(program, input, own);
    const version = versionOfImage(image);
    const ofRelease = imageName(input.release.images[program]);
    const isSame = image === ofRelease || (version && version.text === versionOfImage(ofRelease)?.text) === true;
    return { object, program, name: PROGRAMS[program], image, version, isOfRelease: isSame, nodes: works };
  };
  return [
    ...nodes.flatMap(({ metadata: { name }, spec: { execution, consensus } }) => [
      use(`OpNode/${name}`, execution.client === 'op-geth' ? 'opGeth' : 'opReth', execution.image, [name]),
      use(`OpNode/${name}`, 'opNode', consensus.image, [name]),
    ]),
    ...batchers.map(({ metadata, spec }) =>
      use(`OpBatcher/${metadata.name}`, 'opBatcher', spec.image, referencedNodes(spec.nodeRefs, nodes)),
    ),
    ...proposers.map(({ metadata, spec }) =>
      use(`OpProposer/${metadata.name}`, 'opProposer', spec.image, referencedNodes(spec.nodeRefs, nodes)),
    ),
    ...challengers.map(({ metadata, spec }) => {
      const node = challengedNode(spec.nodeRefs, nodes);
      return use(`OpChallenger/${metadata.name}`, 'opChallenger', spec.image, node === undefined ? [] : [node]);
    }),
  ];
}
