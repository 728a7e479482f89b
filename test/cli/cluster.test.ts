import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { chunkName } from '../../src/audit/chunks.ts';
import { createAuditStore } from '../../src/audit/store.ts';
import { ownUserName } from '../../src/cli/decide-by-kubernetes.ts';
import type { Plan } from '../../src/contract/plan.ts';
import { createKubeClient, type KubeClient, type KubeObject } from '../../src/kube/index.ts';
import { documentDigest, planDocument } from '../../src/status/plan-document.ts';
import { entry } from '../audit/chain-of-records.ts';
import { hash, runningPlan, waitingPlan, wholePlan } from './example-network.ts';
import { opstack, type Ran, type Seat } from './run-opstack.ts';

const kubeconfig = inject('kubeconfigPath');
const namespace = `cli-${randomUUID().slice(0, 8)}`;
const at = ['--kubeconfig', kubeconfig, '-n', namespace];
const ref = { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace, name: 'acme' };
const now = new Date('2026-11-22T12:00:00Z');
let kube: KubeClient;
let me: string;

const run = (argv: string[], seat: Seat = {}): Promise<Ran> => opstack([...argv, ...at], { now, ...seat });

function networkObject(name: string): KubeObject {
  return {
    apiVersion: 'optimism.io/v1alpha1',
    kind: 'OptimismNetwork',
    metadata: { name, namespace },
    spec: {
      l1: {
        chainId: 11155111,
        rpc: { secretKeyRef: { name: 'l1', key: 'rpc' } },
        beacon: { secretKeyRef: { name: 'l1', key: 'beacon' } },
      },
      l2: { chainId: 424242 },
      contracts: { systemConfig: '0x034edd2a225f7f429a63e0f1d2084b9e0a93b538' },
      rollupConfig: { configMapRef: { name: 'acme-chain', key: 'rollup.json' } },
      genesis: { configMapRef: { name: 'acme-chain', key: 'genesis.json.gz' } },
    },
  };
}

async function setStatus(status: OptimismNetworkStatus): Promise<void> {
  await kube.apply(
    { apiVersion: ref.apiVersion, kind: ref.kind, metadata: { name: 'acme', namespace }, status },
    { fieldManager: 'test', force: true, subresource: 'status' },
  );
}

async function annotations(): Promise<Record<string, string>> {
  return (await kube.get(ref))?.metadata.annotations ?? {};
}

beforeAll(async () => {
  kube = createKubeClient({ kubeconfigPath: kubeconfig });
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  me = await ownUserName(kube);
});

beforeEach(async () => {
  await kube.delete(ref);
  await kube.create(networkObject('acme'));
});

afterAll(async () => {
  await kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  await kube.close();
});

describe('opstack approve', () => {
  beforeEach(() => setStatus({ phase: 'AwaitingApproval', plan: waitingPlan }));

  it('writes the hash and the own user name on the network', async () => {
    const { code, out, err } = await run(['approve', 'acme', hash.slice(0, 8), '--comment', 'reviewed with bo']);
    expect(err).toBe('');
    expect(out).toContain(`Approved plan 1f2e3d4c of acme as ${me}.`);
    expect(code).toBe(0);
    expect(await annotations()).toEqual({
      'optimism.io/approve': hash,
      'optimism.io/approver': me,
      'optimism.io/comment': 'reviewed with bo',
    });
  });

  it('refuses the beginning of another plan, names the current one, and writes nothing', async () => {
    const { code, err } = await run(['approve', 'acme', 'ffffffff']);
    expect(err).toContain('error: Plan ffffffff of acme does not wait for a decision');
    expect(err).toContain('why:  the current plan is 1f2e3d4c (upgrade acme: u18 → u19 (3 steps))');
    expect(err).toContain(`next: opstack plan acme -n ${namespace}`);
    expect(code).toBe(1);
    expect(await annotations()).toEqual({});
  });

  it('refuses a beginning that is too short to mean one plan', async () => {
    const { code, err } = await run(['approve', 'acme', hash.slice(0, 7)]);
    expect(err).toContain('at least 8 characters');
    expect(code).toBe(2);
  });

  it('shows the plan and asks when no hash is given', async () => {
    const { code, err } = await run(['approve', 'acme'], { answers: ['approve'] });
    expect(err).toContain('01-apply/acme-replica');
    expect(code).toBe(0);
    expect((await annotations())['optimism.io/approve']).toBe(hash);
  });

  it('does nothing when the answer is another one', async () => {
    expect((await run(['approve', 'acme'], { answers: ['yes'] })).code).toBe(1);
    expect(await annotations()).toEqual({});
  });

  it('asks nobody where nobody sits, and gives the command instead', async () => {
    const { code, err } = await run(['approve', 'acme']);
    expect(err).toContain(`next: opstack approve acme 1f2e3d4c -n ${namespace}`);
    expect(code).toBe(2);
  });

  it.each<[string, OptimismNetworkStatus, string]>([
    [
      'a plan that has expired',
      { phase: 'AwaitingApproval', plan: { ...waitingPlan, expiresAt: '2026-11-22T11:59:59Z' } },
      'has expired',
    ],
    ['a plan that is approved already', { phase: 'Upgrading', plan: runningPlan }, 'is approved already'],
    ['no plan', { phase: 'Ready' }, 'No plan of acme waits for a decision'],
  ])('refuses %s', async (_, status, message) => {
    await kube.delete(ref);
    await kube.create(networkObject('acme'));
    await setStatus(status);
    const { code, err } = await run(['approve', 'acme', hash]);
    expect(err).toContain(message);
    expect(code).toBe(1);
    expect(await annotations()).toEqual({});
  });

  it('makes a repeated approval one that can be told from the first', async () => {
    await run(['approve', 'acme', hash]);
    await run(['approve', 'acme', hash]);
    expect((await annotations())['optimism.io/approve']).toBe(`${hash} 2026-11-22T12:00:00.000Z`);
  });

  it('is taken back by a rejection until the plan begins, and not after', async () => {
    const { workflowId: _, ...approved } = runningPlan;
    await setStatus({ phase: 'AwaitingWindow', plan: { ...approved, expiresAt: '2026-11-22T11:59:59Z' } });
    expect((await run(['reject', 'acme', hash])).code).toBe(0);
    expect(await annotations()).toMatchObject({ 'optimism.io/reject': hash });
    await setStatus({ phase: 'Upgrading', plan: runningPlan });
    const { code, err } = await run(['reject', 'acme', hash]);
    expect(err).toContain('is running already');
    expect(err).toContain(`next: opstack abort acme -n ${namespace}`);
    expect(code).toBe(1);
  });

  it('that is kept while a repair goes first is named, and taken back by its hash', async () => {
    const repair = { ...runningPlan, hash: 'dd'.repeat(32), kind: 'drift' } as const;
    const decisions = { keptApproval: { plan: hash, by: 'ana' } };
    await setStatus({ phase: 'Repairing', plan: repair, decisions });
    expect((await run(['plan'])).out).toContain(`opstack reject acme 1f2e3d4c -n ${namespace}`);
    expect((await run(['approve', 'acme', hash])).err).toContain('is approved already');
    expect((await run(['reject', 'acme', 'cccccccc'])).err).toContain('opstack reject acme 1f2e3d4c');
    expect((await run(['reject', 'acme', hash.slice(0, 8)])).code).toBe(0);
    expect(await annotations()).toMatchObject({ 'optimism.io/reject': hash });
  });

  it('takes a rejection back, and the other way round', async () => {
    await run(['reject', 'acme', '--comment', 'not on a Friday']);
    expect(await annotations()).toMatchObject({ 'optimism.io/reject': hash, 'optimism.io/comment': 'not on a Friday' });
    await run(['approve', 'acme', hash]);
    expect(await annotations()).toEqual({ 'optimism.io/approve': hash, 'optimism.io/approver': me });
  });

  it('prints what was decided for programs', async () => {
    const { out } = await run(['approve', 'acme', hash, '-o', 'json']);
    expect(JSON.parse(out)).toEqual({
      network: 'acme',
      namespace,
      action: 'approve',
      subject: hash,
      by: me,
      via: 'Kubernetes',
    });
  });
});

describe('commands to a running plan', () => {
  beforeEach(() => setStatus({ phase: 'Halted', plan: runningPlan }));

  it.each([
    [['pause', 'acme'], { 'optimism.io/pause': now.toISOString() }],
    [['resume', 'acme'], { 'optimism.io/resume': now.toISOString() }],
    [['retry', 'acme'], { 'optimism.io/retry': now.toISOString() }],
    [
      ['abort', 'acme', '--reason', 'wrong release'],
      { 'optimism.io/abort': now.toISOString(), 'optimism.io/comment': 'wrong release' },
    ],
    [
      ['skip-gate', 'acme', 'batching', '--reason', 'L1 outage'],
      { 'optimism.io/skip-gate': 'batching', 'optimism.io/comment': 'L1 outage' },
    ],
    [
      ['confirm-fenced', 'acme', 'acme-sequencer', '--reason', 'pulled the plug', '--yes'],
      { 'optimism.io/confirm-fenced': 'acme-sequencer', 'optimism.io/comment': 'pulled the plug' },
    ],
    [
      ['give-up-blocks', 'acme', '5000', '--reason', 'the disk is lost', '--yes'],
      { 'optimism.io/give-up-blocks': '5000', 'optimism.io/comment': 'the disk is lost' },
    ],
  ])('%j writes its annotation in my name', async (argv, expected) => {
    const { code, err } = await run(argv);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(await annotations()).toEqual({ ...expected, 'optimism.io/approver': me });
  });

  it('resume takes pause back', async () => {
    await run(['pause', 'acme']);
    await run(['resume', 'acme']);
    expect(Object.keys(await annotations())).not.toContain('optimism.io/pause');
  });

  it.each([
    [['skip-gate', 'acme', 'luck', '--reason', 'x'], 2, 'There is no gate luck'],
    [['skip-gate', 'acme', 'no-foreign-batcher', '--reason', 'x'], 1, "Gate no-foreign-batcher can't be skipped"],
    [['skip-gate', 'acme', 'batching'], 2, "required option '--reason <text>' not specified"],
    [['confirm-fenced', 'acme', 'acme-sequencer', '--reason', 'x'], 2, 'This needs a confirmation'],
    [['give-up-blocks', 'acme', '5000', '--reason', 'x'], 2, 'This needs a confirmation'],
    [['give-up-blocks', 'acme', '5,000', '--reason', 'x', '--yes'], 2, '"5,000" is no number of a block'],
    [['retry', 'nobody'], 1, 'There is no OptimismNetwork nobody'],
  ])('%j ends with %i', async (argv, expected, message) => {
    const { code, err } = await run(argv);
    expect(err).toContain(message);
    expect(code).toBe(expected);
    expect(await annotations()).toEqual({});
  });

  it('confirm-fenced wants the name typed', async () => {
    const argv = ['confirm-fenced', 'acme', 'acme-sequencer', '--reason', 'x'];
    expect((await run(argv, { answers: ['y'] })).code).toBe(1);
    expect((await run(argv, { answers: ['acme-sequencer'] })).code).toBe(0);
  });

  it('give-up-blocks wants the number typed', async () => {
    const argv = ['give-up-blocks', 'acme', '5000', '--reason', 'x'];
    expect((await run(argv, { answers: ['y'] })).code).toBe(1);
    expect((await run(argv, { answers: ['5000'] })).code).toBe(0);
  });

  it.each([
    ['acme-sequencer', "acme-sequencer is off and can't come back by itself. If it still runs, two sequencers"],
    ['foreign-sequencer', 'no other sequencer of this chain runs, and that none can come back by itself'],
    [
      'foreign-batcher',
      'no other batcher of this chain runs, and that none can come back by itself. If one does, both',
    ],
  ])('confirm-fenced of %s asks for what it says', async (what, question) => {
    const { err, out, code } = await run(['confirm-fenced', 'acme', what, '--reason', 'x'], { answers: [what] });
    expect(code).toBe(0);
    expect(err).toContain(`You say that ${question}`);
    expect(out).toMatch(/^Told acme as \S+ that (acme-sequencer is off|no other \w+ of this chain runs)\./);
  });
});

describe('commands without a running plan', () => {
  it.each([
    [['abort', 'acme'], 'No plan of acme is running'],
    [['skip-gate', 'acme', 'batching', '--reason', 'x'], 'No plan of acme is running'],
    [['give-up-blocks', 'acme', '5000', '--reason', 'x', '--yes'], 'No plan of acme is running'],
    [['retry', 'acme'], 'Nothing of acme has halted'],
  ])('%j is refused', async (argv, message) => {
    const { code, err } = await run(argv);
    expect(err).toContain(message);
    expect(code).toBe(1);
    expect(await annotations()).toEqual({});
  });
});

describe('opstack status and plan', () => {
  it('end with 3 while a plan waits', async () => {
    await setStatus({ phase: 'AwaitingApproval', plan: waitingPlan });
    const status = await run(['status']);
    expect(status.out).toContain(`→ opstack approve acme 1f2e3d4c -n ${namespace}`);
    expect(status.code).toBe(3);
    expect((await run(['plan'])).code).toBe(3);
  });

  it('show the whole plan when its ConfigMap is there, and say so when it is not what was written', async () => {
    const stored = { configMap: 'acme-plan', digest: documentDigest(planDocument(wholePlan)) };
    await setStatus({ phase: 'AwaitingApproval', plan: { ...waitingPlan, ...stored } });
    expect((await run(['plan'])).out).toContain('ConfigMap acme-plan is missing');
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'acme-plan', namespace } };
    const holds = (plan: Plan) =>
      kube.apply({ ...configMap, data: { 'plan.json': planDocument(plan) } }, { fieldManager: 'test', force: true });
    await holds(wholePlan);
    expect((await run(['plan'])).out).toContain('~ StatefulSet/acme-batcher');
    expect(JSON.parse((await run(['plan', '-o', 'json'])).out)).toMatchObject({
      hash,
      steps: waitingPlan.steps?.map((step, index) => ({ ...step, summary: wholePlan.steps[index]?.summary })),
      changes: wholePlan.changes,
      warnings: wholePlan.warnings,
    });
    await holds({ ...wholePlan, hash: 'another' });
    expect((await run(['plan'])).out).toContain('ConfigMap acme-plan holds another plan');
    await holds({ ...wholePlan, changes: [] });
    expect((await run(['plan'])).out).toContain('somebody else has edited ConfigMap acme-plan');
    expect((await run(['approve', 'acme'], { answers: ['no'] })).err).toContain('somebody else has edited');
  });

  it('show components of the network, and the whole objects to programs', async () => {
    const batcher = {
      ...networkObject('acme-batcher'),
      kind: 'OpBatcher',
      spec: { networkRef: { name: 'acme' }, signer: { secretKeyRef: { name: 'k', key: 'b' } } },
    };
    await kube.create(batcher);
    const { out, code } = await run(['status', 'acme']);
    expect(out).toContain('└─ OpBatcher acme-batcher');
    expect(code).toBe(0);
    const trees = JSON.parse((await run(['status', 'acme', '-o', 'json'])).out) as {
      network: KubeObject;
      components: KubeObject[];
    }[];
    expect(trees[0]?.components.map(({ metadata }) => metadata.name)).toEqual(['acme-batcher']);
    await kube.delete({ ...ref, kind: 'OpBatcher', name: 'acme-batcher' });
  });

  it('--watch prints what changes until it is ended', async () => {
    const stop = new AbortController();
    const watching = run(['status', 'acme', '--watch'], {
      signal: stop.signal,
      onOutput: (text) => {
        if (text.includes('Pending')) void setStatus({ phase: 'Ready' });
        if (/acme +Ready/.test(text)) stop.abort();
      },
    });
    expect((await watching).code).toBe(0);
  });

  it('name the networks there are when the name is wrong', async () => {
    const { code, err } = await run(['status', 'acne']);
    expect(err).toContain('There is no OptimismNetwork acne');
    expect(err).toContain('why:  There are: acme');
    expect(code).toBe(1);
  });
});

describe('opstack audit', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opstack-audit-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    await kube.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: chunkName('acme', 0) });
    // A real owner: what belongs to nobody is collected as garbage, sooner or later.
    const uid = (await kube.get(ref))?.metadata.uid ?? '';
    const store = createAuditStore({ kube, network: { namespace, name: 'acme', uid } });
    for (let n = 0; n < 4; n++) await store.append(entry(n));
    await setStatus({ audit: await store.head() });
  });

  async function tamper(change: (text: string) => string): Promise<void> {
    const chunk = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: chunkName('acme', 0) };
    const object = await kube.get<KubeObject & { data: Record<string, string> }>(chunk);
    const text = object?.data['records.jsonl'] ?? '';
    expect(change(text)).not.toBe(text);
    await kube.mergePatch(chunk, { data: { 'records.jsonl': change(text) } });
  }

  it('lists who decided what', async () => {
    const { out, code } = await run(['audit', 'list', 'acme', '--last', '2']);
    expect(out).toMatch(/^SEQ +TIME +TYPE +PLAN +BY/);
    expect(out).toMatch(/\n3 .* stepStarted +abababab +ana +2-apply\/acme: applied object 2\n4 /);
    expect(code).toBe(0);
  });

  it('verify finds nothing in a sound log, and says how far that goes', async () => {
    const { out, code } = await run(['audit', 'verify', 'acme']);
    expect(out).toContain('4 records fit together.');
    expect(out).toContain('Proven up to record 4, as far as the anchor (status)');
    expect(out).toMatch(/Head: 4:[0-9a-f]{64}\n/);
    expect(code).toBe(0);
  });

  it('verify finds an edited record', async () => {
    await tamper((text) => text.replace('"actor":"ana"', '"actor":"bob"'));
    const { out, code } = await run(['audit', 'verify', 'acme']);
    expect(out).toContain('edited: Record 1 (line 1) was edited');
    expect(code).toBe(1);
  });

  it('verify finds a log that was cut off, by the anchor in status', async () => {
    await tamper((text) => `${text.split('\n').slice(0, 2).join('\n')}\n`);
    const { out, code } = await run(['audit', 'verify', 'acme']);
    expect(out).toContain('anchor: Anchor from status: the chain ends at record 2, the anchor knows record 4');
    expect(code).toBe(1);
  });

  it('verifies an exported log with an anchor that somebody has kept', async () => {
    const path = join(folder, 'acme.jsonl');
    await writeFile(path, (await run(['audit', 'export', 'acme'])).out);
    const head = /Head: (\S+)/.exec((await run(['audit', 'verify', 'acme'])).out)?.[1] ?? '';
    expect((await opstack(['audit', 'verify', '-f', path, '--anchor', head])).code).toBe(0);
    expect((await opstack(['audit', 'verify', '-f', path, '--anchor', `9:${'0'.repeat(64)}`])).code).toBe(1);
  });

  it('refuses an anchor that is none', async () => {
    const { code, err } = await run(['audit', 'verify', 'acme', '--anchor', 'abc']);
    expect(err).toContain('"abc" is no anchor');
    expect(code).toBe(2);
  });
});

describe('a cluster that can not be used', () => {
  it('is said with the next command when there is no kubeconfig', async () => {
    const { code, err } = await opstack(['status', '--kubeconfig', '/no/such/file']);
    expect(err).toContain('error: Could not read /no/such/file');
    expect(err).toContain('next: opstack --kubeconfig <file>');
    expect(code).toBe(1);
  });

  it('is said when nobody answers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'opstack-kubeconfig-'));
    const path = join(folder, 'config');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'chains' } }],
      'current-context': 'x',
    };
    await writeFile(path, JSON.stringify(config));
    const { code, err } = await opstack(['approve', 'acme', hash, '--kubeconfig', path]);
    expect(err).toContain('error: The API server does not answer');
    expect(err).toContain('--via temporal');
    expect(code).toBe(1);
    await rm(folder, { recursive: true });
  });
});
