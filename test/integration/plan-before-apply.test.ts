/** What a change would do, and that it would be refused, is known before anything is applied or approved. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import type { Plan } from '../../src/contract/plan.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { opstack, type Ran } from '../cli/run-opstack.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { accountKubeconfig } from '../kube/account-kubeconfig.ts';
import { patch, read, readAll, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForProposal, waitForStatus } from './plans-in-status.ts';
import { conditionOf, touchesNothing } from './refusals.ts';

const SEQUENCER = 'devnet-sequencer';
const BATCHER = 'devnet-batcher';
const BATCHER_FIELD = 'spec.template.spec.containers[op-batcher].env[OP_BATCHER_MAX_CHANNEL_DURATION]: "2" → "3"';

interface Document {
  readonly applied: false;
  readonly networks: readonly {
    readonly name: string;
    readonly waitsForApproval: boolean;
    readonly plan: Plan | null;
    readonly problems: readonly { readonly type: string }[];
    readonly notes: readonly string[];
  }[];
  readonly refused: readonly { readonly object: string; readonly message: string }[];
}

describe('what would be', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('plan-before');

  /** Runs `opstack plan -f -` for objects and shows that it has written nothing. */
  async function planOf(
    devnet: Devnet,
    objects: readonly KubeObject[],
    { config = inject('kubeconfigPath'), more = [] }: { config?: string; more?: readonly string[] } = {},
  ): Promise<Ran> {
    const stdin = objects.map((object) => stringify(object)).join('---\n');
    const at = ['--kubeconfig', config, '-n', devnet.namespace, '--operator-namespace', devnet.namespace];
    const before = await specs(devnet);
    let ran: Ran | undefined;
    await touchesNothing(devnet, async () => {
      ran = await opstack(['plan', '-f', '-', ...at, ...more], { stdin });
    });
    expect(await specs(devnet)).toEqual(before);
    return ran ?? expect.fail('it did not run');
  }

  const batcher = (devnet: Devnet, maxChannelDuration: number) => resource(devnet, BATCHER, { maxChannelDuration });
  const sequencer = (devnet: Devnet, l1Confirmations: number) =>
    resource(devnet, SEQUENCER, { consensus: { l1Confirmations } });

  it('starts with a network that is not there yet: the plan of its install', async () => {
    const devnet = use();
    const { out, code, err } = await planOf(devnet, devnet.chain.resources);
    expect(err).toBe('');
    expect(out).toContain(`${devnet.namespace}/${NETWORK}`);
    expect(out).toContain('(install)');
    expect(out).toContain('would begin by itself');
    expect(out).toContain(`OpNode ${SEQUENCER}: is new`);
    expect(out).toContain(`+ StatefulSet/${SEQUENCER}`);
    expect(out).toContain('start-sequencer/devnet-sequencer');
    expect(out).toContain(`Secret op-stack-operator-install-key is not in namespace ${devnet.namespace}`);
    expect(out).toContain('Nothing was applied.');
    expect(code).toBe(0);
    expect(await planAfter(devnet, () => devnet.chain.apply(...devnet.chain.resources))).toMatchObject({
      kind: 'install',
      outcome: 'completed',
    });
  });

  it('is nothing for files that say what is there', async () => {
    const devnet = use();
    const { out, code } = await planOf(devnet, devnet.chain.resources);
    expect(out).toBe(`${devnet.namespace}/${NETWORK}: nothing would change\n\nNothing was applied.\n`);
    expect(code).toBe(0);
  });

  it('waits for approval where the operator would ask, with what changes, why, and no command to decide', async () => {
    const devnet = use();
    const { out, code } = await planOf(devnet, [sequencer(devnet, 2)]);
    expect(out).toContain('would wait for approval');
    expect(out).toContain('s without new blocks');
    expect(out).toContain('env[OP_NODE_SEQUENCER_L1_CONFS]: "0" → "2"');
    expect(out).not.toContain('opstack approve');
    expect(code).toBe(3);
  });

  it('is refused in the words of the API server', async () => {
    const devnet = use();
    const { out, code } = await planOf(devnet, [resource(devnet, NETWORK, { l2: { chainId: 7 } })]);
    expect(out).toMatch(/refused stdin:1 OptimismNetwork\/devnet: .*422 Invalid: .*spec.l2/);
    expect(code).toBe(1);
  });

  it('is refused by the operator for a Secret that is missing', async () => {
    const devnet = use();
    const secretKeyRef = { name: 'no-such-secret', key: 'batcher' };
    const { out, code } = await planOf(devnet, [resource(devnet, BATCHER, { signer: { secretKeyRef } })]);
    expect(out).toContain('refused OpBatcher/devnet-batcher: Secret "no-such-secret" does not exist');
    expect(out).toContain('→ create the Secret with the key "batcher"');
    expect(code).toBe(1);
  });

  it('is a second network beside the first', async () => {
    const devnet = use();
    const second = { ...resource(devnet, NETWORK), metadata: { name: 'second', namespace: devnet.namespace } };
    const replica: KubeObject = {
      ...resource(devnet, 'devnet-replica', { networkRef: { name: 'second' } }),
      metadata: { name: 'second-replica', namespace: devnet.namespace },
    };
    const { sequencerRef: _, ...spec } = replica['spec'] as Record<string, unknown>;
    const { out, code } = await planOf(devnet, [second, { ...replica, spec }], { more: ['-o', 'json'] });
    const { networks } = JSON.parse(out) as Document;
    expect(networks).toMatchObject([
      { name: 'second', problems: [], waitsForApproval: false, plan: { kind: 'install' } },
    ]);
    expect(networks[0]?.plan?.changes).toContainEqual(
      expect.objectContaining({ object: 'StatefulSet/second-replica', action: 'create' }),
    );
    expect(code).toBe(0);
  });

  it('is known to who may read neither Secrets nor the key of the installation', async () => {
    const devnet = use();
    const config = await reader(devnet);
    const unchanged = await planOf(devnet, devnet.chain.resources, { config });
    expect(unchanged.out).toContain(': nothing would change');
    const note = 'note whether the content of Secret devnet-keys has changed can not be seen with your rights';
    expect(unchanged.out).toContain(note);
    expect(unchanged.out).toContain('install-key in namespace');
    expect(unchanged.code).toBe(0);
    const { out, code } = await planOf(devnet, [batcher(devnet, 3)], { config });
    expect(out).toContain(note);
    expect(out).toContain('L1 could not be read from here');
    expect(out).toContain(BATCHER_FIELD);
    expect(code).toBe(0);
  });

  it('is what becomes of it: the same plan, by its hash, after the files are applied', async () => {
    const devnet = use();
    const text = await planOf(devnet, [batcher(devnet, 3)]);
    expect(text.out).toContain(BATCHER_FIELD);
    expect(text.out).toContain('OpBatcher devnet-batcher: what is wished of it has changed');
    expect(text.out).toContain('would begin by itself');
    expect(text.code).toBe(0);
    const { out } = await planOf(devnet, [batcher(devnet, 3)], { more: ['-o', 'json'] });
    const [preview] = (JSON.parse(out) as Document).networks;
    expect(preview?.notes).toEqual([]);
    const { hash } = await planAfter(devnet, () => devnet.chain.apply(batcher(devnet, 3)));
    expect(preview?.plan?.hash).toBe(hash);
  });

  it('says of a repair who has made it necessary', async () => {
    const devnet = use();
    await planAfter(devnet, () =>
      patch(
        devnet,
        'Service',
        BATCHER,
        { metadata: { labels: { 'app.kubernetes.io/managed-by': 'me' } } },
        'some-editor',
      ),
    );
    const stored = await read(devnet, 'ConfigMap', `${NETWORK}-plan`);
    const { 'plan.json': text = '' } = stored['data'] as Record<string, string>;
    const { kind, reasons } = JSON.parse(text) as Plan;
    expect([kind, reasons]).toEqual([
      'drift',
      ['OpBatcher devnet-batcher: Service/devnet-batcher was edited by some-editor'],
    ]);
  });

  it('is refused by a policy of the cluster before anybody is asked, and asked when the policy is gone', async () => {
    const devnet = use();
    const forbid = await policy(devnet, SEQUENCER);
    await devnet.chain.apply(sequencer(devnet, 7));
    await conditionOf(devnet, {
      reason: 'InvalidSpec',
      says: [
        `the API server refuses StatefulSet/${SEQUENCER}`,
        'seven confirmations are not allowed here',
        'it is tried again by itself',
      ],
    });
    expect((await devnet.chain.status()).plan).toBeUndefined();
    await forbid.remove();
    expect(await waitForProposal(devnet)).toMatchObject({ kind: 'change' });
    await devnet.chain.apply(sequencer(devnet, 0));
    await waitForStatus(devnet, 'nothing is left to be asked', ({ phase, plan }) => phase === 'Ready' && !plan);
    expectFairPlay(devnet);
  });
});

/** What users have written, without what the operator notes beside it. */
async function specs(devnet: Devnet): Promise<Record<string, unknown>> {
  const kinds = ['OptimismNetwork', 'OpNode', 'OpBatcher', 'OpProposer', 'OpChallenger'] as const;
  const lists = await Promise.all(kinds.map((kind) => readAll(devnet, kind)));
  return Object.fromEntries(
    lists.flat().map(({ metadata, spec }) => [metadata.name, [metadata.uid, metadata.generation, spec]]),
  );
}

/** A kubeconfig of somebody who may edit the five kinds, and read everything but Secrets. */
async function reader(devnet: Devnet): Promise<string> {
  const { chain, namespace } = devnet;
  const metadata = { name: 'reader', namespace };
  const rules = [
    { apiGroups: ['optimism.io'], resources: ['*'], verbs: ['get', 'list', 'watch', 'create', 'update', 'patch'] },
    {
      apiGroups: ['', 'apps', 'policy', 'networking.k8s.io'],
      resources: [
        'configmaps',
        'controllerrevisions',
        'networkpolicies',
        'poddisruptionbudgets',
        'pods',
        'serviceaccounts',
        'services',
        'statefulsets',
      ],
      verbs: ['get', 'list', 'watch'],
    },
  ];
  await chain.apply(
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }],
    },
  );
  const dir = await mkdtemp(join(tmpdir(), 'opstack-reader-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return accountKubeconfig('reader', namespace, dir);
}

/** A policy of the cluster's administrator, when it is in force. */
async function policy({ chain, namespace }: Devnet, set: string): Promise<{ remove(): Promise<void> }> {
  const { kube } = chain;
  const type = { apiVersion: 'admissionregistration.k8s.io/v1' };
  const metadata = { name: `confirmations-${namespace}` };
  const selector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  const expression =
    "!object.spec.template.spec.containers.exists(c, has(c.env) && c.env.exists(e, e.name == 'OP_NODE_SEQUENCER_L1_CONFS' && has(e.value) && e.value == '7'))";
  await kube.create({
    ...type,
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['statefulsets'] },
        ],
      },
      validations: [{ expression, message: 'seven confirmations are not allowed here' }],
    },
  } as KubeObject);
  await kube.create({
    ...type,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata,
    spec: {
      policyName: metadata.name,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: selector },
    },
  } as KubeObject);
  const remove = async () => {
    await kube.delete({ ...type, kind: 'ValidatingAdmissionPolicyBinding', name: metadata.name });
    await kube.delete({ ...type, kind: 'ValidatingAdmissionPolicy', name: metadata.name });
  };
  onTestFinished(remove);
  const containers = [{ name: 'op-node', env: [{ name: 'OP_NODE_SEQUENCER_L1_CONFS', value: '7' }] }];
  await waitUntil('the policy is in force', async () => {
    try {
      const template = { spec: { containers } };
      await kube.apply(
        { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: set, namespace }, spec: { template } },
        { fieldManager: 'administrator', force: true, dryRun: true },
      );
      return undefined;
    } catch (error) {
      return String(error).includes('seven confirmations') ? true : undefined;
    }
  });
  return { remove };
}
