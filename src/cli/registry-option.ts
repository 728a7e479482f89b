import { Option } from 'commander';

/** For commands that work without a cluster, where the setting of the operator can not be asked. */
export function registryOption(): Option {
  return new Option(
    '--registry <file>',
    'chains of the superchain registry that win over the built-in ones, as the operator has them in OPSTACK_REGISTRY_FILE',
  );
}
