/** The admission policy and the roles as they are shipped, in force in one namespace of the API server that all share. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { DECISION_POLICY } from '../../src/api/names.ts';
import { type KubeClient, type KubeObject, refusalOfPolicy } from '../../src/kube/index.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { sample } from './sample-objects.ts';

export const ADMISSION_FOLDER = join(import.meta.dirname, '../../helm/op-stack-operator/files/admission');
const FIELD_MANAGER = 'test';

export async function shippedObjects(file: 'decisions.yaml' | 'roles.yaml'): Promise<KubeObject[]> {
  return parseAllDocuments(await readFile(join(ADMISSION_FOLDER, file), 'utf8')).map((document) => document.toJS());
}

/** Resolves when the policy refuses; @returns what takes it out of force again */
export async function bindDecisionPolicy(kube: KubeClient, namespace: string): Promise<() => Promise<void>> {
  const [policy, binding] = await shippedObjects('decisions.yaml');
  if (!policy || !binding) throw new Error('decisions.yaml has no policy with a binding');
  await kube.apply(policy, { fieldManager: FIELD_MANAGER, force: true });
  const own = { 'kubernetes.io/metadata.name': namespace };
  const bound = {
    ...binding,
    metadata: { name: `${DECISION_POLICY}-${namespace}` },
    spec: { ...(binding['spec'] as object), matchResources: { namespaceSelector: { matchLabels: own } } },
  };
  await kube.apply(bound, { fieldManager: FIELD_MANAGER });
  await waitUntil('the policy is in force', async () => ((await refusesForged(kube, namespace)) ? true : undefined));
  return async () => {
    await kube.delete({ apiVersion: bound.apiVersion, kind: bound.kind, name: bound.metadata.name });
    await waitUntil('the policy is out of force', async () =>
      (await refusesForged(kube, namespace)) ? undefined : true,
    );
  };
}

/** Gives a user one of the shipped roles in a namespace, and waits until it counts. */
export async function bindRole(
  kube: KubeClient,
  namespace: string,
  { user, role, client }: { user: string; role: string; client: KubeClient },
): Promise<void> {
  const roles = await shippedObjects('roles.yaml');
  for (const object of roles) await kube.apply(object, { fieldManager: FIELD_MANAGER, force: true });
  await kube.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `${user}-${role}`, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  });
  const networks = { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace };
  await waitUntil(`${user} has the role ${role}`, () => client.list(networks));
}

async function refusesForged(kube: KubeClient, namespace: string): Promise<boolean> {
  const { metadata, ...rest } = sample('OptimismNetwork', {}, 'forged');
  const annotations = { 'optimism.io/approve': 'deadbeef', 'optimism.io/approver': 'nobody' };
  try {
    await kube.create({ ...rest, metadata: { ...metadata, namespace, annotations } }, { dryRun: true });
    return false;
  } catch (error) {
    if (refusalOfPolicy(error, DECISION_POLICY) === undefined) throw error;
    return true;
  }
}
