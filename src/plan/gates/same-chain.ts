import { count, shortHash } from '../../chain/facts/words.ts';
import type { NodeSample, Sample } from '../../chain/samples.ts';
import { fail, type GateContext, pass, type Verdict, wait } from './gate.ts';
import { unreadable } from './observations.ts';

/**
 * All nodes have the same block at a height that all of them have as safe. A node that missed a fork derives and
 * finalizes a chain of its own with every other signal green (recorded: op-stack-observed-2.md 6).
 */
export const sameChain = (
  samples: readonly Sample[],
  { activeSequencer }: Pick<GateContext, 'activeSequencer'>,
): Verdict => {
  const nodes = samples.at(-1)?.nodes ?? [];
  if (nodes.length === 0) return wait('no node has been seen yet');
  const blocks: { pod: string; node: string; number: number; hash: string }[] = [];
  for (const { pod, node, common } of nodes) {
    if (!common?.ok) return wait(unreadable(`the block of ${pod} at the common safe height`, common));
    blocks.push({ pod, node, ...common.value });
  }
  const reference = blocks.find(({ node }) => node === activeSequencer) ?? mostAgreedOn(blocks);
  if (!reference) return wait('no node has been seen yet');
  const otherHeight = blocks.find(({ number }) => number !== reference.number);
  if (otherHeight) return wait(`${otherHeight.pod} was asked for another height than ${reference.pod}`);
  const different = blocks.filter(({ hash }) => hash !== reference.hash);
  if (different.length === 0)
    return pass(`all nodes (${nodes.length}) have the same safe block ${count(reference.number)}`);
  const pods = different.map(({ pod, hash }) => `${pod} (${shortHash(hash)})`).join(', ');
  return fail(
    'GateFailed',
    `safe block ${count(reference.number)} is ${shortHash(reference.hash)} on ${reference.pod} but another one on ${pods}: not the same chain`,
    'Compare fork times and versions of these nodes with the others; then delete the volume of each that is wrong, so that it syncs anew.',
  );
};

type Block = Pick<NodeSample, 'pod' | 'node'> & { readonly number: number; readonly hash: string };

function mostAgreedOn(blocks: readonly Block[]): Block | undefined {
  const votes = (block: Block) => blocks.filter(({ hash }) => hash === block.hash).length;
  return blocks.reduce<Block | undefined>(
    (best, block) => (best && votes(best) >= votes(block) ? best : block),
    undefined,
  );
}
