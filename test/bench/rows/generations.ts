/** Discovery of contracts of every generation, as an L1 endpoint was recorded to answer for them. */
import { discover } from '../../../src/chain/discovery/discover.ts';
import { type Recording, readRecording, replayL1 } from '../../chain/l1-replay.ts';
import { atMost, type Row } from '../row.ts';
import { percentile } from '../statistics.ts';

type Recorded = Recording & { readonly expected: { readonly addresses: Readonly<Record<string, string | null>> } };

const RELEASES = ['v1.2', 'v1.3', 'v1.4', 'v1.6', 'v1.8', 'v2.0', 'v3.0', 'v4.0', 'v4.1', 'v5.0', 'v6.0', 'v7.0'];

export const generations: Row = {
  name: 'generations',
  what: 'discovery of contracts of each generation',
  targets: [atMost('round trips', 3, '')],
  size: { runs: { usual: 50, of: 'discoveries of each' } },
  async measure({ runs }) {
    const measured: { release: string; p50: number; trips: number }[] = [];
    for (const release of RELEASES) measured.push({ release, ...(await measureOne(`${release}.0`, runs)) });
    return {
      figures: [
        { name: 'round trips', value: Math.max(...measured.map(({ trips }) => trips)), unit: '' },
        ...measured.map(({ release, p50 }) => ({ name: `${release} p50`, value: p50, unit: 'ms' })),
      ],
      under: `${runs} discoveries of each, on recordings that the process of the bench serves: both sides of a request are in the figure; contracts of v1.2 with the addresses that a registry has`,
    };
  },
};

async function measureOne(name: string, runs: number): Promise<{ p50: number; trips: number }> {
  const recording = readRecording<Recorded>(name);
  const { systemConfig, chainId, expected } = recording;
  const known = Object.entries(expected.addresses).flatMap(([contract, address]) =>
    address ? [[contract, address]] : [],
  );
  await using l1 = await replayL1(recording);
  const options = {
    l1: l1.url,
    systemConfig,
    expected: { l1ChainId: chainId },
    given: { registry: Object.fromEntries(known) },
  };
  await discover(options);
  const asked = l1.requests;
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const from = performance.now();
    await discover(options);
    times.push(performance.now() - from);
  }
  return { p50: percentile(times, 50), trips: (l1.requests - asked) / runs };
}
