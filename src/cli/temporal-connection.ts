/** A connection to Temporal. Only for lazy import: the client is most of the program's start-up time. */
import { Connection } from '@temporalio/client';
import { CliError } from './cli-error.ts';
import type { TemporalOptions } from './temporal-options.ts';
import type { Terminal } from './terminal.ts';

const CONNECT_MS = 5_000;

/** @throws CliError when it does not answer */
export async function connectTemporal({ temporalAddress }: TemporalOptions, env: Terminal['env']): Promise<Connection> {
  const apiKey = env['TEMPORAL_API_KEY'];
  try {
    return await Connection.connect({
      address: temporalAddress,
      connectTimeout: CONNECT_MS,
      ...(apiKey ? { apiKey, tls: true } : {}),
    });
  } catch (error) {
    throw new CliError(
      {
        what: `Temporal at ${temporalAddress} does not answer`,
        next: 'check --temporal-address (TEMPORAL_ADDRESS); a decision can also be sent with --via kubernetes',
      },
      { cause: error },
    );
  }
}
