/** Status that the components which send transactions have in common. */
import { z } from 'zod';
import { commonStatus, componentPhase } from './conditions.ts';
import { wei } from './quantities.ts';
import { address, text, timestamp } from './text-fields.ts';

export const senderStatus = {
  ...commonStatus(componentPhase),
  address: address('Address that it sends from.').optional(),
  balance: wei('Balance of the address on L1, in wei.').optional(),
  version: text('Version that the program reports.', 128).optional(),
  pod: text('Name of the pod.', 253).optional(),
  updatedAt: timestamp('When the numbers are of: at most once a minute, unless something else changes.').optional(),
};

export const transaction = z.object({
  hash: text('Hash of the transaction.', 66),
  block: z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe('L1 block that it is in.'),
  at: timestamp('Time of that block.'),
});
