import { hexOf } from '../clients/ethereum-values.ts';
import { ContractAnswers, questions } from './contract-answers.ts';
import { getters } from './generations/generation.ts';
import { addAnswers, type L1Reader } from './l1-reader.ts';

/** Names of one and the same, by the age of the contracts. */
const MESSENGER = ['messenger', 'MESSENGER'] as const;
const PORTAL = ['portal', 'PORTAL'] as const;

export interface BridgeSeed {
  readonly l1CrossDomainMessenger: string | undefined;
  readonly optimismPortal: string | undefined;
}

/**
 * From the L1StandardBridge to the portal, for contracts before v1.3, whose SystemConfig tells no address: two round
 * trips more. Whether the portal is that of the SystemConfig is checked by whoever reads it.
 */
export async function seedFromBridge(l1: L1Reader, bridge: string, block: number): Promise<BridgeSeed> {
  const l1CrossDomainMessenger = await firstAddress(l1, 'l1StandardBridge', bridge, MESSENGER, block);
  const optimismPortal = await firstAddress(l1, 'l1CrossDomainMessenger', l1CrossDomainMessenger, PORTAL, block);
  return { l1CrossDomainMessenger, optimismPortal };
}

async function firstAddress(
  l1: L1Reader,
  contract: string,
  address: string | undefined,
  names: readonly string[],
  block: number,
): Promise<string | undefined> {
  const asked = questions(
    contract,
    address,
    getters(...names.map((name) => `${name}() view returns (address)`)),
    hexOf(block),
  );
  if (asked.length === 0) return undefined;
  const answers = new ContractAnswers();
  addAnswers(answers, asked, await l1.batch(asked.map(({ call }) => call)), block);
  return names.map((name) => answers.address(`${contract}.${name}()`)).find(Boolean);
}
