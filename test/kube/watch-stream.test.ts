import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeWatchStream, type WatchEvent } from '../../src/kube/watch-stream.ts';
import { configMap } from './misbehaving-server.ts';

const TYPE = { apiVersion: 'v1', kind: 'ConfigMap' };

async function decode(chunks: readonly Uint8Array[]): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of decodeWatchStream(streamOf(chunks), TYPE)) events.push(event);
  return events;
}

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

describe('a watch stream', () => {
  it('gives the same events however the network cuts it', async () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 });
    const cuts = fc.array(fc.nat({ max: 2000 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(texts, cuts, async (values, positions) => {
        const objects = values.map((text, i) => configMap(`c${i}`, i, { text }));
        const bytes = Buffer.from(objects.map((object) => line('ADDED', object)).join(''));
        const ends = [...new Set(positions.map((position) => position % bytes.length))].sort((a, b) => a - b);
        const chunks = [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
        expect(await decode(chunks)).toEqual(objects.map((object) => ({ type: 'ADDED', object })));
      }),
      { numRuns: 200 },
    );
  });

  it('drops what follows the last newline, because the connection was cut there', async () => {
    const text = line('ADDED', configMap('a', 1)) + line('ADDED', configMap('b', 2)).slice(0, -10);
    expect(await decode([Buffer.from(text)])).toHaveLength(1);
  });

  it('gives objects their kind where only metadata was asked for', async () => {
    const partial = { ...configMap('a', 1), apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata' };
    expect(await decode([Buffer.from(line('ADDED', partial))])).toMatchObject([{ object: TYPE }]);
  });

  it('throws for an ERROR event, with the time to wait that the server asks for', async () => {
    const status = { kind: 'Status', code: 429, message: 'slow down', details: { retryAfterSeconds: 3 } };
    await expect(decode([Buffer.from(line('ERROR', status))])).rejects.toMatchObject({
      status: 429,
      retryAfterSeconds: 3,
    });
  });

  it('decodes 50,000 events in seconds', async () => {
    const bytes = Buffer.from(
      Array.from({ length: 50_000 }, (_, i) => line('MODIFIED', configMap(`c${i}`, i))).join(''),
    );
    const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) =>
      bytes.subarray(i * 65_536, (i + 1) * 65_536),
    );
    const began = performance.now();
    expect(await decode(chunks)).toHaveLength(50_000);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
