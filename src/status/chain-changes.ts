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

/**
 * @param own contracts whose address is from the spec: it says nothing of L1
 * @returns nothing when the chain had not been read before
 */
export function changesOnChain(before: Known, now: Known, own: readonly string[] = []): ChainChange[] {
  if (before.contracts?.blockNumber === undefined) return [];
  const [old = new Map(), current = new Map()] = [before, now].map((known) => new Map(values(known)));
  const isSameVersion = before.contracts.version === now.contracts?.version;
  const isOwn = (field: string) =>
    own.some((contract) => field === `contracts.${contract}`) ||
    // It was until now.
    before.contracts?.contradictions?.some((text) => field === `contracts.${text.split(' ')[0]}`);
  return [...new Set([...old.keys(), ...current.keys()])].sort().flatMap((field): ChainChange[] => {
    const from = old.get(field);
    const to = current.get(field);
    if (from?.toLowerCase() === to?.toLowerCase() || isOwn(field)) return [];
    // Contracts of one version do not begin to tell more: the operator began to ask.
    if (from === undefined && isSameVersion && field.startsWith('contracts.')) return [];
    return [{ field, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  });
}

/** `on L1 at block 49: roles.batcher 0x… → 0x…; contracts.gameType 0 → 1` */
export function describeChanges(changes: readonly ChainChange[], block: number): string {
  const all = changes.map(({ field, from = 'none', to = 'none' }) => `${field} ${from} → ${to}`);
  return `on L1 at block ${block}: ${all.join('; ')}`;
}

/** Nothing of what was not read, or is from the spec or the rollup configuration. */
function values({ contracts = {}, roles = {} }: Known): (readonly [string, string])[] {
  const { implementations = {}, ...rest } = contracts;
  const ofChain = Object.entries(rest).filter(([name]) => !NOT_OF_THE_CHAIN.includes(name));
  const groups = {
    contracts: Object.fromEntries(ofChain),
    'contracts.implementations': implementations,
    roles,
  };
  return Object.entries(groups).flatMap(([group, fields]) =>
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [[`${group}.${name}`, String(value)] as const],
    ),
  );
}

const NOT_OF_THE_CHAIN: readonly string[] = ['blockNumber', 'unread', 'contradictions', 'unknownVersion', 'batchInbox'];
