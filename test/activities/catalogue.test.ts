/** Where the releases of a network come from. */
import { expect, it } from 'vitest';
import { gatherCatalogue } from '../../src/activities/gather/catalogue.ts';
import { referencesOf } from '../../src/activities/gather/references.ts';
import { parseObject } from '../../src/api/parse.ts';
import { releaseNames } from '../../src/catalogue/releases.ts';
import { sample } from '../api/sample-objects.ts';

const CATALOGUE = { 'spec.catalogue': { configMapRef: { name: 'acme-releases', key: 'releases.yaml' } } };
const network = (changes: object) => {
  const parsed = parseObject('OptimismNetwork', sample('OptimismNetwork', { ...changes }));
  return parsed.ok ? parsed.value : expect.fail(JSON.stringify(parsed.problems));
};
const holding = (content: string | undefined) => ({
  find: (kind: 'Secret' | 'ConfigMap', name: string, key: string) =>
    content === undefined || name !== 'acme-releases'
      ? undefined
      : {
          use: { kind, name, key, object: '', field: '' },
          value: Buffer.from(content),
          token: 'token',
          copy: { name, key },
        },
});
const ACME = JSON.stringify({
  releases: [
    {
      name: 'acme-1',
      title: 'ours',
      components: {},
      newestFork: 'karst',
      contracts: { release: 'op-contracts/v7.0.0' },
    },
  ],
});

it('are those that are built in, for a network without a catalogue', () => {
  const { catalogue, problems } = gatherCatalogue(network({}), holding(ACME));
  expect([catalogue.names, problems]).toEqual([releaseNames, []]);
});

it("are those of the user's ConfigMap beside them, which is read like every other reference", () => {
  const found = network(CATALOGUE);
  expect(referencesOf('OptimismNetwork/acme', found.spec)).toContainEqual({
    kind: 'ConfigMap',
    name: 'acme-releases',
    key: 'releases.yaml',
    object: 'OptimismNetwork/acme',
    field: 'spec.catalogue.configMapRef',
  });
  expect(gatherCatalogue(found, holding(ACME)).catalogue.find('acme-1')?.title).toBe('ours');
});

it('are those that are built in while the ConfigMap is missing, which the references say', () => {
  const { catalogue, problems } = gatherCatalogue(network(CATALOGUE), holding(undefined));
  expect([catalogue.names, problems]).toEqual([releaseNames, []]);
});

it('stand with a problem of the network where the content can not be used', () => {
  expect(gatherCatalogue(network(CATALOGUE), holding(ACME.replace('acme-1', 'u18'))).problems).toEqual([
    {
      type: 'InvalidSpec',
      message:
        'spec.catalogue.configMapRef: ConfigMap "acme-releases", key "releases.yaml": releases[0].name is built in, and a published release never changes (is "u18")',
      fix: 'call it u18-acme, for example',
    },
  ]);
});
