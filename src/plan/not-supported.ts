/**
 * Wishes that are valid but that this version cannot fulfil. Refused when planning, with the way out, rather than
 * ignored or found out in the middle of a rollout: a field that does nothing is worse than an error.
 */
import type { Problem } from '../contract/failures.ts';
import { componentKey, type ObjectChange } from '../contract/plan.ts';
import type { Work } from './work.ts';

export function refuseWhatIsNotSupported({ desired, observed }: Work): Problem[] {
  const { verified, lost } = observed;
  if (!(verified ?? lost) || verified?.render === desired.render) return [];
  const object = componentKey(desired.component);
  const problems: Problem[] = [];
  const former = (verified?.keys ?? []).filter((key) => !desired.keys.includes(key));
  const others = lost?.otherKeys ?? [];
  if (former.length + others.length > 0) {
    const which =
      former.length > 0 ? `${former.join(', ')} is no longer wished` : `its pods do not have ${others.join(', ')}`;
    problems.push({
      type: 'NotSupportedYet',
      message: `a key of ${object} has changed (${which}), and key rotation is not supported yet; the pods keep the former key`,
      fix: 'set the reference, or the content of the Secret, back to the key that runs',
      object,
    });
  }
  const recreated = observed.changes.filter(({ action }) => action === 'recreate');
  return [...problems, ...recreated.map((change) => refuseRecreation(object, change))];
}

/** Fields that Kubernetes lets nobody change. Applied, they would be refused by the API server half-way. */
function refuseRecreation(owner: string, { object, fields }: ObjectChange): Problem {
  const inPlace = /^(metadata|spec[.](template|replicas|updateStrategy))\b/;
  const fixed = fields.filter(({ path }) => !inPlace.test(path));
  const shown = (fixed.length > 0 ? fixed : fields).map(({ path, from, to }) =>
    from === undefined && to === undefined ? path : `${path}: ${from ?? 'absent'} → ${to ?? 'absent'}`,
  );
  if (shown.some((text) => text.startsWith('spec.volumeClaimTemplates'))) {
    return {
      type: 'NotSupportedYet',
      message: `the volumes of ${owner} can not be changed while it exists (${shown.join(', ')} in ${object}): growing them is not supported yet`,
      fix: `set spec.deletionPolicy: Retain on the network, delete ${owner} and create it again; its volumes are used again as they are`,
      object: owner,
    };
  }
  return {
    type: 'ImmutableField',
    message: `Kubernetes does not let ${object} be changed (${shown.join(', ')})`,
    fix: `undo the edit, or delete ${owner} and create it again`,
    object: owner,
  };
}
