/** Who may decide and who may edit: real users with the shipped roles, under the shipped policy, with the real kubectl. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { DECISION_ANNOTATIONS, DECISION_POLICY, FINALIZER, ROLES } from '../../src/api/names.ts';
import { createKubeClient, type KubeClient, type KubeObject, refusalOfPolicy } from '../../src/kube/index.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { accountKubeconfig } from '../kube/account-kubeconfig.ts';
import { createTestNamespace } from '../kube/test-namespace.ts';
import { ADMISSION_FOLDER, bindDecisionPolicy, bindRole, shippedObjects } from './decision-policy-in.ts';
import { kubectl } from './kubectl.ts';
import { sample } from './sample-objects.ts';

type User = 'admin' | 'ana' | 'ben';

const kubeconfigs: Record<User, string> = { admin: inject('kubeconfigPath'), ...inject('kubeUsers') };
const SPEC = '{"spec":{"paused":true}}';

let clients: Record<User, KubeClient>;
let namespace: string;
let unbind: () => Promise<void>;
let dir: string;

const run = (user: User, ...args: string[]) => kubectl(kubeconfigs[user], '-n', namespace, ...args);
const annotate = (user: User, name: string, ...annotations: string[]) =>
  run(user, 'annotate', '--overwrite', 'opnet', name, ...annotations.map((text) => `optimism.io/${text}`));
const ref = (name: string) => ({ apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace, name });

beforeAll(async () => {
  const [admin, ana, ben] = [kubeconfigs.admin, kubeconfigs.ana, kubeconfigs.ben].map((kubeconfigPath) =>
    createKubeClient({ kubeconfigPath }),
  );
  if (!admin || !ana || !ben) throw new Error('three kubeconfigs are three clients');
  clients = { admin, ana, ben };
  namespace = await createTestNamespace(admin, 'policy');
  dir = await mkdtemp(join(tmpdir(), 'opstack-policy-'));
  unbind = await bindDecisionPolicy(admin, namespace);
  await bindRole(admin, namespace, { user: 'ana', role: ROLES.approver, client: ana });
  await bindRole(admin, namespace, { user: 'ben', role: ROLES.editor, client: ben });
});

afterAll(async () => {
  await unbind();
  await clients.admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  await Promise.all(Object.values(clients).map((client) => client.close()));
  await rm(dir, { recursive: true, force: true });
});

/** A network that ben has applied from a file, with client-side apply and its last-applied annotation. */
async function applied(): Promise<{ name: string; file: string }> {
  const name = `n-${randomUUID().slice(0, 8)}`;
  const file = join(dir, `${name}.json`);
  await writeFile(file, JSON.stringify(sample('OptimismNetwork', {}, name)));
  await run('ben', 'apply', '-f', file);
  return { name, file };
}

async function annotationsOf(name: string): Promise<Record<string, string>> {
  return (await clients.admin.get(ref(name)))?.metadata.annotations ?? {};
}

describe('an approver', () => {
  test('decides in the own name, again and otherwise', async () => {
    const { name } = await applied();
    await annotate('ana', name, 'approve=aaaaaaaa', 'approver=ana', 'comment=seen');
    await annotate('ana', name, 'reject=aaaaaaaa', 'approver=ana', 'approve-', 'comment-');
    expect(await annotationsOf(name)).toMatchObject({
      'optimism.io/reject': 'aaaaaaaa',
      'optimism.io/approver': 'ana',
    });
    expect(await annotationsOf(name)).not.toHaveProperty(['optimism.io/approve']);
  });

  test.each<[string, (name: string) => Promise<unknown>, RegExp]>([
    [
      'changes no spec',
      (name) => run('ana', 'patch', 'opnet', name, '--type=merge', '-p', SPEC),
      /spec would be changed, which takes the verb "update" .* ClusterRole optimism-editor/,
    ],
    [
      'changes no spec beside a decision',
      (name) =>
        clients.ana.mergePatch(ref(name), {
          spec: { paused: true },
          metadata: { annotations: { 'optimism.io/pause': 'now', 'optimism.io/approver': 'ana' } },
        }),
      /spec would be changed/,
    ],
    [
      "decides in nobody else's name",
      (name) => annotate('ana', name, 'approve=aaaaaaaa', 'approver=ben'),
      /optimism.io\/approver must be your own name: set it to "ana" in the request that sets optimism.io\/approve/,
    ],
    [
      'decides not without a name',
      (name) => annotate('ana', name, 'skip-gate=batching now'),
      /optimism.io\/approver must be your own name: set it to "ana" in the request that sets optimism.io\/skip-gate/,
    ],
    [
      'deletes nothing',
      (name) => run('ana', 'delete', 'opnet', name),
      /User "ana" cannot delete resource "optimismnetworks"/,
    ],
    [
      'writes no status, which says what was approved',
      (name) => run('ana', 'patch', 'opnet', name, '--subresource=status', '--type=merge', '-p', '{"status":{}}'),
      /User "ana" cannot get resource "optimismnetworks\/status"/,
    ],
  ])('%s', async (_, doIt, refusal) => {
    const { name } = await applied();
    await expect(doIt(name)).rejects.toThrow(refusal);
  });

  test('puts the own name beside no decision of somebody else', async () => {
    const { name } = await applied();
    await annotate('admin', name, 'approve=aaaaaaaa', 'approver=admin');
    await expect(annotate('ana', name, 'approver=ana', 'comment=mine')).rejects.toThrow(
      /optimism.io\/approver, optimism.io\/comment: says nothing without a decision/,
    );
    await annotate('ana', name, 'pause=now', 'approver=ana');
  });
});

describe('an editor', () => {
  test('creates, changes and deletes', async () => {
    const { name } = await applied();
    await run('ben', 'patch', 'opnet', name, '--type=merge', '-p', SPEC);
    await run('ben', 'label', 'opnet', name, 'team=l2');
    await run('ben', 'delete', 'opnet', name);
    expect(await clients.admin.get(ref(name))).toBeUndefined();
  });

  test.each(Object.values(DECISION_ANNOTATIONS))('does not set %s', async (annotation) => {
    const name = `every-${randomUUID().slice(0, 8)}`;
    const network = sample('OptimismNetwork', {}, name);
    const annotations = { 'optimism.io/approver': 'ben', [annotation]: 'ben' };
    const verdict = (doIt: Promise<unknown>) =>
      doIt.then(
        () => 'accepted',
        (error: unknown) => refusalOfPolicy(error, DECISION_POLICY),
      );
    const refusal = new RegExp(
      `${annotation}.* to decide about plans of this network takes the verb.*ClusterRole optimism-approver`,
    );
    const created = { ...network, metadata: { name, namespace, annotations } };
    expect(await verdict(clients.ben.create(created))).toMatch(refusal);
    await clients.ben.create({ ...network, metadata: { name, namespace } });
    expect(await verdict(clients.ben.mergePatch(ref(name), { metadata: { annotations } }))).toMatch(refusal);
  });

  test('does not take the question away in place of an answer', async () => {
    const { name } = await applied();
    const policy = '{"spec":{"approval":{"interruptions":"Automatic"}}}';
    await expect(run('ben', 'patch', 'opnet', name, '--type=merge', '-p', policy)).rejects.toThrow(
      /spec.approval would be changed.* takes the verb "approve" .* optimism-approver and optimism-editor/,
    );
    await run('admin', 'patch', 'opnet', name, '--type=merge', '-p', policy);
  });

  test('writes no status, which says what was approved', async () => {
    const { name } = await applied();
    await expect(
      run('ben', 'patch', 'opnet', name, '--subresource=status', '--type=merge', '-p', '{"status":{}}'),
    ).rejects.toThrow(/User "ben" cannot get resource "optimismnetworks\/status"/);
  });

  test('neither drops nor takes back the decision of an approver', async () => {
    const { name, file } = await applied();
    await annotate('ana', name, 'approve=aaaaaaaa', 'approver=ana');
    await expect(run('ben', 'replace', '-f', file)).rejects.toThrow(
      /optimism.io\/approve, optimism.io\/approver would be removed.* use kubectl apply or kubectl patch in place of kubectl replace/,
    );
    await expect(annotate('ben', name, 'approve-')).rejects.toThrow(/optimism.io\/approve would be removed/);
  });

  test('applies the unchanged file, or a changed one, and the decision stays', async () => {
    const { name, file } = await applied();
    await annotate('ana', name, 'approve=aaaaaaaa', 'approver=ana');
    await run('ben', 'apply', '-f', file);
    await run('ben', 'apply', '--server-side', '--force-conflicts', '-f', file);
    await writeFile(file, JSON.stringify(sample('OptimismNetwork', { 'spec.paused': true }, name)));
    await run('ben', 'apply', '-f', file);
    expect((await clients.admin.get(ref(name)))?.['spec']).toMatchObject({ paused: true });
    expect(await annotationsOf(name)).toMatchObject({ 'optimism.io/approve': 'aaaaaaaa' });
  });
});

test('whoever has both roles replaces as well, but in the own name', async () => {
  const { name, file } = await applied();
  await annotate('ana', name, 'approve=aaaaaaaa', 'approver=ana');
  await run('admin', 'replace', '-f', file);
  expect(await annotationsOf(name)).not.toHaveProperty(['optimism.io/approve']);
  await expect(annotate('admin', name, 'approve=aaaaaaaa', 'approver=ana')).rejects.toThrow(/must be your own name/);
});

test("the operator's account writes finalizers and status beside decisions, and lets a deleted network go", async () => {
  const { name } = await applied();
  await annotate('ana', name, 'approve=aaaaaaaa', 'approver=ana');
  const operator = await accountThatOperates();
  await operator.mergePatch(ref(name), { metadata: { finalizers: [FINALIZER] } });
  const read = await operator.get<KubeObject>(ref(name));
  await operator.replace(
    { ...read, ...ref(name), metadata: read?.metadata ?? { name }, status: { phase: 'Ready' } },
    {
      subresource: 'status',
    },
  );
  await expect(operator.mergePatch(ref(name), { spec: { paused: true } })).rejects.toThrow(/the verb "update"/);
  await run('ben', 'delete', 'opnet', name, '--wait=false');
  await operator.mergePatch(ref(name), { metadata: { finalizers: null } });
  await waitUntil('it is gone', async () => ((await operator.get(ref(name))) ? undefined : true));
  await operator.close();
});

test('the files are taken as they are, and nothing in the policy is warned of', async () => {
  const taken = await run('admin', 'apply', '--dry-run=server', '-f', ADMISSION_FOLDER, '-o', 'name');
  expect(taken.trim().split('\n')).toEqual([
    `validatingadmissionpolicy.admissionregistration.k8s.io/${DECISION_POLICY}`,
    `validatingadmissionpolicybinding.admissionregistration.k8s.io/${DECISION_POLICY}`,
    `clusterrole.rbac.authorization.k8s.io/${ROLES.approver}`,
    `clusterrole.rbac.authorization.k8s.io/${ROLES.editor}`,
  ]);
  const [policy] = await shippedObjects('decisions.yaml');
  const { metadata, apiVersion = '', kind = '' } = policy ?? { metadata: { name: '' } };
  const typeChecking = await waitUntil('the policy is type-checked', async () => {
    type Checked = KubeObject & { status?: { typeChecking?: object } };
    return (await clients.admin.get<Checked>({ apiVersion, kind, name: metadata.name }))?.status?.typeChecking;
  });
  expect(typeChecking).toEqual({});
});

/** A service account with what docs/install.md gives the operator on networks. */
async function accountThatOperates(): Promise<KubeClient> {
  const account = 'operator';
  const group = 'rbac.authorization.k8s.io';
  await clients.admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace } });
  const role = {
    apiVersion: `${group}/v1`,
    kind: 'Role',
    metadata: { name: account, namespace },
    rules: [
      { apiGroups: ['optimism.io'], resources: ['optimismnetworks'], verbs: ['get', 'list', 'watch', 'patch'] },
      { apiGroups: ['optimism.io'], resources: ['optimismnetworks/status'], verbs: ['update', 'patch'] },
    ],
  };
  await clients.admin.create(role);
  await clients.admin.create({
    apiVersion: `${group}/v1`,
    kind: 'RoleBinding',
    metadata: { name: account, namespace },
    roleRef: { apiGroup: group, kind: 'Role', name: account },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  });
  const client = createKubeClient({ kubeconfigPath: await accountKubeconfig(account, namespace, dir) });
  await waitUntil('the account has its role', () =>
    client.list({ apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace }),
  );
  return client;
}
