import type { ProposalTrial, ProposerSample } from '../../chain/samples.ts';
import { aboveFloor } from './funds.ts';
import { type Gate, pass, type Verdict, wait } from './gate.ts';
import { unreadable } from './observations.ts';
import { bondIsCovered } from './spending.ts';
import { ether } from './words.ts';

/** First four bytes of the factory's and the games' custom errors. Texts differ between L1 clients (l1-contracts.md 3). */
const ERRORS = {
  badAuth: '0xd386ef3e',
  noImplementation: '0x031c6de4',
  gameAlreadyExists: '0x014f6fe5',
  incorrectBond: '0x8620aa19',
} as const;
/** `require` of the L2OutputOracle. */
const NOT_THE_PROPOSER = 'only the proposer address can propose';

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
  return trialVerdict(proposer.trial.value, proposer, context.subject.sender?.games?.type);
};

/** What L1's answer to a tried proposal means. @param type of the game; undefined for an output */
export function trialVerdict(
  trial: ProposalTrial,
  proposer: Pick<ProposerSample, 'address' | 'bondWei'>,
  type: number | undefined,
): Verdict {
  const what = type === undefined ? 'an output' : `a game of type ${type}`;
  if (trial.outcome === 'notDue') return pass(`${proposer.address} may propose, and the next output is not due yet`);
  const accepted = pass(`L1 would accept ${what} from ${proposer.address}`);
  if (trial.outcome === 'accepted') return accepted;
  const { data, text } = trial;
  if (data.startsWith(ERRORS.gameAlreadyExists)) return accepted;
  if (data.startsWith(ERRORS.badAuth) || text.includes(NOT_THE_PROPOSER))
    return wait(
      `L1 refuses ${what} from ${proposer.address}: it is not the proposer of this chain; set signer to the key that is, or let the owner of the factory change it`,
    );
  if (data.startsWith(ERRORS.noImplementation))
    return wait(
      `the factory has no implementation for games of type ${type}: leave gameType out, or let the owner of the factory register one`,
    );
  if (data.startsWith(ERRORS.incorrectBond))
    return wait(`the bond of a proposal has just changed, it was ${ether(BigInt(proposer.bondWei))}; looking again`);
  return wait(`L1 refuses ${what} from ${proposer.address}: ${text} (${data.slice(0, 10)})`);
}

function notThe(permitted: string, { address }: ProposerSample): Verdict {
  return wait(
    `the proposer of this chain is ${permitted}, and the key is that of ${address}: set signer to the key that is, or let the owner of the factory change it`,
  );
}
