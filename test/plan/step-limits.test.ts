import { describe, expect, it } from 'vitest';
import { rollout } from '../../src/api/rollout.ts';
import { stepLimits } from '../../src/plan/step-limits.ts';

const facts = { blockTimeSeconds: 2, maxChannelDuration: 0, l1BlockTimeSeconds: 12 };

describe('how long steps may take', () => {
  it('comes from the spec, in seconds', () => {
    const { gates } = rollout.parse({ gates: { nodeSync: { timeout: '1h30m' }, engineReady: { timeout: '90s' } } });
    expect(stepLimits({ ...rollout.parse({}), gates }, facts)).toMatchObject({
      nodeSyncSeconds: 5400,
      engineReadySeconds: 90,
      podsSeconds: 90,
    });
  });

  it('is long enough for one and a half channels of a batcher that sends rarely', () => {
    const short = rollout.parse({ gates: { batching: { safeHeadTimeout: '1m' } } });
    expect(stepLimits(short, facts).batchingSeconds).toBe(60);
    expect(stepLimits(short, { ...facts, maxChannelDuration: 1500 }).batchingSeconds).toBe(1.5 * 1500 * 12);
  });

  it('leaves a person a day to switch off what else sequences or batches', () => {
    const { foreignSequencerSeconds, foreignBatcherSeconds } = stepLimits(rollout.parse({}), facts);
    expect([foreignSequencerSeconds, foreignBatcherSeconds]).toEqual([86_400, 86_400]);
  });
});
