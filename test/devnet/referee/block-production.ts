/** What a stretch of events says of who made blocks, and whether any came late or was replaced. Pure. */
import type { LedgerEvent } from '../ledger/events.ts';

/** `<OpNode> started by rpc`: each start and stop of a sequencer, in order. */
export function sequencerMoves(events: readonly LedgerEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type !== 'sequencer-started' && event.type !== 'sequencer-stopped') return [];
    const node = event.node.replace(/^.*\/(.*)-0$/, '$1');
    return [`${node} ${event.type === 'sequencer-started' ? 'started' : 'stopped'} by ${event.by}`];
  });
}

/**
 * Seconds from the last block of each sequencer that stopped to the first one of whoever went on. The rest of the time
 * between blocks says how busy the machine is that all of them are simulated on.
 */
export function handOverGaps(events: readonly LedgerEvent[]): number[] {
  const isBlock = ({ type }: LedgerEvent) => type === 'block-produced';
  return events.flatMap((event, index) => {
    if (event.type !== 'sequencer-stopped') return [];
    const last = events.slice(0, index).findLast(isBlock);
    const next = events.slice(index).find(isBlock);
    return last && next ? [(next.at - last.at) / 1000] : [];
  });
}

/** What happened around each stop of a sequencer, in seconds before and after it: for whoever wonders about a gap. */
export function aroundHandOvers(events: readonly LedgerEvent[]): string[] {
  return events.flatMap((stop) => {
    if (stop.type !== 'sequencer-stopped') return [];
    const near = events.filter(({ at }) => Math.abs(at - stop.at) < 5000);
    return near.map((event) => {
      const number = 'block' in event && typeof event.block === 'object' ? ` ${event.block.number}` : '';
      return `${((event.at - stop.at) / 1000).toFixed(3)} ${event.node} ${event.type}${number}`;
    });
  });
}

/** Heights at which more than one block was made: all but one of them are lost. */
export function replacedBlocks(events: readonly LedgerEvent[]): number[] {
  const numbers = events.flatMap((event) => (event.type === 'block-produced' ? [event.block.number] : []));
  return [...new Set(numbers.filter((number, index) => numbers.indexOf(number) !== index))];
}
