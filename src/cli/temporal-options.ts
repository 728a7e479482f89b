/** Where Temporal is, for commands that ask it. */
import { type Command, Option } from 'commander';

export interface TemporalOptions {
  /** host:port */
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
}

export function withTemporalOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--temporal-address <host:port>', 'frontend of Temporal; TEMPORAL_API_KEY is used when set')
        .env('TEMPORAL_ADDRESS')
        .default('localhost:7233'),
    )
    .addOption(
      new Option('--temporal-namespace <name>', 'namespace of Temporal').env('TEMPORAL_NAMESPACE').default('default'),
    );
}
