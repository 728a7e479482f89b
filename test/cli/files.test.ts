import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadRegistry } from '../../src/catalogue/registry.ts';
import { opstack } from './run-opstack.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opstack-cli-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const NETWORK = `
apiVersion: optimism.io/v1alpha1
kind: OptimismNetwork
metadata: {name: acme, namespace: chains}
spec:
  l1: {chainId: 11155111, rpc: {secretKeyRef: {name: l1, key: rpc}}, beacon: {secretKeyRef: {name: l1, key: beacon}}}
  l2: {chainId: 424242}
  contracts: {systemConfig: "0x034edd2a225f7f429a63e0f1d2084b9e0a93b538"}
  rollupConfig: {configMapRef: {name: acme-chain, key: rollup.json}}
  genesis: {configMapRef: {name: acme-chain, key: genesis.json.gz}}
  release: u18
`;
const SEQUENCER = `
apiVersion: optimism.io/v1alpha1
kind: OpNode
metadata: {name: acme-sequencer, namespace: chains}
spec:
  networkRef: {name: acme}
  role: Sequencer
  execution: {client: op-geth, storage: {size: 500Gi}}
  sequencer: {signer: {secretKeyRef: {name: acme-keys, key: signer}}}
`;
const BATCHER = `
apiVersion: optimism.io/v1alpha1
kind: OpBatcher
metadata: {name: acme-batcher, namespace: chains}
spec: {networkRef: {name: acme}, signer: {secretKeyRef: {name: acme-keys, key: batcher}}}
`;
const all = (...documents: string[]) => documents.join('---\n');

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const validate = (stdin: string, ...more: string[]) => opstack(['validate', '-f', '-', ...more], { stdin });

describe('opstack validate', () => {
  it('accepts a chain in several documents and says what the cluster must have', async () => {
    const { code, out } = await validate(all(NETWORK, SEQUENCER, BATCHER));
    expect(out.split('\n')).toEqual([
      expect.stringMatching(
        /^warning stdin:14 OpNode\/acme-sequencer: op-node v1.18.2 does not know Glamsterdam on L1/,
      ),
      'Not in these files, so expected in the cluster: Secret l1 (rpc, beacon), ConfigMap acme-chain (rollup.json, genesis.json.gz), Secret acme-keys (signer, batcher)',
      '3 valid objects, 0 errors, 1 warning',
      '',
    ]);
    expect(code).toBe(0);
  });

  it('names file, line, object, field and a good value for what is wrong', async () => {
    const path = await file('bad.yaml', all(NETWORK, SEQUENCER.replace('role: Sequencer', 'role: Sequenzer')));
    const { code, out } = await opstack(['validate', '-f', path]);
    expect(out).toContain(
      `error ${path}:14 OpNode/acme-sequencer: spec.role: must be one of Sequencer, Replica (is "Sequenzer")`,
    );
    expect(code).toBe(1);
  });

  it.each([
    [
      'an unknown kind',
      BATCHER.replace('kind: OpBatcher', 'kind: OpBatchr'),
      'kind: there is no OpBatchr in optimism.io/v1alpha1. Kinds are OptimismNetwork, OpNode',
    ],
    [
      'a kind of ours in another group',
      BATCHER.replace('optimism.io/v1alpha1', 'optimism.example/v1'),
      'OpBatcher is a kind of optimism.io/v1alpha1',
    ],
    [
      'a field that would be dropped',
      BATCHER.replace('{networkRef', '{pollIntervall: 1s, networkRef'),
      'Did you mean pollInterval?',
    ],
    [
      'an API key in a plain URL',
      NETWORK.replace(
        'rpc: {secretKeyRef: {name: l1, key: rpc}}',
        'rpc: {url: "https://x.example/v3/0123456789abcdef0123456789abcdef"}',
      ),
      'secretKeyRef',
    ],
    ['a text instead of an object', '- a\n- b\n', 'must be a Kubernetes object'],
    ['no apiVersion', 'kind: OpNode\nmetadata: {name: a}\n', 'apiVersion and kind are required'],
    [
      'a component of a network with another name',
      all(NETWORK, SEQUENCER, BATCHER.replace('networkRef: {name: acme}', 'networkRef: {name: acne}')),
      'there is no OptimismNetwork acne in namespace chains. These files have acme.',
    ],
    [
      'a second batcher',
      all(NETWORK, SEQUENCER, BATCHER, BATCHER.replace('name: acme-batcher', 'name: other')),
      'is a second batcher',
    ],
    [
      'the same object twice',
      all(NETWORK, SEQUENCER, SEQUENCER),
      'is in the files twice: the first one is at stdin:14',
    ],
    [
      'a key that its Secret in the files does not have',
      all(
        NETWORK,
        'apiVersion: v1\nkind: Secret\nmetadata: {name: l1, namespace: chains}\nstringData: {rpc: http://x}\n',
      ),
      'spec.l1.beacon.secretKeyRef: Secret l1 has no key beacon. It has rpc.',
    ],
    [
      'a release that does not exist',
      NETWORK.replace('release: u18', 'release: u1'),
      'there is no release u1. Releases are',
    ],
    [
      'a variable that the operator owns',
      all(
        NETWORK,
        SEQUENCER.replace(
          'role: Sequencer',
          'role: Sequencer\n  consensus: {env: [{name: OP_NODE_SEQUENCER_STOPPED, value: "false"}]}',
        ),
      ),
      'spec.consensus.env: names a variable that the operator sets itself',
    ],
    [
      'a rollup.json that is none',
      all(
        NETWORK,
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: acme-chain, namespace: chains}\ndata: {rollup.json: "{}"}\nbinaryData: {genesis.json.gz: ""}\n',
      ),
      'rollup configuration:',
    ],
    [
      'a setting that is not supported yet',
      NETWORK.replace('release: u18', 'paused: false\n  audit: {retain: true}'),
      'spec.audit.retain is not supported',
    ],
    [
      'nothing of ours',
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n',
      'There is no object of optimism.io in these files',
    ],
  ])('refuses %s', async (_, text, message) => {
    const { code, out } = await validate(text);
    expect(out).toContain(message);
    expect(code).toBe(1);
  });

  it('never shows a value of a Secret', async () => {
    const secret =
      'apiVersion: v1\nkind: Secret\nmetadata: {name: l1, namespace: chains}\nstringData: {rpc: canary-value}\n';
    const { out, err } = await validate(all(NETWORK, secret), '-o', 'json');
    expect(out + err).not.toContain('canary-value');
  });

  it('names the line of a YAML mistake and goes on with the other documents', async () => {
    const { code, out } = await validate(all(NETWORK, 'a: [1\n', BATCHER.replace('kind: OpBatcher', 'kind: OpBatchr')));
    expect(out).toMatch(/error stdin:1[3-6]: is no YAML/);
    expect(out).toContain('there is no OpBatchr');
    expect(code).toBe(1);
  });

  it('warns, and passes, when the network is not among the files', async () => {
    const { code, out } = await validate(BATCHER);
    expect(out).toContain(
      'warning stdin:2 OpBatcher/acme-batcher: spec.networkRef.name: OptimismNetwork acme is not in these files',
    );
    expect(code).toBe(0);
  });

  it('puts objects without a namespace into that of -n', async () => {
    const bare = all(NETWORK, SEQUENCER, BATCHER).replaceAll(', namespace: chains', '');
    expect((await validate(bare, '-n', 'prod', '-o', 'json')).code).toBe(0);
    expect((await validate(all(NETWORK, BATCHER.replace(', namespace: chains', '')), '-n', 'prod')).out).toContain(
      'It must exist in namespace prod',
    );
  });

  it('reads the YAML files of a folder', async () => {
    await file('bad.yaml', NETWORK);
    await file('more.yml', all(SEQUENCER, BATCHER));
    await file('notes.txt', 'not: [yaml');
    expect((await opstack(['validate', '-f', folder])).out).toContain('3 valid objects, 0 errors');
  });

  it('unpacks a List', async () => {
    const items = [NETWORK, SEQUENCER].map((text) => parseAllDocuments(text)[0]?.toJS());
    const { out } = await validate(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    expect(out).toContain('2 valid objects');
  });

  it.each([
    [['validate'], "required option '-f, --filename <path...>' not specified"],
    [['validate', '-f', '/no/such/file.yaml'], 'Could not read /no/such/file.yaml'],
    [['validate', '-f', '-', '-o', 'xml'], 'Allowed choices are table, json, yaml'],
    [['validate', '-f', '-', '--nope'], "unknown option '--nope'"],
    [['valdate'], "unknown command 'valdate'"],
  ])('ends with 2 for %j', async (argv, message) => {
    const { code, err } = await opstack(argv);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });
});

const OWN = NETWORK.replace(
  'release: u18',
  'release: acme-1\n  catalogue: {configMapRef: {name: releases, key: releases.yaml}}',
);
const RELEASES = `
apiVersion: v1
kind: ConfigMap
metadata: {name: releases, namespace: chains}
data:
  releases.yaml: |
    releases:
      - name: acme-1
        title: ours
        components: {opNode: {tag: v1.19.8}, opGeth: {tag: v1.101702.2}, opBatcher: {repository: ours/batcher, tag: v1.17.0}}
        newestFork: jovian
        contracts: {release: op-contracts/v5.0.0}
`;

describe("a user's own catalogue", () => {
  it('is read from the files', async () => {
    expect((await validate(all(OWN, RELEASES, SEQUENCER, BATCHER))).out).toContain(
      '3 valid objects, 1 of other kinds, 0 errors',
    );
    const { code, out } = await opstack(['render', '-f', '-'], { stdin: all(OWN, RELEASES, SEQUENCER, BATCHER) });
    expect(out).toContain('# chains/acme, release acme-1');
    expect(out).toContain('image: ours/batcher:v1.17.0');
    expect(code).toBe(0);
  });

  it('is refused where it is wrong', async () => {
    const { code, out } = await validate(all(OWN, RELEASES.replace('jovian', 'jovial')));
    expect(out).toContain('key "releases.yaml": releases[0].newestFork must be one of regolith,');
    expect(out).toContain('(is "jovial")');
    expect(code).toBe(1);
  });

  it('that is somewhere else leaves the settings unchecked, and nothing can be rendered', async () => {
    const { code, out } = await validate(OWN);
    expect(out).toContain('warning stdin:2 OptimismNetwork/acme: spec.release: release acme-1 is not built in');
    expect(code).toBe(0);
    const rendered = await opstack(['render', '-f', '-'], { stdin: OWN });
    expect(rendered.err).toContain('There is no release acme-1');
    expect(rendered.err).toContain('give the ConfigMap of spec.catalogue as another file');
  });
});

describe('opstack render', () => {
  it('makes the objects of a chain without a cluster, and says what differs there', async () => {
    const { code, out } = await opstack(['render', '-f', '-'], { stdin: all(NETWORK, SEQUENCER, BATCHER) });
    const objects = parseAllDocuments(out).map(
      (document) => document.toJS() as { kind: string; metadata: { name: string } } | null,
    );
    const names = objects.filter((object) => object !== null).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names).toEqual(
      expect.arrayContaining(['StatefulSet/acme-sequencer', 'StatefulSet/acme-batcher', 'Service/acme-sequencer']),
    );
    expect(out.split('\n').slice(0, 3)).toEqual([
      '# chains/acme, release u18',
      '# Rendered offline: what the operator applies differs in these names and values.',
      '# - Keys and chain files are used as immutable copies, named after a hash of their content; here the names end in -offline.',
    ]);
    expect(out).toContain('rollup.json is not in these files');
    expect(out).toContain('name: acme-acme-keys-offline');
    expect(code).toBe(0);
  });

  const REGISTRY = `
apiVersion: optimism.io/v1alpha1
kind: OptimismNetwork
metadata: {name: unichain, namespace: chains}
spec: {network: sepolia/unichain, l1: {rpc: {secretKeyRef: {name: l1, key: rpc}}, beacon: {url: "http://beacon:5052"}}}
---
apiVersion: optimism.io/v1alpha1
kind: OpNode
metadata: {name: unichain-replica, namespace: chains}
spec: {networkRef: {name: unichain}, role: Replica, execution: {client: op-reth, storage: {size: 1Ti}}}
`;

  it('knows the chains of the registry, and a file with more of them', async () => {
    const { code, out } = await opstack(['render', '-f', '-'], { stdin: REGISTRY });
    expect(code).toBe(0);
    expect(out).toContain('--chain=unichain-sepolia');
    expect(out).toContain('--rollup.sequencer=https://sepolia-sequencer.unichain.org');
    expect(out).not.toContain('rollup.json is not in these files');
    const chain = loadRegistry().find('sepolia/unichain');
    const more = { source: 'us', license: 'ours', chains: { 'acme/one': { ...chain, chain_id: 424_242 } } };
    const registry = await file('registry.json', JSON.stringify(more));
    const other = REGISTRY.replace('sepolia/unichain', 'acme/one');
    expect((await opstack(['render', '-f', '-'], { stdin: other })).err).toContain('has no chain "acme/one"');
    expect((await opstack(['render', '-f', '-', '--registry', registry], { stdin: other })).out).toContain(
      '--chain=one-acme',
    );
    const broken = await opstack(['validate', '-f', '-', '--registry', join(folder, 'none.json')], { stdin: other });
    expect([broken.code, broken.err]).toEqual([1, expect.stringMatching(/registry file .*none\.json: ENOENT/)]);
  });

  it('holds what is said of a registry chain against the registry', async () => {
    const { code, out } = await validate(REGISTRY.replace('{network:', '{l2: {chainId: 130}, network:'));
    expect(out).toContain('spec.l2.chainId is 130, and the superchain registry has 1301 for sepolia/unichain');
    expect(code).toBe(1);
    const geth = await validate(REGISTRY.replace('op-reth', 'op-geth'));
    expect(geth.out).toContain('the chain has scheduled karst, which op-geth does not know');
  });

  it('gives programs a List', async () => {
    const { out } = await opstack(['render', 'acme', '-f', '-', '-o', 'json'], { stdin: all(NETWORK, SEQUENCER) });
    const list = JSON.parse(out) as { kind: string; items: { kind: string }[] };
    expect(list.kind).toBe('List');
    expect(list.items.map(({ kind }) => kind)).toContain('StatefulSet');
  });

  it('refuses files that are not valid and names the command that tells more', async () => {
    const { code, err } = await opstack(['render', '-f', '-'], {
      stdin: NETWORK.replace('chainId: 424242', 'chainId: 11155111'),
    });
    expect(err).toContain('The files are not valid');
    expect(err).toContain('next: opstack validate -f -');
    expect(code).toBe(1);
  });

  it('says when the network is not there', async () => {
    const { code, err } = await opstack(['render', 'acne', '-f', '-'], { stdin: NETWORK });
    expect(err).toContain('There is no OptimismNetwork acne in these files');
    expect(code).toBe(1);
  });
});

describe('opstack crds', () => {
  it('prints all five definitions', async () => {
    const { out } = await opstack(['crds']);
    const names = parseAllDocuments(out).map(
      (document) => (document.toJS() as { spec: { names: { kind: string } } } | null)?.spec.names.kind,
    );
    expect(names.filter((name) => name !== undefined)).toEqual([
      'OptimismNetwork',
      'OpNode',
      'OpBatcher',
      'OpProposer',
      'OpChallenger',
    ]);
  });
});
