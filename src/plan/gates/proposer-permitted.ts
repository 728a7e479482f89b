import { proposalTrial } from '../../chain/facts/proposal-trial.ts';
import { bondIsCovered } from '../../chain/facts/spending.ts';
import { ether } from '../../chain/facts/words.ts';
import type { ProposerSample } from '../../chain/samples.ts';
import { aboveFloor } from './funds.ts';
import { type Gate, pass, type Verdict, wait } from './gate.ts';
import { unreadable } from './observations.ts';

/** A proposal from the configured address would be accepted now: L1 is asked with a call that is not sent. */
export const proposerPermitted: Gate = (samples, context) => {
  const latest = samples.at(-1)?.proposer;
  if (!latest?.ok) return wait(unreadable("L1, asked for the proposer's account,", latest));
  const proposer = latest.value;
  const permitted = context.subject.sender?.games?.proposer;
  if (permitted !== undefined && permitted.toLowerCase() !== proposer.address) return notThe(permitted, proposer);
  const floor = aboveFloor(proposer, context);
  if (floor.outcome !== 'pass') return floor;
  if (!bondIsCovered(proposer)) {
    const has = ether(BigInt(proposer.balanceWei));
    return wait(
      `${proposer.address} has ${has} on L1, expecting more than the bond of a proposal, ${ether(BigInt(proposer.bondWei))}: send it more`,
    );
  }
  if (!proposer.trial?.ok) return wait(unreadable('L1, asked to try a proposal,', proposer.trial));
  const { isPermitted, message } = proposalTrial(proposer.trial.value, proposer, context.subject.sender?.games?.type);
  return isPermitted ? pass(message) : wait(message);
};

function notThe(permitted: string, { address }: ProposerSample): Verdict {
  return wait(
    `the proposer of this chain is ${permitted}, and the key is that of ${address}: set signer to the key that is, or let the owner of the factory change it`,
  );
}
