/** What L1 says to a proposal that is tried as a call. */
import type { ProposalTrial, ProposerSample } from '../samples.ts';
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

export interface TrialWord {
  /** L1 would accept it now, or as soon as it is due. */
  readonly isPermitted: boolean;
  readonly message: string;
}

/** What L1's answer to a tried proposal means. @param type of the game; undefined for an output */
export function proposalTrial(
  trial: ProposalTrial,
  proposer: Pick<ProposerSample, 'address' | 'bondWei'>,
  type: number | undefined,
): TrialWord {
  const what = type === undefined ? 'an output' : `a game of type ${type}`;
  if (trial.outcome === 'notDue')
    return permitted(`${proposer.address} may propose, and the next output is not due yet`);
  const accepted = permitted(`L1 would accept ${what} from ${proposer.address}`);
  if (trial.outcome === 'accepted') return accepted;
  const { data, text } = trial;
  if (data.startsWith(ERRORS.gameAlreadyExists)) return accepted;
  if (data.startsWith(ERRORS.badAuth) || text.includes(NOT_THE_PROPOSER))
    return refused(
      `L1 refuses ${what} from ${proposer.address}: it is not the proposer of this chain; set signer to the key that is, or let the owner of the factory change it`,
    );
  if (data.startsWith(ERRORS.noImplementation))
    return refused(
      `the factory has no implementation for games of type ${type}: leave gameType out, or let the owner of the factory register one`,
    );
  if (data.startsWith(ERRORS.incorrectBond))
    return refused(`the bond of a proposal has just changed, it was ${ether(BigInt(proposer.bondWei))}; looking again`);
  return refused(`L1 refuses ${what} from ${proposer.address}: ${text} (${data.slice(0, 10)})`);
}

const permitted = (message: string): TrialWord => ({ isPermitted: true, message });
const refused = (message: string): TrialWord => ({ isPermitted: false, message });
