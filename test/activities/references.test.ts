/** What becomes of a reference when the user's Secret, our copy of it, or both are gone. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ReferenceUse, referencesOf, resolveReferences } from '../../src/activities/gather/references.ts';
import { sharedDrift } from '../../src/activities/gather/shared-drift.ts';
import { signerAddressOf } from '../../src/activities/gather/signer-address.ts';
import { createRedactor } from '../../src/activities/redaction.ts';
import type { OwnedCopy, StoredRender } from '../../src/activities/state/render-store.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { createOwner, type Owner } from './owner.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(() => api.close());

const { signal } = new AbortController();
const installKey = Buffer.alloc(32, 7);
const redactor = { remember() {} } as never;

const put = (name: string, key: string, value: string) =>
  api.client.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: api.namespace },
    data: { [key]: Buffer.from(value).toString('base64') },
  } as never);
const drop = (name: string) => api.client.delete({ apiVersion: 'v1', kind: 'Secret', namespace: api.namespace, name });

function useOf({ name }: Owner, more: Partial<ReferenceUse> = {}): ReferenceUse {
  const use = { name: `${name}-keys`, key: 'batcher', object: 'OpBatcher/b', field: 'spec.signer.secretKeyRef' };
  return { kind: 'Secret', ...use, ...more };
}

const resolve = (network: Owner, use: ReferenceUse, former: readonly OwnedCopy[] = []) =>
  resolveReferences([use], {
    kube: api.client,
    redactor,
    installKey,
    network,
    formerCopies: async () => former,
    signal,
  });

/** A network that is rolled out with a copy of the user's Secret; the copy is gone. */
async function withoutCopy(): Promise<{
  network: Owner;
  copies: OwnedCopy[];
  look: () => ReturnType<typeof sharedDrift>;
}> {
  const network = await createOwner(api);
  await put(`${network.name}-keys`, 'batcher', 'a key');
  const copies = (await resolve(network, useOf(network))).copies();
  const component = { kind: 'OptimismNetwork', name: network.name } as const;
  const render: StoredRender = {
    component,
    objects: [],
    copies,
    identities: [],
    peers: {},
    sequencers: [],
    keys: [],
    inputs: '',
  };
  const look = async () => {
    const references = await resolve(network, useOf(network), copies);
    const live = { objects: new Map() };
    return sharedDrift(api.client, network, render, {
      wish: { installKey, references },
      live,
      active: undefined,
      signal,
    });
  };
  return { network, copies, look };
}

const ofSecrets = (changes: readonly { object: string }[]) =>
  changes.map(({ object }) => object).filter((object) => object.startsWith('Secret/'));

describe('a copy of a key that is gone', () => {
  it('is made again of the Secret of the user', async () => {
    const { copies, look } = await withoutCopy();
    const { changes, problems } = await look();
    expect(ofSecrets(changes)).toEqual([`Secret/${copies[0]?.to.name}`]);
    expect(problems).toEqual([]);
  });

  it('is a problem and no repair when that is gone as well', async () => {
    const { network, copies, look } = await withoutCopy();
    await drop(`${network.name}-keys`);
    expect(ofSecrets((await look()).changes)).toEqual([]);
    const { problems, resolved } = await resolve(network, useOf(network), copies);
    expect(resolved).toEqual([]);
    expect(problems).toMatchObject([
      {
        type: 'ReferenceNotFound',
        message: `Secret "${network.name}-keys", key "batcher", does not exist; spec.signer.secretKeyRef of OpBatcher/b names it, and the copy of it (Secret "${copies[0]?.to.name}") is gone as well`,
        fix: expect.stringContaining('with the content that it had'),
      },
    ]);
  });

  it('is a problem and no repair when that has another content by now', async () => {
    const { network, copies, look } = await withoutCopy();
    await drop(`${network.name}-keys`);
    await put(`${network.name}-keys`, 'batcher', 'another key');
    const { changes, problems } = await look();
    expect(ofSecrets(changes)).toEqual([]);
    expect(problems).toMatchObject([
      {
        type: 'ReferenceNotFound',
        message: expect.stringContaining(`(Secret "${copies[0]?.to.name}") is gone as well`),
      },
    ]);
    expect(JSON.stringify(problems)).not.toContain('another key');
  });
});

describe('a Secret that is mounted as it is', () => {
  it('is not copied, and has to be there', async () => {
    const network = await createOwner(api);
    const use = useOf(network, { key: 'tls.key', uncopied: true });
    expect((await resolve(network, use)).problems).toMatchObject([{ type: 'ReferenceNotFound' }]);
    await put(`${network.name}-keys`, 'tls.key', 'a key');
    const { problems, copies } = await resolve(network, use);
    expect([problems, copies()]).toEqual([[], []]);
  });

  it('is one problem with all keys that it lacks', async () => {
    const network = await createOwner(api);
    const name = `${network.name}-tls`;
    const look = async () => {
      const spec = { signer: { remote: { endpoint: 'https://signer:8080', tls: { secretName: name } } } };
      const options = { kube: api.client, redactor, installKey, network, formerCopies: async () => [], signal };
      return (await resolveReferences(referencesOf('OpBatcher/b', spec), options)).problems;
    };
    const names = 'spec.signer.remote.tls.secretName of OpBatcher/b names it';
    expect(await look()).toEqual([
      {
        type: 'ReferenceNotFound',
        message: `Secret "${name}" does not exist; ${names}`,
        fix: 'create the Secret with the keys "ca.crt", "tls.crt", "tls.key"; it goes on by itself',
        object: 'OpBatcher/b',
      },
    ]);
    await put(name, 'tls.crt', 'a certificate');
    expect(await look()).toMatchObject([
      {
        message: `Secret "${name}" has no keys "ca.crt", "tls.key" (it has tls.crt); ${names}`,
        fix: 'add the keys to the Secret, or name another one',
      },
    ]);
  });
});

describe('a mnemonic', () => {
  const PHRASE = 'test test test test test test test test test test test junk';

  it('gives the address of its key, and its phrase is shown to nobody', async () => {
    const network = await createOwner(api);
    await put(`${network.name}-keys`, 'batcher', PHRASE);
    const redacted = createRedactor();
    const references = await resolveReferences([useOf(network, { field: 'spec.signer.mnemonicSecretRef' })], {
      kube: api.client,
      redactor: redacted,
      installKey,
      network,
      formerCopies: async () => [],
      signal,
    });
    const ref = { name: `${network.name}-keys`, key: 'batcher' };
    expect(signerAddressOf({ mnemonicSecretRef: ref, hdPath: "m/44'/60'/0'/0/0" }, references, 'batcher')).toBe(
      '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
    );
    for (const form of [PHRASE, Buffer.from(PHRASE).toString('base64')]) {
      expect(redacted.redact(`it is ${form}!`)).toBe('it is [redacted]!');
    }
  });
});
