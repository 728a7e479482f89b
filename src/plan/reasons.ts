/** Why a plan touches a component, as a sentence each. Prose: no part of the plan's hash. Pure. */
import type { ObjectChange } from '../contract/plan.ts';
import type { DesiredComponent, LeavingComponent, ObservedComponent } from './desired.ts';
import type { Work } from './work.ts';

export function reasonOf(work: Work): string {
  const { kind, name } = work.desired.component;
  return `${kind} ${name}: ${why(work).join('; ')}`;
}

export function reasonOfReturn({ desired: { component } }: Work): string {
  return `${component.kind} ${component.name}: goes back to what ran before`;
}

export function reasonOfLeaving({ component: { kind, name } }: LeavingComponent): string {
  return `${kind} ${name}: is deleted`;
}

function why({ transition, desired, observed, changes }: Work): string[] {
  switch (transition) {
    case 'install':
      return ['is new'];
    case 'drift':
      return driftReasons(changes);
    case 'change':
    case 'upgrade':
      return ['what is wished of it has changed', ...differences(desired, observed)];
    case 'operatorUpdate':
      if (observed.lost) return ['what it was rolled out with is not stored any more'];
      return [
        'this version of the operator, or what it knows of the chain, renders it differently; nobody has asked for that',
        ...differences(desired, observed),
      ];
  }
}

function driftReasons(changes: readonly ObjectChange[]): string[] {
  const names = (of: readonly ObjectChange[]) => of.map(({ object }) => object).join(', ');
  const gone = changes.filter(({ action }) => action === 'create');
  const edited = changes.filter(({ action }) => action !== 'create');
  const byOf = ({ editedBy = [] }: ObjectChange) => editedBy.join(', ');
  const managers = [...new Set(edited.map(byOf))];
  return [
    ...(gone.length > 0 ? [`${names(gone)} is gone`] : []),
    ...managers.map((manager) => {
      const theirs = names(edited.filter((change) => byOf(change) === manager));
      return manager === '' ? `${theirs} is not as it was rolled out` : `${theirs} was edited by ${manager}`;
    }),
  ];
}

/** What can be told of it: of all else only a hash is kept. */
function differences(desired: DesiredComponent, { verified }: ObservedComponent): string[] {
  if (!verified) return [];
  const images = Object.entries(desired.images).filter(
    ([container, image]) => verified.images[container] !== undefined && verified.images[container] !== image,
  );
  const former = verified.keys.filter((key) => !desired.keys.includes(key));
  const next = desired.keys.filter((key) => !verified.keys.includes(key));
  return [
    ...images.map(([container, image]) => `image of ${container} ${versions(verified.images[container] ?? '', image)}`),
    ...(verified.replicas === desired.replicas ? [] : [`replicas ${verified.replicas} → ${desired.replicas}`]),
    ...(former.length + next.length > 0 ? [`key ${former.join(', ') || 'none'} → ${next.join(', ') || 'none'}`] : []),
  ];
}

/** `v1.16.2 → v1.16.11`, where nothing but the tag differs. */
function versions(from: string, to: string): string {
  const [before, after] = [splitTag(from), splitTag(to)];
  return before && after && before.repository === after.repository ? `${before.tag} → ${after.tag}` : `${from} → ${to}`;
}

function splitTag(image: string): { repository: string; tag: string } | undefined {
  const [, repository, tag] = /^(.+):([^:/@]+)$/.exec(image) ?? [];
  return repository !== undefined && tag !== undefined ? { repository, tag } : undefined;
}
