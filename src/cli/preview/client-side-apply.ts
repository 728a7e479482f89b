/**
 * A dry run of `kubectl apply`. An object that kubectl has written with its annotation of what was applied last is
 * patched like kubectl does it: fields that the file has lost go, what others have set stays. Any other one is applied
 * on the server's side.
 */
import { isDeepStrictEqual } from 'node:util';
import { isKubeStatus, type KubeClient, type KubeObject, refOf } from '../../kube/index.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** @returns what the object would be. Nothing is written. @throws KubeApiError when the server refuses it */
export async function asApplied(kube: KubeClient, wanted: KubeObject): Promise<KubeObject> {
  const last = lastApplied(await liveOf(kube, wanted));
  if (!last) return kube.apply(wanted, { fieldManager: 'kubectl', force: true, dryRun: true });
  const { live, applied } = last;
  const patch = threeWayPatch(applied, wanted, live) as KubeObject;
  // An empty patch is asked for all the same: the answer has the server's form.
  return kube.mergePatch(refOf(wanted), patch, {
    fieldManager: 'kubectl-client-side-apply',
    fieldValidation: 'Strict',
    dryRun: true,
  });
}

async function liveOf(kube: KubeClient, wanted: KubeObject): Promise<KubeObject | undefined> {
  try {
    return await kube.get<KubeObject>(refOf(wanted));
  } catch (error) {
    if (isKubeStatus(error, 403)) return undefined;
    throw error;
  }
}

function lastApplied(live: KubeObject | undefined): { live: KubeObject; applied: unknown } | undefined {
  const text = live?.metadata.annotations?.[LAST_APPLIED];
  if (!live || text === undefined) return undefined;
  try {
    return { live, applied: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/**
 * JSON merge patch: what the file says otherwise than the live object, and null for what it said the last time and does
 * not say any more. Lists are one value.
 */
export function threeWayPatch(applied: unknown, wanted: unknown, live: unknown): unknown {
  if (!isMap(wanted)) return wanted;
  const [before, now] = [isMap(applied) ? applied : {}, isMap(live) ? live : {}];
  const set = Object.entries(wanted).flatMap(([key, value]): [string, unknown][] => {
    if (isMap(value)) {
      const inner = threeWayPatch(before[key], value, now[key]);
      return Object.keys(inner as object).length > 0 || !isMap(now[key]) ? [[key, inner]] : [];
    }
    return isDeepStrictEqual(value, now[key]) ? [] : [[key, value]];
  });
  const gone = Object.keys(before).filter((key) => !(key in wanted) && key in now);
  return Object.fromEntries([...set, ...gone.map((key) => [key, null])]);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
