/** What may change about a volume that exists. */
import { type Storage, sizeInBytes } from './quantities.ts';
import type { TransitionRule } from './rule.ts';

/** A volume may grow; its class is fixed. `path` is the field below the spec. */
export function storageGrows<Spec>(path: string, storageOf: (spec: Spec) => Storage): readonly TransitionRule<Spec>[] {
  const [self, oldSelf] = [`self.${path}`, `oldSelf.${path}`];
  return [
    {
      cel: `quantity(${self}.size).compareTo(quantity(${oldSelf}.size)) >= 0`,
      holds: (spec, oldSpec) => sizeInBytes(storageOf(spec).size) >= sizeInBytes(storageOf(oldSpec).size),
      message: `${path}.size may only grow, because Kubernetes cannot shrink a volume`,
      fix: `for a smaller one create another object with it, let it sync, and delete this one`,
      field: `${path}.size`,
    },
    {
      cel: `has(${self}.className) == has(${oldSelf}.className) && (!has(${self}.className) || ${self}.className == ${oldSelf}.className)`,
      holds: (spec, oldSpec) => storageOf(spec).className === storageOf(oldSpec).className,
      message: `${path}.className is fixed after creation, because a volume cannot move`,
      fix: `create another object with the new class, for example acme-replica-fast, let it sync, and delete this one`,
      field: `${path}.className`,
    },
  ];
}
