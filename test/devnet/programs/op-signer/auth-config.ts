import { parse } from 'yaml';
import { z } from 'zod';
import { fileError, readText } from '../environment.ts';
import type { Process } from '../process.ts';
import { SetupError } from '../service/setup-error.ts';

const hex = (digits: string) => z.string().regex(new RegExp(`^0x[0-9a-fA-F]${digits}$`));
const authRow = z.object({
  /** First DNS name in the client's certificate. */
  name: z.string(),
  /** Of the provider `LOCAL`: path of the key. */
  key: z.string(),
  /** Of blocks only; transactions are signed for whatever chain they say. */
  chainID: z.coerce.number().default(0),
  /** Of blocks only: chooses among rows of one name. */
  fromAddress: hex('{40}').optional(),
  toAddresses: z.array(hex('*')).default([]),
  maxValue: hex('+').optional(),
});

export type AuthRow = z.output<typeof authRow>;

/** Who may sign what: `provider` and `auth` of op-signer's file. Only the provider of local keys is simulated. */
export function readAuthConfig(process: Process, path: string): readonly AuthRow[] {
  const fail = (why: string) => new SetupError(`rpc error: failed to read provider config: ${why}`);
  let text: string;
  try {
    text = readText(process, path);
  } catch (error) {
    throw fail(fileError('open', path, error));
  }
  // As in Go, an address without quotes is text and no number.
  const config = parse(text, { schema: 'failsafe' }) as { provider?: unknown; auth?: unknown } | null;
  if (config?.provider !== 'LOCAL') {
    throw fail(`invalid provider '${String(config?.provider)}' in config. Must be 'AWS', 'GCP', or 'LOCAL'`);
  }
  const rows = z.array(authRow).safeParse(config.auth ?? []);
  if (rows.success) return rows.data;
  throw fail(`invalid auth config: ${z.prettifyError(rows.error)}`);
}

/**
 * The row of a client: the first of its name, among those with the address if one is asked for.
 * @returns undefined when the client may use no key
 */
export function rowOf(rows: readonly AuthRow[], client: string, fromAddress?: string): AuthRow | undefined {
  const same = (address: string | undefined) => address?.toLowerCase() === fromAddress?.toLowerCase();
  return rows.find((row) => row.name === client && (fromAddress === undefined || same(row.fromAddress)));
}
