/**
 * The one way in which activities write a status: read, change, replace with the resourceVersion that was read. So
 * no writer undoes another, and a writer that was frozen in between changes nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import { API_VERSION, type KindName } from '../../api/names.ts';
import { isKubeStatus, type KubeClient, type KubeObject } from '../../kube/index.ts';
import { boundStatus } from '../../status/status-size.ts';
import type { Attempt } from '../deadline.ts';

const ROUNDS = 10;

export type StatusAttempt = Pick<Attempt, 'signal' | 'requireCurrent'>;

export interface StatusTarget {
  readonly kind: KindName;
  readonly namespace: string;
  readonly name: string;
  /** Absent: whichever object has the name. */
  readonly uid?: string;
}

/**
 * @param change gets the status as it is and returns the whole status as it shall be; undefined: leave it
 * @returns false when the object is gone, or is another one of the same name
 */
export async function changeStatus<S extends object>(
  kube: KubeClient,
  target: StatusTarget,
  change: (status: S, object: KubeObject) => S | undefined,
  attempt: StatusAttempt,
): Promise<boolean> {
  const { signal } = attempt;
  const { kind, namespace, name, uid } = target;
  for (let round = 1; ; round++) {
    const object = await kube.get<KubeObject & { status?: S }>(
      { apiVersion: API_VERSION, kind, namespace, name },
      { signal },
    );
    if (!object || (uid !== undefined && object.metadata.uid !== uid)) return false;
    const before = object.status ?? ({} as S);
    const status = bounded(kind, change(before, object));
    if (!status || isSame(status, before)) return true;
    try {
      attempt.requireCurrent();
      await kube.replace({ ...object, apiVersion: API_VERSION, kind, status }, { subresource: 'status', signal });
      return true;
    } catch (error) {
      if (isKubeStatus(error, 404)) return false;
      if (!isKubeStatus(error, 409) || round === ROUNDS) throw error;
    }
  }
}

/** Whoever writes: no step's last words and no fact makes the status of a network larger than it may be. */
function bounded<S extends object>(kind: KindName, status: S | undefined): S | undefined {
  return kind === 'OptimismNetwork' && status ? (boundStatus(status) as S) : status;
}

/** As JSON, whatever the order of keys: the API server sorts them. */
function isSame(a: object, b: object): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
}
