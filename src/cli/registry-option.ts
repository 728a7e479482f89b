import { Option } from 'commander';
import type { Registry } from '../catalogue/registry.ts';
import type { RegistryChain } from '../catalogue/registry-chain.ts';
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

export interface NamedChain {
  readonly name: string;
  readonly chain: RegistryChain;
}

/** The chain that `--network` names. @throws CliError of exit code 2, with the names that may be meant */
export function requireChain(registry: Registry, name: string): NamedChain {
  const chain = registry.find(name);
  if (chain) return { name, chain };
  const similar = registry.similar(name);
  throw new CliError({
    what: `--network: the superchain registry has no chain "${withoutUrlSecrets(name)}"`,
    next:
      similar.length > 0
        ? `did you mean ${similar.join(' or ')}?`
        : `names are <superchain>/<chain>, with one of the superchains ${registry.superchains().join(', ')}; newer chains come with --registry <file>, any other with --system-config <address>`,
    exitCode: EXIT.usage,
  });
}
