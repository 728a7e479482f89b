import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compatibilityPage } from '../../src/catalogue/compatibility-page.ts';
import { catalogueOf } from '../../src/catalogue/own-catalogue.ts';
import { release, releaseNames } from '../../src/catalogue/releases.ts';

const REF = { name: 'acme-releases', key: 'releases.yaml' };
const ACME = `
releases:
  - name: acme-1
    title: op-node with our fix
    components:
      opNode: {repository: registry.example.com/op-node, tag: v1.19.8-acme.1}
      opReth: {tag: v2.5.0}
    newestFork: karst
    contracts: {release: op-contracts/v7.0.0}
`;
const problemsIn = (content: string) =>
  catalogueOf(REF, content).problems.map(({ message, fix }) => `${message} → ${fix}`);
const where = 'spec.catalogue.configMapRef: ConfigMap "acme-releases", key "releases.yaml":';

describe("a user's own catalogue", () => {
  test('adds its releases to those that are built in', () => {
    const { catalogue, problems } = catalogueOf(REF, ACME);
    expect(problems).toEqual([]);
    expect(catalogue.names).toEqual([...releaseNames, 'acme-1']);
    expect(catalogue.find('u19')).toBe(release('u19'));
    expect(catalogue.find('acme-1')).toMatchObject({
      images: {
        opNode: { repository: 'registry.example.com/op-node', tag: 'v1.19.8-acme.1' },
        opReth: { repository: 'us-docker.pkg.dev/oplabs-tools-artifacts/images/op-reth', tag: 'v2.5.0' },
      },
      initImage: release('u19')?.initImage,
      newestOpGethFork: 'jovian',
      requires: [],
    });
  });

  test('as docs/compatibility.md shows it is a good one', () => {
    const [, manifest = ''] = /```yaml\n(.*?)```/s.exec(compatibilityPage()) ?? [];
    const content = parse(manifest).data['releases.yaml'];
    expect(catalogueOf(REF, content)).toMatchObject({
      problems: [],
      catalogue: { names: [...releaseNames, 'acme-1'] },
    });
  });

  test('may be JSON', () => {
    const entry = { name: 'acme-2', title: 'ours', components: {}, newestFork: 'karst' };
    const json = JSON.stringify({ releases: [{ ...entry, contracts: { release: 'op-contracts/v7.0.0' } }] });
    expect(catalogueOf(REF, json).catalogue.find('acme-2')?.title).toBe('ours');
  });

  test('is only what is built in where there is none, or where nobody knows what is in it', () => {
    expect(catalogueOf(undefined, undefined).catalogue.names).toEqual(releaseNames);
    expect(catalogueOf(REF, undefined)).toMatchObject({ catalogue: { names: releaseNames }, problems: [] });
  });

  test.each([
    [
      'a name that is built in',
      ACME.replace('acme-1', 'u19'),
      `${where} releases[0].name is built in, and a published release never changes (is "u19") → call it u19-acme, for example`,
    ],
    [
      'one name twice',
      ACME + ACME.replace('\nreleases:', ''),
      `${where} releases[1].name is the name of releases[0] as well (is "acme-1")`,
    ],
    [
      'a tag that is none',
      ACME.replace('tag: v2.5.0', 'tag: "v2.5.0 or so"'),
      `${where} releases[0].components.opReth.tag must be a tag, for example v1.19.8 (is "v2.5.0 or so")`,
    ],
    [
      'an image without content',
      ACME.replace('opReth: {tag: v2.5.0}', 'opReth: {repository: registry.example.com/op-reth}'),
      'releases[0].components.opReth must have tag, digest or both',
    ],
    ['a program that nobody knows', ACME.replace('opReth', 'opreth'), 'releases[0].components.opreth is no field'],
    [
      'a field that nobody knows',
      ACME.replace('title', 'titel'),
      'releases[0].titel is no field of a catalogue → remove it',
    ],
    ['a field that is missing', ACME.replace(/ +newestFork: karst\n/, ''), 'releases[0].newestFork is required'],
    ['a fork that nobody knows', ACME.replace('karst', 'kast'), 'releases[0].newestFork must be one of regolith,'],
    [
      'a release before it that does not exist',
      `${ACME}    requires: [u1]\n`,
      `releases[0].requires is no release (is "u1") → name one of ${releaseNames.join(', ')}, acme-1`,
    ],
    ['a text that is neither JSON nor YAML', 'releases: [', `${where} is neither JSON nor YAML`],
    ['nothing', '', `${where} is required`],
    ['a list that is a text', 'releases: u19', 'releases must be of type array (is "u19")'],
    ['no releases', 'releases: []', 'releases must not be empty'],
  ])('is refused for %s', (_, content, expected) => {
    expect(problemsIn(content).join('\n')).toContain(expected);
    expect(catalogueOf(REF, content).catalogue.names).toEqual(releaseNames);
  });

  test('shows no credential that somebody has written into it', () => {
    const [problem = ''] = problemsIn(ACME.replace('registry.example.com', 'https://me:canary@registry.example.com'));
    expect(problem).toContain('opNode.repository');
    expect(problem).not.toContain('canary');
  });
});
