import { describe, expect, it } from 'vitest';
import type { ProposalTrial, ProposerSample, Sample } from '../../../src/chain/samples.ts';
import { proposerPermitted } from '../../../src/plan/gates/proposer-permitted.ts';
import { at, context, failed, ok } from './scene.ts';

const PROPOSER = '0x90f79bf6eb2c4f870365e785982e1f101e93b906';
const OTHER = '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65';
const BOND = 80_000_000_000_000_000n;

function seen(trial: ProposalTrial | undefined, changes: Partial<ProposerSample> = {}): Sample[] {
  const proposer: ProposerSample = {
    address: PROPOSER,
    balanceWei: (10n ** 18n).toString(),
    nonceLatest: 3,
    noncePending: 3,
    bondWei: BOND.toString(),
    seenProposals: 0,
    ...(trial ? { trial: ok(trial) } : {}),
    ...changes,
  };
  return [at(0, { proposer: ok(proposer) })];
}

const about = (games: { proposer?: string; type?: number } = { type: 1 }, minBalanceWei = '0') =>
  context({ subject: { sender: { kind: 'OpProposer', name: 'acme-proposer', games } }, limits: { minBalanceWei } });
const refused = (data: string, text = 'execution reverted'): ProposalTrial => ({ outcome: 'refused', data, text });

describe('proposer-permitted', () => {
  it('passes when L1 would accept a game, or an output that is not due yet', () => {
    expect(proposerPermitted(seen({ outcome: 'accepted' }), about())).toEqual({
      outcome: 'pass',
      message: `L1 would accept a game of type 1 from ${PROPOSER}`,
    });
    expect(proposerPermitted(seen({ outcome: 'notDue' }, { bondWei: '0' }), about({}))).toMatchObject({
      outcome: 'pass',
      message: expect.stringContaining('not due yet'),
    });
    // Somebody has made the very same claim: it could have been made.
    expect(proposerPermitted(seen(refused('0x014f6fe5aa')), about()).outcome).toBe('pass');
  });

  // Selectors as recorded (l1-contracts.md 3); the texts differ between L1 clients.
  it.each([
    ['is not the proposer', refused('0xd386ef3e', 'custom error 0xd386ef3e'), /is not the proposer of this chain/],
    ['has no implementation', refused(`0x031c6de4${'0'.repeat(63)}7`), /no implementation for games of type 7/],
    ['has another bond meanwhile', refused('0x8620aa19'), /the bond of a proposal has just changed, it was 0.08 ETH/],
    ['refuses it otherwise', refused('0xf40239db00'), /L1 refuses .*: execution reverted \(0xf40239db\)/],
    [
      'is an oracle that does not know it',
      refused('0x08c379a0', 'L2OutputOracle: only the proposer address can propose new outputs'),
      /is not the proposer of this chain/,
    ],
  ])('waits when it %s', (_, trial, words) => {
    expect(proposerPermitted(seen(trial), about({ type: 7 }))).toEqual({
      outcome: 'wait',
      message: expect.stringMatching(words),
    });
  });

  it('names both addresses where the role is known, before anything is tried', () => {
    expect(proposerPermitted(seen(undefined), about({ proposer: OTHER, type: 1 }))).toEqual({
      outcome: 'wait',
      message: `the proposer of this chain is ${OTHER}, and the key is that of ${PROPOSER}: set signer to the key that is, or let the owner of the factory change it`,
    });
    expect(
      proposerPermitted(seen({ outcome: 'accepted' }), about({ proposer: PROPOSER.toUpperCase().replace('0X', '0x') }))
        .outcome,
    ).toBe('pass');
  });

  it('waits for the bond, and for the balance that the spec demands', () => {
    expect(proposerPermitted(seen(undefined, { balanceWei: BOND.toString() }), about())).toMatchObject({
      outcome: 'wait',
      message: expect.stringContaining('expecting more than the bond of a proposal, 0.08 ETH'),
    });
    expect(proposerPermitted(seen({ outcome: 'accepted' }), about({ type: 1 }, (10n ** 19n).toString()))).toMatchObject(
      {
        outcome: 'wait',
        message: expect.stringContaining('expecting at least 10 ETH'),
      },
    );
  });

  it('knows nothing without an answer', () => {
    expect(proposerPermitted([at(0, { proposer: failed() })], about()).outcome).toBe('wait');
    expect(proposerPermitted([at(0)], about()).outcome).toBe('wait');
    expect(proposerPermitted(seen(undefined, { trial: failed() }), about())).toMatchObject({
      outcome: 'wait',
      message: expect.stringContaining('does not answer'),
    });
  });
});
