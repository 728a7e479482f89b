/** Deletes everything that a user has applied, and asks whether anything is left. */
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { readAll } from './cluster-objects.ts';
import type { Devnet } from './devnet.ts';
import { footprint } from './refusals.ts';

export type Cascade = 'Foreground' | 'Background' | 'Orphan';

const USERS_OWN = ['ConfigMap/devnet-chain', 'Secret/devnet-keys', 'Secret/devnet-l1'];

export async function deleteAll({ chain, namespace }: Devnet, cascade: Cascade): Promise<void> {
  for (const { apiVersion, kind, metadata } of chain.resources) {
    const ref = { apiVersion, kind, namespace, name: metadata.name };
    await chain.kube.delete(ref, { propagationPolicy: cascade });
  }
}

/** Every custom resource is gone, and of what the operator had made only `left` is there. */
export async function allGone(devnet: Devnet, left: RegExp = /^$/): Promise<void> {
  await waitUntil(
    'every custom resource is gone',
    async () => {
      const lists = await Promise.all(
        (['OptimismNetwork', 'OpNode', 'OpBatcher'] as const).map((kind) => readAll(devnet, kind)),
      );
      const names = lists.flat().map(({ metadata }) => `${metadata.name} (${metadata.finalizers?.join(', ')})`);
      if (names.length > 0) throw new Error(`left: ${names.join('; ')}`);
      return true;
    },
    240_000,
  );
  await waitUntil(
    'nothing is left behind',
    async () => {
      const objects = [
        ...Object.keys(await footprint(devnet)),
        ...(await readAll(devnet, 'Lease')).map(({ metadata }) => `Lease/${metadata.name}`),
      ];
      const rest = objects.filter((object) => !USERS_OWN.includes(object) && !left.test(object));
      if (rest.length > 0) throw new Error(`left: ${rest.join(', ')}`);
      return true;
    },
    120_000,
  );
}

export async function auditIsGone(devnet: Devnet): Promise<void> {
  await waitUntil(
    'the audit log is gone',
    async () => {
      const names = (await readAll(devnet, 'ConfigMap')).map(({ metadata }) => metadata.name);
      const left = names.filter((name) => name.includes('-audit-'));
      if (left.length > 0) throw new Error(`left: ${left.join(', ')}`);
      return true;
    },
    120_000,
  );
}
