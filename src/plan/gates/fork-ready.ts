import { type ForkProblem, forkMoment, forkProblems, forksAhead, headTime } from '../../chain/facts/fork-readiness.ts';
import { contractsBehindForks } from '../contracts-precondition.ts';
import { fail, type Gate, pass, wait } from './gate.ts';
import { subjectName, subjectPods } from './observations.ts';

/**
 * The pods that are asked about have the same times for the forks that lie ahead as the chain's configuration, in op-node
 * and in the execution client, and versions that know those forks. Asked after they have restarted: a difference does not
 * go away by itself any more.
 */
export const forkReady: Gate = (samples, context) => {
  const sample = samples.at(-1);
  const nodes = sample ? subjectPods(sample, context) : [];
  if (!sample || nodes.length === 0) return wait(`no pod of ${subjectName(context)} has been seen yet`);
  const head = headTime(sample);
  const problems = forkProblems(nodes, context.chain.forks, head);
  const unread = problems.find(({ kind }) => kind === 'unread');
  const wrong = problems.filter(({ kind }) => kind !== 'unread');
  if (wrong.length > 0) return fail('GateFailed', wrong.map(({ message }) => message).join('; '), fixOf(wrong));
  if (unread) return wait(unread.message);
  const ahead = forksAhead(context.chain.forks, head);
  const words = ahead.map(({ name, time }) => `${name} at ${forkMoment(time)}`).join(', ');
  const pods = nodes.length === 1 ? `${nodes[0]?.pod} is` : `${nodes.length} pods are`;
  if (ahead.length === 0) return pass('no fork lies ahead');
  const behind = contractsBehindForks(ahead, context.chain.generation);
  return pass([`${pods} ready for ${words}`, ...behind].join('; '));
};

function fixOf(problems: readonly ForkProblem[]): string {
  return [...new Set(problems.map(({ fix }) => fix))].join('; ');
}
