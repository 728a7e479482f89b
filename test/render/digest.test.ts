import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RenderInput, renderDigest, renderNetwork } from '../../src/render/index.ts';
import { GOLDEN_CASES, objectsOf } from './golden-cases.ts';
import { devnet, renderInput } from './render-input.ts';

/** The same JSON with the keys of every object in another order. */
function reordered(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((item) => reordered(item, seed));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, reordered(item, seed)] as const);
  const rotated = entries.map((_, index) => entries[(index + seed) % entries.length]);
  return Object.fromEntries(rotated.filter((entry) => entry !== undefined));
}

function digests(input: RenderInput): string[] {
  return renderNetwork(input).map(({ digest }) => digest);
}

describe('the digest of a render', () => {
  test('does not depend on the order of keys', () => {
    const objects = objectsOf(renderInput(devnet()));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), (seed) => {
        expect(renderDigest(reordered(objects, seed) as unknown[])).toBe(renderDigest(objects));
      }),
    );
  });

  test('depends on the order of objects and of list entries, and on every value', () => {
    const [first, second, ...rest] = objectsOf(renderInput(devnet()));
    if (first === undefined || second === undefined) throw new Error('too few objects');
    const digest = renderDigest([first, second, ...rest]);
    expect(renderDigest([second, first, ...rest])).not.toBe(digest);
    expect(renderDigest([{ ...first, kind: 'Secret' }, second, ...rest])).not.toBe(digest);
  });

  test('is the same for the same wish, however often it is rendered', () => {
    for (const { input } of GOLDEN_CASES) expect(digests(input())).toEqual(digests(input()));
  });

  test('does not depend on status, versions, annotations or finalizers of the custom resources', () => {
    const input = renderInput(devnet());
    const touched = <T extends { metadata: object }>(object: T): T => ({
      ...object,
      metadata: {
        ...object.metadata,
        resourceVersion: '77',
        generation: 9,
        annotations: { 'optimism.io/approve': 'x' },
      },
    });
    const later: RenderInput = {
      ...input,
      network: touched(input.network),
      nodes: input.nodes.map(touched),
      batchers: input.batchers.map(touched),
    };
    expect(digests(later)).toEqual(digests(input));
  });

  test('of one component does not change when another one is edited', () => {
    const before = renderNetwork(renderInput(devnet()));
    const after = renderNetwork(renderInput(devnet().replace('pollInterval: 1s', 'pollInterval: 2s')));
    const changed = after.filter(({ digest }, index) => digest !== before[index]?.digest);
    expect(changed.map(({ component }) => component.name)).toEqual(['devnet-batcher']);
  });

  test('of a sequencer does not change when replicas are added', () => {
    const scaled = devnet().replace('role: Replica', 'role: Replica\n  replicas: 3');
    const before = renderNetwork(renderInput(devnet()));
    const after = renderNetwork(renderInput(scaled));
    const changed = after.filter(({ digest }, index) => digest !== before[index]?.digest);
    expect(changed.map(({ component }) => component.name)).toEqual(['devnet-replica']);
  });
});

describe('a manifest', () => {
  test('never holds a secret: what is secret comes from an owned copy', () => {
    for (const { input } of GOLDEN_CASES) {
      for (const object of objectsOf(input())) {
        expect(object.kind).not.toBe('Secret');
        const text = JSON.stringify(object);
        for (const [, name, rest] of text.matchAll(
          /"name":"([A-Z0-9_]*(?:KEY|MNEMONIC|PASSWORD|TOKEN)[A-Z0-9_]*)"(,"value":"[^"]*")?/g,
        )) {
          // Paths to key files are no secrets.
          if (rest !== undefined) expect([name, rest]).toEqual([name, expect.stringContaining('"/')]);
        }
      }
    }
  });

  test('refers to copies of Secrets and never to those of the user, save for the certificate of a remote signer', () => {
    const names = GOLDEN_CASES.flatMap(({ input }) =>
      [...JSON.stringify(objectsOf(input())).matchAll(/"secretKeyRef":\{"name":"([^"]+)"|"secretName":"([^"]+)"/g)].map(
        ([, reference, mounted]) => reference ?? mounted,
      ),
    );
    const users = [...new Set(names)].filter((name) => !/-copy-|-jwt-|-p2p$/.test(name ?? ''));
    expect(users).toEqual(['signer-client']);
  });
});
