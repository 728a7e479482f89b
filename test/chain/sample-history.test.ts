import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rememberSample } from '../../src/chain/sample-history.ts';
import type { Sample } from '../../src/chain/samples.ts';
import { at, BATCHER, batch, failed, inbox, node, STRANGER } from '../plan/gates/scene.ts';

function remembered(count: number, make: (index: number) => Sample): readonly Sample[] {
  let history: readonly Sample[] = [];
  for (let index = 0; index < count; index++) history = rememberSample(history, make(index));
  return history;
}

describe('rememberSample', () => {
  it('keeps everything while it is little', () => {
    expect(remembered(20, (index) => at(index))).toHaveLength(20);
  });

  it('keeps the first and the newest, in order', () => {
    const history = remembered(200, (index) => at(index));
    expect(history.length).toBeLessThanOrEqual(24);
    const times = history.map((sample) => sample.at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBe(at(0).at);
    // What is between is spread over the whole time.
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(30_000);
    expect(times.slice(-8)).toEqual([192, 193, 194, 195, 196, 197, 198, 199].map((second) => at(second).at));
  });

  it('keeps the moment since when a head stands still, however long it had moved before', () => {
    const history = remembered(640, (index) =>
      at(index, { nodes: [node('acme-0', { unsafe: Math.min(index, 600) })] }),
    );
    expect(history.map((sample) => sample.at)).toContain(at(600).at);
    expect(history.length).toBeLessThanOrEqual(24);
  });

  it('keeps that moment also when the node did not answer in between', () => {
    const history = remembered(60, (index) =>
      at(index, {
        nodes: [node('acme-0', index === 30 ? { syncReading: failed() } : { unsafe: Math.min(index, 10) })],
      }),
    );
    expect(history.map((sample) => sample.at)).toContain(at(10).at);
  });

  it('never forgets the first and the last inbox transaction of a sender, and none is there twice', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 119 }), { minLength: 1, maxLength: 30 }), (blocks) => {
        const history = remembered(120, (index) =>
          at(index, { inbox: inbox(index, ...(blocks.includes(index) ? [batch(index), batch(index, STRANGER)] : [])) }),
        );
        const seen = history.flatMap((sample) => (sample.inbox?.ok ? sample.inbox.value.transactions : []));
        expect(new Set(seen.map(({ hash }) => hash)).size).toBe(seen.length);
        for (const sender of [BATCHER, STRANGER]) {
          const numbers = seen.flatMap(({ from, blockNumber }) => (from === sender ? [blockNumber] : []));
          expect(Math.min(...numbers)).toBe(Math.min(...blocks));
          expect(Math.max(...numbers)).toBe(Math.max(...blocks));
        }
        expect(history.at(-1)?.inbox).toMatchObject({ value: { toBlock: 119 } });
      }),
      { numRuns: 30 },
    );
  });

  it('stays small beside somebody who sends all day', () => {
    const history = remembered(2000, (index) => at(index, { inbox: inbox(index, batch(index)) }));
    expect(JSON.stringify(history).length).toBeLessThan(32 * 1024);
  });

  it('stays small with many nodes', () => {
    const nodes = Array.from({ length: 12 }, (_, index) => node(`acme-${index}`));
    const history = remembered(100, (index) => at(index, { nodes }));
    expect(JSON.stringify(history).length).toBeLessThan(128 * 1024);
    expect(history.length).toBeGreaterThanOrEqual(5);
  });

  const crowd = (unsafe: number) => Array.from({ length: 149 }, (_, index) => node(`many-${index}`, { unsafe }));

  it('stays as small as two samples with very many nodes, and they are far enough apart to be compared', () => {
    let history: readonly Sample[] = [];
    const gaps: number[] = [];
    for (let second = 0; second < 200; second++) {
      history = rememberSample(
        history,
        at(second, { nodes: [...crowd(second), node('silent-0', { syncReading: failed() })] }),
      );
      expect(history.length).toBeLessThanOrEqual(2);
      gaps.push((history.at(-1)?.at ?? 0) - (history[0]?.at ?? 0));
    }
    expect(history.at(-1)?.at).toBe(at(199).at);
    expect(Math.max(...gaps.slice(-30))).toBeGreaterThan(20_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(30_000);
  });

  it('keeps of very many nodes the moment since when a head stands still, however long that is', () => {
    const history = remembered(200, (index) => at(index, { nodes: crowd(Math.min(index, 10)) }));
    expect(history).toHaveLength(2);
    expect((history.at(-1)?.at ?? 0) - (history[0]?.at ?? 0)).toBeGreaterThan(150_000);
  });
});
