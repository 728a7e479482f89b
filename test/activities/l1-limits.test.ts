import { describe, expect, it } from 'vitest';
import type { CompleteWish } from '../../src/activities/desire.ts';
import { checkChain } from '../../src/activities/gather/check-chain.ts';
import { type Fault, faultyProvider } from '../chain/faulty-provider.ts';
import { readRecording } from '../chain/l1-replay.ts';

const recording = readRecording('v1.8.0');
const { signal } = new AbortController();

/** What is looked at of a network. */
function wishOn(l1Url: string): CompleteWish {
  const rollup = {
    l1_chain_id: 900,
    l2_chain_id: 901,
    l1_system_config_address: recording.systemConfig,
    genesis: { l1: { number: 1, hash: recording.block.hash } },
  };
  const wish: unknown = { l1Url, files: { rollup }, network: { spec: { contracts: {}, l1: {} } } };
  return wish as CompleteWish;
}

const limited = (headers: Record<string, string>): Fault => ({ http: () => ({ status: 429, headers, body: '' }) });

describe('the check of a chain whose L1 endpoint is over its limit', () => {
  it('does not ask again before the endpoint wants to be asked, for no network, and says why', async () => {
    await using l1 = await faultyProvider(recording, limited({ 'retry-after': '60' }));
    const check = (now: number) => checkChain(wishOn(l1.url), { installed: false, now, signal });
    const refusal = { problems: [{ type: 'L1Unavailable', message: expect.stringContaining('HTTP 429') }] };
    expect(await check(1_000_000)).toMatchObject(refusal);
    expect(await check(1_059_999)).toMatchObject(refusal);
    expect(l1.asked).toHaveLength(1);
    expect(await check(1_060_000)).toMatchObject(refusal);
    expect(l1.asked).toHaveLength(2);
  });

  it('asks at the next look where the endpoint does not say', async () => {
    await using l1 = await faultyProvider(recording, limited({}));
    const check = () => checkChain(wishOn(l1.url), { installed: true, now: 1_000_000, signal });
    expect(await check()).toEqual({ problems: [] });
    expect(await check()).toEqual({ problems: [] });
    expect(l1.asked).toHaveLength(2);
  });

  it('asks again as soon as the time has come, and finds the chain', async () => {
    let isLimited = true;
    await using l1 = await faultyProvider(recording, {
      http: () => (isLimited ? { status: 429, headers: { 'retry-after': '5' }, body: '' } : undefined),
    });
    const check = (now: number) => checkChain(wishOn(l1.url), { installed: true, now, signal });
    expect(await check(0)).toEqual({ problems: [] });
    isLimited = false;
    expect((await check(4_999)).discovery).toBeUndefined();
    expect((await check(5_000)).discovery).toMatchObject({ generation: 'v1.8' });
  });
});
