import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { isKindName } from '../../src/api/group.ts';
import { parseObject } from '../../src/api/parse.ts';
import { type ApiServer, connectApiServer } from './api-server.ts';
import { kubectl } from './kubectl.ts';
import type { RawObject } from './sample-objects.ts';

const root = join(import.meta.dirname, '..', '..');
const files = globSync('examples/**/*.yaml', { cwd: root }).sort();

let server: ApiServer;
beforeAll(async () => {
  server = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(async () => {
  await server.close();
});

test('there are examples of a whole chain and of a replica of the registry', () => {
  expect(files).toEqual(expect.arrayContaining(['examples/chain.yaml', 'examples/registry-replica.yaml']));
});

describe.each(files)('%s', (file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS() as RawObject | null)
    .filter((object) => object !== null && isKindName(object.kind)) as RawObject[];

  test('has no field that we do not know', () => {
    const problems = objects.flatMap((object) => {
      const result = parseObject(object.kind, object, { unknownFields: 'refuse' });
      return result.ok ? [] : result.problems;
    });
    expect(problems).toEqual([]);
  });

  test('is accepted by the API server, strictly', async () => {
    // kubectl compares the namespace of an object with the one that it is told: let the objects say ours.
    const path = join(root, file);
    const placed = objects.map((object) => ({
      ...object,
      metadata: { ...object.metadata, namespace: server.namespace },
    }));
    expect(placed.length, path).toBeGreaterThan(0);
    for (const object of placed) {
      const dryRun = { query: { dryRun: 'All', fieldValidation: 'Strict' }, body: object };
      const plural = `${object.kind.toLowerCase()}s`;
      const path = `/apis/optimism.io/v1alpha1/namespaces/${server.namespace}/${plural}`;
      expect(await server.client.raw('POST', path, dryRun)).toMatchObject({ status: 201 });
    }
  });
});

test('a mistyped field is refused by kubectl as well', async () => {
  const refused = kubectl(
    inject('kubeconfigPath'),
    '-n',
    server.namespace,
    'create',
    '--dry-run=server',
    '-f',
    join(import.meta.dirname, 'fixtures', 'mistyped-field.yaml'),
  );
  await expect(refused).rejects.toThrow(/unknown field "spec.replica"/);
});
