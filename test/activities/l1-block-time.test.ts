import { describe, expect, it } from 'vitest';
import { l1BlockSeconds } from '../../src/activities/gather/l1-block-time.ts';
import type { OptimismNetwork } from '../../src/api/optimism-network.ts';
import { node } from '../plan/gates/scene.ts';

const on = (chainId: number, more = {}) => ({ spec: { l1: { chainId, ...more } } }) as unknown as OptimismNetwork;

/** Heads of an L1 whose blocks take so many seconds; the last final one is so many blocks ago. */
function heads(blockSeconds: number, behind = 64, finalized = 1000) {
  const { sync } = node('acme-sequencer-0');
  if (!sync.ok) throw new Error('the scene has no heads');
  const ref = (number: number, timestamp: number) => ({ number, hash: '0x11', timestamp });
  return {
    ...sync.value,
    finalizedL1: ref(finalized, 1_800_000_000),
    headL1: ref(finalized + behind, 1_800_000_000 + behind * blockSeconds),
  };
}

describe('the time between two L1 blocks', () => {
  it('is 12 s on Ethereum, whatever is seen and set', () => {
    expect(l1BlockSeconds(on(1, { httpPollInterval: '1s' }), undefined, heads(2))).toBe(12);
  });

  it('is measured on any other L1', () => {
    expect(l1BlockSeconds(on(900), undefined, heads(2))).toBe(2);
    expect(l1BlockSeconds(on(900, { httpPollInterval: '12s' }), 900, heads(1))).toBe(1);
  });

  it('is what the nodes are told to poll at while nothing can be measured', () => {
    for (const seen of [undefined, heads(2, 3), heads(2, 64, 0)]) {
      expect(l1BlockSeconds(on(900, { httpPollInterval: '3s' }), undefined, seen)).toBe(3);
      expect(l1BlockSeconds(on(900), undefined, seen)).toBe(12);
    }
  });
});
