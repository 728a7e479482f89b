import { Option } from 'commander';
import { parseEndpoint } from '../chain/clients/endpoint.ts';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';

const VARIABLE = 'OPSTACK_L1_RPC';

/** For commands that ask L1 themselves. The value may hold a key: it is checked by `requireL1`, and shown by nobody. */
export function l1Option(): Option {
  return new Option(
    '--l1-rpc <url>',
    'execution client of L1. Only its host is ever shown; in the environment a key in it stays out of the list of processes',
  ).env(VARIABLE);
}

/** @throws CliError of exit code 2 when there is none, or no http or https URL */
export function requireL1(url: string | undefined): string {
  if (!url) {
    throw new CliError({
      what: 'No L1 endpoint is given',
      next: `--l1-rpc <url>, or ${VARIABLE} in the environment when the URL holds a key`,
      exitCode: EXIT.usage,
    });
  }
  try {
    parseEndpoint(url);
    return url;
  } catch {
    throw new CliError({
      what: `--l1-rpc (or ${VARIABLE}) is not a http or https URL`,
      why: 'the value is not shown, because it may hold a key',
      next: '--l1-rpc https://<host>/<path>; of several URLs of a provider not the one for web sockets',
      exitCode: EXIT.usage,
    });
  }
}
