import { count } from '../../chain/facts/words.ts';
import type { NodeSample } from '../../chain/samples.ts';
import { allOf, fail, type Gate, type GateChain, pass, type Verdict, wait } from './gate.ts';
import { subjectName, subjectPods, unreadable } from './observations.ts';

/** The execution client answers and has the right chain id and the block that the chain begins with. */
export const engineReady: Gate = (samples, context) => {
  const sample = samples.at(-1);
  const [first, ...others] = sample ? subjectPods(sample, context) : [];
  if (!first) return wait(`${subjectName(context)} has no pod yet`);
  const judge = (pod: NodeSample) => executionClient(pod, context.chain);
  return allOf([judge(first), ...others.map(judge)]);
};

function executionClient({ pod, el }: NodeSample, chain: GateChain): Verdict {
  if (!el.ok) return wait(unreadable(`the execution client of ${pod}`, el));
  const { chainId, genesisHash, head } = el.value;
  if (chainId !== chain.l2ChainId) {
    return fail(
      'ChainMismatch',
      `the execution client of ${pod} has chain id ${chainId}, the network ${chain.l2ChainId}`,
      'Use the genesis of this chain; a volume of another chain has to be deleted.',
    );
  }
  const first = `block ${count(chain.genesisNumber)}`;
  if (genesisHash === undefined) {
    return wait(`the execution client of ${pod} does not have ${first} yet, with which the chain begins`);
  }
  if (genesisHash !== chain.genesisHash) {
    return fail(
      'ChainMismatch',
      `${first} of ${pod} is ${genesisHash}, genesis.l2.hash of the rollup configuration is ${chain.genesisHash}`,
      'Use the genesis of this chain; a volume of another chain has to be deleted.',
    );
  }
  return pass(`the execution client of ${pod} answers, head ${count(head.number)}`);
}
