/** From the address of a SystemConfig to all contracts and roles of a chain. */
import { type Channel, channel } from 'node:diagnostics_channel';
import { discover } from '../../../src/chain/discovery/discover.ts';
import { deployContracts } from '../../devnet/servers/contracts.ts';
import { jsonRpc } from '../../devnet/servers/json-rpc.ts';
import { type L1, startL1 } from '../../devnet/servers/l1.ts';
import { waitUntil } from '../../devnet/servers/wait-until.ts';
import type { Stage, StageType } from '../bench.ts';
import { atMost, distribution, type Row } from '../row.ts';

/** Tells discovery from the clock of the L1, which calls it from this process as well; anvil ignores a query. */
const MARK = '/?discovery';

interface L1Stage extends Stage {
  readonly l1: L1;
}

const onlyL1: StageType<L1Stage> = {
  name: 'an L1',
  async open({ dir }) {
    const l1 = await startL1({ dir });
    return { l1, close: () => l1.stop() };
  },
};

export const discovery: Row = {
  name: 'discovery',
  what: 'discovery of a chain’s contracts and roles on a local L1',
  targets: [atMost('round trips', 3, ''), atMost('p50', 200, 'ms')],
  size: { runs: { usual: 100, of: 'discoveries' } },
  async measure(bench) {
    const { l1 } = await bench.on(onlyL1);
    const { addresses, l2ChainId, startBlock } = await deployContracts(l1, { l2ChainId: 901 });
    const systemConfig = addresses['SystemConfigProxy'] ?? '';
    await waitUntil('the contracts are final', async () => {
      const { number } = await jsonRpc<{ number: string }>(l1.rpcUrl, 'eth_getBlockByNumber', ['finalized', false]);
      return Number(number) >= startBlock.number ? true : undefined;
    });
    const options = {
      l1: `${l1.rpcUrl}${MARK}`,
      systemConfig,
      expected: { l1ChainId: l1.chainId, l2ChainId },
      l1GenesisNumber: startBlock.number,
    };
    await discover(options);
    const times: number[] = [];
    const trips: number[] = [];
    for (let run = 0; run < bench.runs; run++) {
      const counter = countRoundTrips();
      const from = performance.now();
      await discover(options);
      times.push(performance.now() - from);
      trips.push(counter.stop());
    }
    return {
      figures: [{ name: 'round trips', value: Math.max(...trips), unit: '' }, ...distribution(times, 'ms')],
      under: 'anvil with a block each second; requests that are under way at the same time are one round trip',
    };
  },
};

function countRoundTrips(): { stop(): number } {
  let underWay = 0;
  let trips = 0;
  const begun = (message: unknown) => {
    if (!isDiscovery(message)) return;
    if (underWay === 0) trips += 1;
    underWay += 1;
  };
  const ended = (message: unknown) => {
    if (isDiscovery(message)) underWay -= 1;
  };
  const subscriptions: [Channel, (message: unknown) => void][] = [
    [channel('undici:request:create'), begun],
    [channel('undici:request:trailers'), ended],
    [channel('undici:request:error'), ended],
  ];
  for (const [source, listener] of subscriptions) source.subscribe(listener);
  return {
    stop() {
      for (const [source, listener] of subscriptions) source.unsubscribe(listener);
      return trips;
    },
  };
}

/** What `fetch` says of its requests: {request: {path}}. */
function isDiscovery(message: unknown): boolean {
  return (message as { request?: { path?: string } }).request?.path === MARK;
}
