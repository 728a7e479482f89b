/**
 * Volumes for the claims of a namespace: a folder on disk for each, which lives as long as the claim. Static binding,
 * so that no StorageClass and no provisioner are needed; the binding itself is the controller-manager's.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1PersistentVolumeClaimSpec } from '@kubernetes/client-node';
import { isKubeStatus, type KubeClient, type KubeObject } from '../../../src/kube/index.ts';
import { sleep } from './clock.ts';
import { ObjectCache } from './object-cache.ts';
import { MountError } from './volume-content.ts';

const RETRY_MILLISECONDS = 500;

export interface Claim extends KubeObject {
  readonly spec: V1PersistentVolumeClaimSpec;
  readonly status?: { readonly phase?: string; readonly capacity?: Readonly<Record<string, string>> };
}

export class ClaimProvisioner {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #dir: string;
  readonly #claims: ObjectCache<Claim>;
  readonly #closed = new AbortController();
  /** Claims that were looked at, by uid, as they were then. */
  readonly #settled = new Map<string, Claim>();
  /** What is being done, by uid of the claim. */
  readonly #work = new Map<string, Promise<void>>();

  /** @param onChange called when claims have changed, after this provisioner has begun to act on it */
  constructor(options: { client: KubeClient; namespace: string; dir: string; onChange: () => void }) {
    this.#client = options.client;
    this.#namespace = options.namespace;
    this.#dir = options.dir;
    const type = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: options.namespace };
    this.#claims = new ObjectCache(options.client, type, () => {
      this.#reconcile();
      options.onChange();
    });
  }

  get synced(): Promise<void> {
    return this.#claims.synced;
  }

  get(claim: string): Claim | undefined {
    return this.#claims.get(claim);
  }

  /** Folder of the volume that a claim is bound to. @throws {MountError} when there is none */
  async folder(name: string): Promise<string> {
    const claim = this.get(name);
    const volumeName = claim?.spec.volumeName;
    if (claim?.status?.phase !== 'Bound' || !volumeName) throw new MountError(`claim "${name}" is not bound`);
    if (volumeName === volumeNameOf(claim)) return this.#folderOf(claim);
    const volume = await this.#client.get<
      KubeObject & { spec: { hostPath?: { path: string }; local?: { path: string } } }
    >({ apiVersion: 'v1', kind: 'PersistentVolume', name: volumeName });
    const path = volume?.spec.hostPath?.path ?? volume?.spec.local?.path;
    if (!path) throw new MountError(`the pod runner can use hostPath and local volumes only, not "${volumeName}"`);
    return path;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#claims.close();
    await Promise.all(this.#work.values());
  }

  #reconcile(): void {
    const claims = this.#claims.values();
    const uids = new Set(claims.map(uidOf));
    for (const claim of claims) {
      if (this.#settled.get(uidOf(claim)) !== claim) this.#start(uidOf(claim), () => this.#settle(claim));
    }
    for (const uid of this.#settled.keys()) {
      if (!uids.has(uid)) this.#start(uid, () => this.#persist(() => this.#remove(uid)));
    }
  }

  /** One thing at a time for each claim; what has changed meanwhile is looked at afterwards. */
  #start(uid: string, act: () => Promise<void>): void {
    if (this.#work.has(uid) || this.#closed.signal.aborted) return;
    const work = act().finally(() => {
      this.#work.delete(uid);
      setImmediate(() => this.#reconcile());
    });
    this.#work.set(uid, work);
  }

  async #settle(claim: Claim): Promise<void> {
    await this.#persist(() => this.#provision(claim));
    await this.#persist(() => this.#expand(claim));
    this.#settled.set(uidOf(claim), claim);
  }

  /** Until it works: the API server may be away. */
  async #persist(act: () => Promise<void>): Promise<void> {
    while (!this.#closed.signal.aborted) {
      try {
        await act();
        return;
      } catch (error) {
        if (isKubeStatus(error, 404)) return;
        await sleep(RETRY_MILLISECONDS, this.#closed.signal);
      }
    }
  }

  async #provision(claim: Claim): Promise<void> {
    const { name, deletionTimestamp } = claim.metadata;
    const { volumeName, accessModes, storageClassName, volumeMode, resources } = claim.spec;
    if (deletionTimestamp || (volumeName && volumeName !== volumeNameOf(claim))) return;
    const path = this.#folderOf(claim);
    await mkdir(path, { recursive: true });
    if (volumeName) return;
    const volume = {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volumeNameOf(claim), labels: { 'app.kubernetes.io/managed-by': 'op-stack-devnet' } },
      spec: {
        capacity: { storage: resources?.requests?.['storage'] ?? '1Gi' },
        accessModes: accessModes ?? ['ReadWriteOnce'],
        ...(volumeMode === undefined ? {} : { volumeMode }),
        storageClassName: storageClassName ?? '',
        persistentVolumeReclaimPolicy: 'Retain',
        hostPath: { path },
        claimRef: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          namespace: this.#namespace,
          name,
          uid: uidOf(claim),
        },
      },
    };
    await this.#client.create(volume).catch((error: unknown) => {
      // It is there: the claim has changed once more before it was bound.
      if (!isKubeStatus(error, 409)) throw error;
    });
  }

  /** A folder has any size: growing the claim only has to be confirmed, which is a resizer's part. */
  async #expand(claim: Claim): Promise<void> {
    const wanted = claim.spec.resources?.requests?.['storage'];
    if (!wanted || claim.status?.phase !== 'Bound' || claim.spec.volumeName !== volumeNameOf(claim)) return;
    if (claim.status.capacity?.['storage'] === wanted) return;
    const { name } = claim.metadata;
    const volume = { apiVersion: 'v1', kind: 'PersistentVolume', name: volumeNameOf(claim) };
    await this.#client.mergePatch(volume, { spec: { capacity: { storage: wanted } } });
    const ref = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: this.#namespace, name };
    const status = { capacity: { storage: wanted }, conditions: null };
    await this.#client.mergePatch(ref, { status }, { subresource: 'status' });
  }

  /** The claim is gone: so are its volume and its data. */
  async #remove(uid: string): Promise<void> {
    await this.#client.delete({ apiVersion: 'v1', kind: 'PersistentVolume', name: `devnet-${uid}` });
    await rm(join(this.#dir, uid), { recursive: true, force: true });
    this.#settled.delete(uid);
  }

  #folderOf(claim: Claim): string {
    return join(this.#dir, uidOf(claim));
  }
}

function volumeNameOf(claim: Claim): string {
  return `devnet-${uidOf(claim)}`;
}

/** The API server gives every object one. */
function uidOf({ metadata }: Claim): string {
  return metadata.uid ?? '';
}
