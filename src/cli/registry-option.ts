import { Option } from 'commander';
import type { NamedChain, Registry } from '../catalogue/registry.ts';
import { requireRegistryChain } from '../chain/registry-lookup.ts';
import { OperatorError } from '../contract/failures.ts';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import { withoutUrlSecrets } from './url-secrets.ts';

/** For commands that work without a cluster, where the setting of the operator can not be asked. */
export function registryOption(): Option {
  return new Option(
    '--registry <file>',
    'chains of the superchain registry that win over the built-in ones, as the operator has them in OPSTACK_REGISTRY_FILE',
  );
}

/** The chain that an argument names. @throws CliError of exit code 2, with the names that may be meant */
export function requireChain(registry: Registry, written: string): NamedChain {
  try {
    return requireRegistryChain(registry, written);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw new CliError(
      { what: withoutUrlSecrets(error.message), next: error.fix, exitCode: EXIT.usage },
      { cause: error },
    );
  }
}
