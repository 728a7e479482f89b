import { describe, expect, test } from 'vitest';
import { BackOff, goDuration } from './back-off.ts';
import { createClock } from './clock.ts';
import { parseImageName } from './image-name.ts';
import { reserveLoopbackAddress } from './loopback-address.ts';
import { parseQuantity } from './quantity.ts';

describe('the back-off', () => {
  /** A clock that only moves when it is told to. */
  function manualClock() {
    let seconds = 0;
    const start = new Date(0);
    return {
      ...createClock(1),
      now: () => new Date(start.getTime() + seconds * 1000),
      secondsSince: (moment: Date) => seconds - moment.getTime() / 1000,
      pass: (more: number) => {
        seconds += more;
      },
    };
  }

  test('is 0, 10, 20 … and at most 300 seconds', () => {
    const clock = manualClock();
    const backOff = new BackOff(clock);
    const waits = Array.from({ length: 8 }, () => {
      const wait = backOff.remaining(clock.now());
      clock.pass(wait);
      backOff.advance();
      return wait;
    });
    expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  test('counts from the failure', () => {
    const clock = manualClock();
    const backOff = new BackOff(clock);
    backOff.advance();
    const failedAt = clock.now();
    clock.pass(4);
    expect(backOff.remaining(failedAt)).toBe(6);
  });

  test('is forgotten after ten minutes without a failure', () => {
    const clock = manualClock();
    const backOff = new BackOff(clock);
    backOff.advance();
    backOff.advance();
    clock.pass(601);
    expect(backOff.remaining(clock.now())).toBe(0);
  });

  test('prints as Go does', () => {
    expect([10, 40, 160, 300].map(goDuration)).toEqual(['10s', '40s', '2m40s', '5m0s']);
  });
});

describe('an image name', () => {
  test.for([
    ['us-docker.pkg.dev/oplabs-tools-artifacts/images/op-node:v1.16.11', 'op-node', 'v1.16.11'],
    ['localhost:5000/op-geth', 'op-geth', 'latest'],
    ['busybox', 'busybox', 'latest'],
    [`registry.test/op-batcher:v1@sha256:${'a'.repeat(64)}`, 'op-batcher', 'v1'],
  ] as const)('%s is the program %s with tag %s', ([image, program, tag]) => {
    expect(parseImageName(image)).toMatchObject({ program, tag });
  });
});

describe('a quantity', () => {
  test.for([
    ['100m', 0.1],
    ['2', 2],
    ['1Gi', 2 ** 30],
    ['1.5k', 1500],
    ['1e3', 1000],
  ] as const)('%s is %d', ([quantity, value]) => {
    expect(parseQuantity(quantity)).toBeCloseTo(value);
  });

  test('is refused when it is none', () => {
    expect(() => parseQuantity('1Xi')).toThrow('"1Xi" is not a quantity');
  });
});

describe('a loopback address', () => {
  test('is the same for the same seed, but never given twice', async () => {
    const first = await reserveLoopbackAddress('test seed');
    const second = await reserveLoopbackAddress('test seed');
    expect(second.ip).not.toBe(first.ip);
    first.release();
    const third = await reserveLoopbackAddress('test seed');
    expect(third.ip).toBe(first.ip);
    second.release();
    third.release();
  });
});
