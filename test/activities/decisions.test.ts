import { expect, test } from 'vitest';
import { decisionsOf } from '../../src/activities/gather/decisions.ts';

const network = (annotations: Record<string, string>) => ({
  apiVersion: 'optimism.io/v1alpha1',
  kind: 'OptimismNetwork',
  metadata: { name: 'acme', annotations },
});

const decide = (annotations: Record<string, string>) => decisionsOf(network(annotations));

test("a second person's word does not repeat the first one's", () => {
  const abort = { 'optimism.io/abort': '2026-11-21T10:00:00Z' };
  const [before] = decide({ ...abort, 'optimism.io/approver': 'ana' });
  const after = decide({
    ...abort,
    'optimism.io/retry': '2026-11-28T10:00:00Z',
    'optimism.io/approver': 'ben',
    'optimism.io/comment': 'mended',
  });
  expect(after.find(({ action }) => action === 'abort')?.key).toBe(before?.key);
  expect(after.find(({ action }) => action === 'retry')).toMatchObject({ by: 'ben', reason: 'mended' });
});

test('blocks are given up above a number, and nothing is made of what is none', () => {
  const [one, none] = ['5000 2026-11-28T10:00:00Z', 'all of them'].map(
    (value) => decide({ 'optimism.io/give-up-blocks': value })[0],
  );
  expect(one).toMatchObject({ action: 'giveUpBlocks', above: 5000 });
  expect(none).toMatchObject({ action: 'giveUpBlocks' });
  expect(none).not.toHaveProperty('above');
});

test('the same word with another value is another decision', () => {
  const [first] = decide({ 'optimism.io/approve': 'aaaaaaaa' });
  const [second] = decide({ 'optimism.io/approve': 'aaaaaaaa 2026-11-28T10:00:00Z' });
  expect(second).toMatchObject({ plan: 'aaaaaaaa' });
  expect(second?.key).not.toBe(first?.key);
});
