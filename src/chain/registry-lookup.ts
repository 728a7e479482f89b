import type { NamedChain, Registry } from '../catalogue/registry.ts';
import { OperatorError } from '../contract/failures.ts';

/**
 * The chain of the registry that somebody names.
 * @param written its name, `<superchain>/<chain>`, or its chain id in decimal
 * @throws OperatorError `ReferenceNotFound` with the names that may be meant, when there is none or more than one
 */
export function requireRegistryChain(registry: Registry, written: string): NamedChain {
  const [found, ...others] = registry.lookUp(written);
  if (found && others.length === 0) return found;
  if (found) {
    const names = [found, ...others].map(({ name }) => name);
    throw new OperatorError({
      type: 'ReferenceNotFound',
      message: `the superchain registry has ${names.length} chains with the id ${written}`,
      fix: `Name the one that is meant: ${names.join(' or ')}.`,
    });
  }
  const similar = registry.similar(written);
  throw new OperatorError({
    type: 'ReferenceNotFound',
    message: `the superchain registry has no chain "${written}"`,
    fix:
      similar.length > 0
        ? `Did you mean ${similar.join(' or ')}?`
        : `Names are <superchain>/<chain>, with one of the superchains ${registry.superchains().join(', ')}; chain ids are decimal. All: opstack registry list.`,
  });
}
