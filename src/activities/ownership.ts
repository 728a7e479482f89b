/**
 * Whose an object is. A forced apply takes over whatever has the name, so before the first write of an object it is
 * asked: somebody's Service, or that of another component with the same name, is never overwritten.
 */
import { FIELD_MANAGER, LABELS } from '../api/names.ts';
import { OperatorError, type Problem } from '../contract/failures.ts';
import { type ComponentRef, componentKey } from '../contract/plan.ts';
import type { KubeClient, KubeObject } from '../kube/index.ts';
import type { LiveObjects } from './gather/live.ts';
import type { StoredRender } from './state/render-store.ts';

type Metadata = KubeObject['metadata'] & { readonly managedFields?: readonly { readonly manager?: string }[] };

/**
 * Who an existing object belongs to, when it is not the component's. Its labels say so; where somebody has taken them
 * off, its managed fields still do.
 */
export function foreignOwner(live: KubeObject, network: string, component: ComponentRef): string | undefined {
  const { labels, managedFields } = live.metadata as Metadata;
  const labelled = labels?.[LABELS.network];
  if (labelled !== undefined && labelled !== network) return `it belongs to OptimismNetwork "${labelled}"`;
  const owner = labels?.[LABELS.component];
  if (owner !== undefined && owner !== `${component.kind.toLowerCase()}.${component.name}`)
    return `it belongs to "${owner}"`;
  if (labelled !== undefined || managedFields?.some(({ manager }) => manager === FIELD_MANAGER)) return undefined;
  return 'it was not made by this operator';
}

interface Place {
  readonly kube: KubeClient;
  readonly at: { readonly namespace: string; readonly name: string };
  readonly signal: AbortSignal;
}

async function foreignProblem({ kube, at, signal }: Place, object: KubeObject, component: ComponentRef) {
  const { apiVersion, kind, metadata } = object;
  const live = await kube.get<KubeObject>(
    { apiVersion, kind, namespace: at.namespace, name: metadata.name },
    { signal },
  );
  const why = live && foreignOwner(live, at.name, component);
  return why ? foreignObject(`${kind} "${metadata.name}"`, why, component) : undefined;
}

function foreignObject(what: string, why: string, component: ComponentRef): Problem {
  const owner = componentKey(component);
  return {
    type: 'InvalidSpec',
    message: `${what}, which ${owner} needs, exists already and ${why}; it is left as it is`,
    fix: `create ${owner} under another name, or delete ${what} if nobody needs it`,
    object: owner,
  };
}

/** @throws OperatorError InvalidSpec when an object of this name exists and is somebody else's */
export async function requireOurs(place: Place, object: KubeObject, component: ComponentRef): Promise<void> {
  const problem = await foreignProblem(place, object, component);
  if (problem) throw new OperatorError(problem);
}

/**
 * The same for a look, so that nothing of a plan is done that could not be finished. Asks only for what is not ours, and
 * nothing of what two components of the wish itself contest.
 */
export async function foreignObjects(
  place: Place,
  renders: readonly StoredRender[],
  live: LiveObjects,
): Promise<Problem[]> {
  const wanted = renders.flatMap(({ component, objects }) => objects.map((object) => ({ component, object })));
  const isOurs = ({ component, object }: (typeof wanted)[number]) => isHeldBy(component, object, live, place.at.name);
  const contested = new Set(wanted.map(({ object }) => idOf(object)).filter(isRepeated));
  const found = await Promise.all(
    wanted
      .filter((item) => !isOurs(item) && !contested.has(idOf(item.object)))
      .map(({ component, object }) => foreignProblem(place, object, component)),
  );
  return [...contestedObjects(renders, live, place.at.name), ...found.filter((problem) => problem !== undefined)];
}

/**
 * Objects that several components of one wish need under the same name: the second apply would take over what the first
 * one has made. Who has it already keeps it, else the first render does; each other one is told. Pure.
 */
export function contestedObjects(renders: readonly StoredRender[], live: LiveObjects, network: string): Problem[] {
  const claims = renders.flatMap(({ component, objects }) =>
    objects.map((object) => ({ component, object, holds: isHeldBy(component, object, live, network) })),
  );
  const ids = [...new Set(claims.map(({ object }) => idOf(object)).filter(isRepeated))];
  const lost = ids.flatMap((id) => {
    const [holder, ...others] = claims
      .filter(({ object }) => idOf(object) === id)
      .sort((a, b) => Number(b.holds) - Number(a.holds));
    return others.map(({ component }) => ({ id, component, holder: holder?.component ?? component }));
  });
  const pairs = new Map(lost.map((item) => [pairOf(item), item]));
  return [...pairs].map(([pair, { component, holder }]) => {
    const objects = lost.filter((item) => pairOf(item) === pair).map(({ id }) => id);
    return contestedProblem(component, holder, objects);
  });
}

function contestedProblem(component: ComponentRef, holder: ComponentRef, objects: readonly string[]): Problem {
  const owner = componentKey(component);
  return {
    type: 'InvalidSpec',
    message: `${owner} needs ${objects.join(', ')}, which ${componentKey(holder)} of the same network needs as well`,
    fix: `create ${owner} under another name`,
    object: owner,
  };
}

function pairOf({ component, holder }: { component: ComponentRef; holder: ComponentRef }): string {
  return `${componentKey(component)} ${componentKey(holder)}`;
}

function idOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}

function isRepeated(id: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(id) !== index;
}

function isHeldBy(component: ComponentRef, object: KubeObject, { objects }: LiveObjects, network: string): boolean {
  const live = objects.get(idOf(object));
  return live !== undefined && foreignOwner(live, network, component) === undefined;
}
