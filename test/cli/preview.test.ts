/** `opstack plan -f` without a cluster: what kubectl would patch, what stands in for what can not be read, how it looks. */
import { describe, expect, it } from 'vitest';
import { installTokens } from '../../src/activities/gather/install-tokens.ts';
import { type ReferenceUse, referencesOf } from '../../src/activities/gather/references.ts';
import type { StoredRender } from '../../src/activities/state/render-store.ts';
import { addressOfMnemonic, addressOfPrivateKey } from '../../src/chain/keys.ts';
import { painter } from '../../src/cli/output.ts';
import { threeWayPatch } from '../../src/cli/preview/client-side-apply.ts';
import { concernedNetworks } from '../../src/cli/preview/concerned.ts';
import { overlay } from '../../src/cli/preview/overlay.ts';
import type { Preview } from '../../src/cli/preview/preview.ts';
import { previewDocument, previewExitCode, previewText } from '../../src/cli/preview/preview-view.ts';
import { neededKeys, previewTokens, standIn, UNKNOWN_HASH } from '../../src/cli/preview/unseen.ts';
import { KubeApiError, type KubeClient, type KubeObject } from '../../src/kube/index.ts';
import { network, now, wholePlan } from './example-network.ts';

const view = { now, paint: painter(false) };
const refused = { at: 'acme.yaml:3', object: 'OpNode/acme-replica', message: '422 Invalid: spec.role is not Role' };
const preview = (more: Partial<Preview> = {}): Preview => ({
  network: network(),
  plan: { ...wholePlan, reasons: ['OpBatcher acme-batcher: what is wished of it has changed'] },
  waits: true,
  problems: [],
  notes: [],
  ...more,
});

describe('the plan of files', () => {
  it('looks like a plan that waits, says why, and has nothing to decide', () => {
    const text = previewText({ networks: [preview()], refused: [] }, view);
    expect(text).toMatch(/^chains\/acme\nPlan 1f2e3d4c \(upgrade\): upgrade acme/);
    expect(text).toContain('  3 steps, would wait for approval\n  about 15 s without new blocks');
    expect(text).toContain('  OpBatcher acme-batcher: what is wished of it has changed\n');
    expect(text).toContain('~ StatefulSet/acme-batcher');
    expect(text).not.toContain('opstack approve');
    expect(text).toMatch(/\n\nNothing was applied.\n$/);
  });

  it('says that it would begin by itself, what is refused, and what could not be seen', () => {
    const problem = {
      type: 'ReferenceNotFound',
      message: 'no Secret',
      fix: 'create it',
      object: 'OpBatcher/b',
    } as const;
    const { plan: _, ...nothing } = preview({ waits: false, problems: [problem] });
    const notes = ['L1 could not be read from here'];
    const text = previewText({ networks: [preview({ waits: false, notes }), nothing], refused: [refused] }, view);
    expect(text).toContain('3 steps, would begin by itself');
    expect(text).toContain('  note L1 could not be read from here');
    expect(text).toContain('chains/acme: no plan\n  refused OpBatcher/b: no Secret\n    → create it');
    expect(text).toMatch(/^refused acme.yaml:3 OpNode\/acme-replica: 422 Invalid/);
  });

  it.each([
    ['0 when nothing would change', { networks: [{ ...preview({ waits: false }), plan: undefined }], refused: [] }, 0],
    ['0 when it would begin by itself', { networks: [preview({ waits: false })], refused: [] }, 0],
    ['3 when a person would be asked', { networks: [preview({ waits: false }), preview()], refused: [] }, 3],
    ['1 when the API server refuses something', { networks: [preview()], refused: [refused] }, 1],
    [
      '1 when the operator refuses something',
      { networks: [preview({ problems: [{ type: 'InvalidSpec', message: 'm', fix: 'f' } as const] })], refused: [] },
      1,
    ],
  ])('ends with %s', (_, { networks, ...more }, code) => {
    expect(previewExitCode({ ...more, networks: networks as Preview[] })).toBe(code);
  });

  it('is a document for programs', () => {
    expect(previewDocument({ networks: [preview()], refused: [refused] })).toMatchObject({
      applied: false,
      networks: [{ namespace: 'chains', name: 'acme', waitsForApproval: true, plan: { hash: wholePlan.hash } }],
      refused: [refused],
    });
  });
});

describe('what kubectl patches', () => {
  it('takes away what the file has lost, sets what it says, and leaves what others have set', () => {
    const applied = { spec: { a: 1, gone: true, inner: { x: 1, y: 2 } } };
    const wanted = { spec: { a: 2, inner: { x: 1 }, list: [1, 2], fresh: {} } };
    const live = { spec: { a: 1, gone: true, inner: { x: 1, y: 2, default: 3 }, list: [1], others: 'stay' } };
    expect(threeWayPatch(applied, wanted, live)).toEqual({
      spec: { a: 2, gone: null, inner: { y: null }, list: [1, 2], fresh: {} },
    });
  });

  it('is nothing for a file that says what is there', () => {
    const spec = { a: 1, inner: { x: [1] } };
    expect(threeWayPatch({ spec }, { spec }, { spec: { ...spec, default: 1 }, status: {} })).toEqual({});
  });
});

const use = (more: Partial<ReferenceUse> = {}): ReferenceUse => ({
  kind: 'Secret',
  name: 'keys',
  key: 'batcher',
  object: 'OpBatcher/b',
  field: 'spec.signer.secretKeyRef',
  ...more,
});

describe('a Secret that may not be read', () => {
  const dataOf = (secret: KubeObject, key: string) =>
    Buffer.from((secret['data'] as Record<string, string>)[key] ?? '', 'base64').toString();

  it('has every key that is needed of it, with contents that addresses can be made of', () => {
    const phrase = use({ key: 'words', field: 'spec.signer.mnemonicSecretRef' });
    const secret = standIn({ apiVersion: 'v1', kind: 'Secret', name: 'keys' }, neededKeys([use(), phrase], undefined));
    expect(addressOfPrivateKey(dataOf(secret, 'batcher'))).toMatch(/^0x/);
    expect(addressOfMnemonic(dataOf(secret, 'words'), "m/44'/60'/0'/0/0")).toMatch(/^0x/);
  });

  it('is one key for all sequencers, and another one for everybody else', () => {
    const field = 'spec.sequencer.signer.secretKeyRef';
    const uses = [use({ key: 'a', field }), use({ key: 'b', field }), use()];
    const secret = standIn({ apiVersion: 'v1', kind: 'Secret', name: 'keys' }, neededKeys(uses, undefined));
    expect(dataOf(secret, 'a')).toBe(dataOf(secret, 'b'));
    expect(dataOf(secret, 'a')).not.toBe(dataOf(secret, 'batcher'));
  });
});

describe('tokens', () => {
  const own = installTokens(Buffer.alloc(32, 7), { namespace: 'chains', name: 'acme' });
  const value = Buffer.from('a key');
  const token = own.ofContent(use(), value);
  const secret = `acme-replica-p2p-${own.ofPurpose('p2p/uid').slice(0, 12)}`;
  const rolledOut: StoredRender = {
    component: { kind: 'OptimismNetwork', name: 'acme' },
    objects: [],
    copies: [
      { kind: 'Secret', from: { name: 'keys', key: 'batcher' }, to: { name: 'acme-keys', key: 'batcher' }, token },
    ],
    identities: [{ secret, keys: { 'acme-replica-0': 'p2p/uid/0' } }],
    peers: { sequencer: `/dns4/acme-replica-0.acme-replica.chains.svc/tcp/9222/p2p/${own.peerId('p2p/uid/0')}` },
    sequencers: [],
    keys: [],
    installation: own.installation,
    inputs: '',
  };
  const without = (more: Partial<Parameters<typeof previewTokens>[0]> = {}) =>
    previewTokens({ own: undefined, rolledOut, isUnseen: () => false, contentOf: () => value, ...more });

  it('are those of what is rolled out where the key of the installation can not be read', () => {
    const tokens = without();
    expect(tokens.installation).toBe(own.installation);
    expect(tokens.ofContent(use(), value)).toBe(token);
    expect(tokens.ofPurpose('p2p/uid').slice(0, 12)).toBe(own.ofPurpose('p2p/uid').slice(0, 12));
    expect(tokens.peerId('p2p/uid/0')).toBe(own.peerId('p2p/uid/0'));
  });

  it('are not known of what is new, or has another content than our copy', () => {
    const tokens = without();
    expect(tokens.ofContent(use({ key: 'new' }), value)).toBe(UNKNOWN_HASH);
    expect(tokens.ofContent(use(), Buffer.from('another key'))).toBe(UNKNOWN_HASH);
    expect(tokens.ofPurpose('jwt/other')).toBe(UNKNOWN_HASH);
    expect(tokens.peerId('p2p/other/0')).toBe(UNKNOWN_HASH);
  });

  it('take a content that may not be read for what it was', () => {
    expect(without({ isUnseen: () => true }).ofContent(use(), Buffer.from('a stand-in'))).toBe(token);
    expect(without({ contentOf: () => undefined }).ofContent(use(), value)).toBe(token);
    expect(without({ own, isUnseen: () => true }).ofContent(use(), Buffer.from('a stand-in'))).toBe(token);
    expect(without({ own }).ofContent(use(), Buffer.from('another key'))).not.toBe(token);
  });
});

describe('files are about', () => {
  const object = (kind: string, name: string, spec: object): KubeObject => ({
    apiVersion: kind === 'Secret' ? 'v1' : 'optimism.io/v1alpha1',
    kind,
    metadata: { name, namespace: 'chains' },
    spec,
  });
  const batcher = object('OpBatcher', 'b', {
    networkRef: { name: 'acme' },
    signer: { secretKeyRef: { name: 'k', key: 'x' } },
  });

  it('the networks that they are, or belong to, each once', () => {
    const concerned = concernedNetworks([object('OptimismNetwork', 'acme', {}), batcher], []);
    expect(concerned).toEqual([{ namespace: 'chains', name: 'acme' }]);
  });

  it('the networks of what refers to a Secret in them', () => {
    expect(concernedNetworks([object('Secret', 'k', {})], [batcher])).toEqual([{ namespace: 'chains', name: 'acme' }]);
    expect(concernedNetworks([object('Secret', 'other', {})], [batcher])).toEqual([]);
    expect(referencesOf('OpBatcher/b', batcher['spec'])).toHaveLength(1);
  });
});

describe('the cluster with files over it', () => {
  const forbidden = new KubeApiError({ status: 403, reason: 'Forbidden', message: 'no' });
  const live: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'live', namespace: 'chains' } };
  const laid: KubeObject = { ...live, metadata: { ...live.metadata, name: 'laid' } };
  const cluster = {
    server: 'https://cluster',
    get: async ({ kind }: { kind: string }) => {
      if (kind !== 'ConfigMap') throw forbidden;
      return live;
    },
    list: async () => ({ items: [live, laid], resourceVersion: '1' }),
  } as unknown as KubeClient;
  const kube = overlay(cluster, {
    objects: [{ ...laid, data: { a: 'b' } }],
    unreadable: ({ name }) => ({ ...live, metadata: { name } }),
  });
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'chains', name: 'laid' };

  it('gives and lists them in place of what is there', async () => {
    expect(await kube.get(ref)).toMatchObject({ data: { a: 'b' } });
    expect(await kube.get({ ...ref, name: 'live' })).toBe(live);
    expect((await kube.list(ref)).items).toEqual([live, { ...laid, data: { a: 'b' } }]);
    expect((await kube.list(ref, { labelSelector: 'a=b' })).items).toEqual([live, laid]);
  });

  it('stands in for a Secret that may not be read, and for nothing else', async () => {
    expect(await kube.get({ ...ref, kind: 'Secret', name: 'keys' })).toMatchObject({ metadata: { name: 'keys' } });
    expect(await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: 'chains' })).toBeUndefined();
    await expect(kube.get({ ...ref, kind: 'Service' })).rejects.toBe(forbidden);
  });

  it('writes nothing', async () => {
    const writes = [
      kube.create(live),
      kube.replace(live),
      kube.delete(ref),
      kube.apply(live, { fieldManager: 'x' }),
      kube.mergePatch(ref, {}),
      kube.jsonPatch(ref, []),
      kube.raw('POST', '/'),
    ];
    for (const write of writes) await expect(write).rejects.toThrow('a preview writes nothing');
  });
});
