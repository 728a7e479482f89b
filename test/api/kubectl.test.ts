import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { kinds } from '../../src/api/group.ts';
import { KIND_NAMES } from '../../src/api/names.ts';
import { type ApiServer, connectApiServer } from './api-server.ts';
import { kubectl } from './kubectl.ts';
import { sample } from './sample-objects.ts';
import { fieldsOf } from './schema-fields.ts';

interface OpenApi {
  components: { schemas: Record<string, OpenApiSchema> };
}
interface OpenApiSchema {
  description?: string;
  properties?: Record<string, OpenApiSchema>;
  items?: OpenApiSchema;
  additionalProperties?: OpenApiSchema;
}

let server: ApiServer;
beforeAll(async () => {
  server = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(async () => {
  await server.close();
});

describe('kubectl explain', () => {
  test('has words for every field of every kind', async () => {
    const { text } = await server.client.raw('GET', '/openapi/v3/apis/optimism.io/v1alpha1');
    const { schemas } = (JSON.parse(text) as OpenApi).components;
    for (const kind of KIND_NAMES) {
      const published = schemas[`io.optimism.v1alpha1.${kind}`] ?? expect.fail(`no schema of ${kind}`);
      const wordless = fieldsOf(kind)
        .filter(({ path }) => (path[0] === 'spec' || path[0] === 'status') && path.at(-1) !== '*')
        .filter(({ path }) => (at(published, path)?.description ?? '').length < 5);
      expect(wordless.map(({ path }) => path.join('.'))).toEqual([]);
    }
  });

  test('says what a field is, its default and an example', async () => {
    const explained = await kubectl(inject('kubeconfigPath'), 'explain', 'optimismnetworks.spec.approval.expiresAfter');
    expect(explained.replaceAll(/\s+/g, ' ')).toContain(
      'How long a plan may wait for approval before it has to be made anew. Default: 24h. Example: 24h',
    );
  });
});

describe('kubectl get', () => {
  test('shows what matters of a network', async () => {
    await server.create(sample('OptimismNetwork', {}, 'columns'));
    await server.client.mergePatch(
      { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace: server.namespace, name: 'columns' },
      {
        status: {
          phase: 'Installing',
          release: 'u18',
          plan: { hash: 'abcdef', kind: 'install', summary: 'install acme (14 steps)' },
          health: { unsafe: { number: 1204 }, safeLagSeconds: 36 },
        },
      },
      { subresource: 'status' },
    );
    expect(await rows('opnet', 'columns')).toEqual([
      'NAME PHASE PLAN UNSAFE SAFE LAG RELEASE AGE',
      expect.stringMatching(/^columns Installing install acme \(14 steps\) 1204 36 u18 \d+s$/),
    ]);
  });

  test('shows what matters of components', async () => {
    await server.create(sample('OpNode', {}, 'columns'));
    await server.client.mergePatch(
      { apiVersion: 'optimism.io/v1alpha1', kind: 'OpNode', namespace: server.namespace, name: 'columns' },
      { status: { phase: 'Ready', version: 'v1.16.11', unsafe: 7, sequencing: false } },
      { subresource: 'status' },
    );
    expect((await rows('opn', 'columns'))[1]).toMatch(/^columns acme Ready v1.16.11 Replica false 7 \d+s$/);
  });

  test('finds every kind by its short name, and all of them as opstack', async () => {
    for (const kind of KIND_NAMES) await server.create(sample(kind, {}, 'together'));
    for (const kind of KIND_NAMES) {
      const { shortNames, plural } = kinds[kind];
      expect(await names(shortNames[0] ?? '')).toContain(`${plural.slice(0, -1)}.optimism.io/together`);
    }
    expect((await names('opstack')).filter((name) => name.endsWith('/together'))).toHaveLength(KIND_NAMES.length);
  });
});

/** Lines of the table with single spaces. */
async function rows(resource: string, name: string): Promise<string[]> {
  const table = await kubectl(inject('kubeconfigPath'), '-n', server.namespace, 'get', resource, name);
  return table
    .trim()
    .split('\n')
    .map((line) => line.trim().replaceAll(/ +/g, ' '));
}

async function names(resource: string): Promise<string[]> {
  return (await kubectl(inject('kubeconfigPath'), '-n', server.namespace, 'get', resource, '-o', 'name'))
    .trim()
    .split('\n');
}

function at(schema: OpenApiSchema | undefined, [segment, ...rest]: readonly string[]): OpenApiSchema | undefined {
  if (segment === undefined) return schema;
  const next =
    segment === '[]' ? schema?.items : segment === '*' ? schema?.additionalProperties : schema?.properties?.[segment];
  return at(next, rest);
}
