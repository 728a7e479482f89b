/** What is otherwise on L1 than it was: contracts, versions, game type, roles. Pure. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';

export interface ChainChange {
  /** As in status: `roles.batcher`, `contracts.gameType`. */
  readonly field: string;
  /** Absent: there was none. */
  readonly from?: string;
  /** Absent: there is none any more. */
  readonly to?: string;
}

type Known = Pick<OptimismNetworkStatus, 'contracts' | 'roles'>;

/** @returns nothing when the chain had not been read before */
export function changesOnChain(before: Known, now: Known): ChainChange[] {
  if (before.contracts?.blockNumber === undefined) return [];
  const [old, current] = [before, now].map((known) => new Map(values(known)));
  const fields = [...new Set([...(old?.keys() ?? []), ...(current?.keys() ?? [])])].sort();
  return fields.flatMap((field) => {
    const from = old?.get(field);
    const to = current?.get(field);
    if (from?.toLowerCase() === to?.toLowerCase()) return [];
    return [{ field, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  });
}

/** `on L1 at block 49: roles.batcher 0x… → 0x…; contracts.gameType 0 → 1` */
export function describeChanges(changes: readonly ChainChange[], block: number): string {
  const all = changes.map(({ field, from = 'none', to = 'none' }) => `${field} ${from} → ${to}`);
  return `on L1 at block ${block}: ${all.join('; ')}`;
}

/** What was not read, and what the spec says beside it, is no change of the chain. */
function values({ contracts = {}, roles = {} }: Known): (readonly [string, string])[] {
  const {
    implementations = {},
    unread: _,
    contradictions: __,
    blockNumber: ___,
    unknownVersion: ____,
    ...rest
  } = contracts;
  const groups = { contracts: rest, 'contracts.implementations': implementations, roles };
  return Object.entries(groups).flatMap(([group, fields]) =>
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [[`${group}.${name}`, String(value)] as const],
    ),
  );
}
