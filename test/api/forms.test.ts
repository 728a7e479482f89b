import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openApiSchema } from '../../src/api/crd/definition.ts';
import { KIND_NAMES } from '../../src/api/names.ts';
import { type ApiServer, connectApiServer } from './api-server.ts';
import { documentedExample, exampleOf, plant } from './plant.ts';
import { type RawObject, sample } from './sample-objects.ts';
import { type Field, fieldsOf } from './schema-fields.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(async () => {
  await server.close();
});

/** Fields whose text has a form, and the words of that form. */
function formsOf(fields: readonly Field[]): { field: Field; words: string }[] {
  return fields.flatMap((field) => {
    const form = field.schema['x-kubernetes-validations']?.find(({ rule }) => rule.startsWith("self.matches('"));
    return form === undefined || field.schema.type !== 'string' ? [] : [{ field, words: form.message }];
  });
}

describe.each(KIND_NAMES)('texts with a form in %s', (kind) => {
  const forms = formsOf(fieldsOf(kind));

  test('the documented example has the form, and something else is refused with that example', async () => {
    expect(forms.length).toBeGreaterThan(10);
    for (const { field, words } of forms) {
      const example = documentedExample(field.schema);
      expect(words, field.path.join('.')).toMatch(
        new RegExp(`^must be .+, for example ${literally(example ?? '(none)')}$`),
      );
      expect(await causesAt(field, example), `good ${field.path.join('.')}`).not.toContainEqual(
        expect.stringContaining(words),
      );
      expect(await causesAt(field, ' not this '), `bad ${field.path.join('.')}`).toContainEqual(
        expect.stringContaining(words),
      );
    }
  });
});

test('a field into which people paste secrets is refused without repeating them', async () => {
  const secret = 'correct horse battery staple';
  const fields = KIND_NAMES.flatMap(fieldsOf).filter(
    ({ path }) => /^(url|endpoint|prestatesUrl)$/.test(path.at(-1) ?? '') || isSecretReference(path),
  );
  const texts = fields.filter(({ schema, path }) => schema.type === 'string' && path[0] === 'spec');
  expect(texts.length).toBeGreaterThan(30);
  for (const field of texts) {
    const causes = await causesAt(field, secret);
    expect(causes.length, field.path.join('.')).toBeGreaterThan(0);
    expect(causes.join(), field.path.join('.')).not.toContain('horse');
  }
});

function isSecretReference(path: readonly string[]): boolean {
  return /secret(Key)?Ref$/i.test(path.at(-2) ?? '');
}

async function causesAt({ kind, path }: Field, value: unknown): Promise<readonly string[]> {
  const object = plant(sample(kind), openApiSchema(kind), path, value) as RawObject;
  return (await server.judge(object)).causes;
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

test('examples of required fields make an object', () => {
  expect(exampleOf(openApiSchema('OpNode'))).toMatchObject({
    spec: { networkRef: { name: 'acme' }, role: 'Sequencer' },
  });
});
