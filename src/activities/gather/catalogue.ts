/** The releases that a network may name: those that are built in, and those of the user's own ConfigMap. */
import type { OptimismNetwork } from '../../api/optimism-network.ts';
import { type Catalogue, catalogueOf } from '../../catalogue/own-catalogue.ts';
import type { Problem } from '../../contract/failures.ts';
import type { References } from './references.ts';

/** A ConfigMap that is not there is a problem of the references already. */
export function gatherCatalogue(
  network: OptimismNetwork | undefined,
  references: Pick<References, 'find'>,
): { catalogue: Catalogue; problems: Problem[] } {
  const ref = network?.spec.catalogue?.configMapRef;
  const { catalogue, problems } = catalogueOf(
    ref,
    ref && references.find('ConfigMap', ref.name, ref.key)?.value.toString(),
  );
  return { catalogue, problems: problems.map((problem) => ({ type: 'InvalidSpec', ...problem })) };
}
