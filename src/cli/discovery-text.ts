/** What `opstack discover` has found, for people. Pure. A new fact is a row of its section. */
import { GAME_TYPE_NAMES, GAME_TYPES } from '../api/game-type.ts';
import type { AnchorState } from '../chain/discovery/anchor-state.ts';
import type { Discovery, RegisteredGame } from '../chain/discovery/discovery.ts';
import type { StandardRelease } from '../chain/standard-release.ts';
import { columns, ether, grouped, type Paint } from './output.ts';
import type { Comparison } from './registry-differences.ts';

/** What is read: also the anchor, which moves by itself. */
export interface Discovered extends Discovery {
  readonly anchor?: AnchorState;
  /** The release of op-contracts that the contracts are nearest to. */
  readonly standard?: StandardRelease;
}

/** Rows without a value are left out. */
type Row = readonly [label: string, value: string | undefined];

export function discoveryText(discovery: Discovered, comparison: Comparison | undefined, paint: Paint): string {
  const lines = [
    ...section('CHAIN', chainRows(discovery, paint), paint),
    ...section('CONTRACTS', contractRows(discovery), paint),
    ...section('ROLES', Object.entries(discovery.roles), paint),
    ...section('GAME', gameRows(discovery, paint), paint),
    ...section('NOT AS IN THE RELEASE', differenceRows(discovery), paint),
    ...section('OTHER GAMES', otherGameRows(discovery), paint),
    ...section('IMPLEMENTATIONS', Object.entries(discovery.implementations), paint),
    ...section('FLAGS', flagRows(discovery, paint), paint),
    ...section('COULD NOT BE READ', unreadableRows(discovery, paint), paint),
  ];
  const [, head = [], ...rows] = lines;
  return columns(head, rows) + (comparison ? `\n${comparisonText(comparison, paint)}` : '');
}

/** An empty line, the title and the rows; nothing without rows. */
function section(title: string, rows: readonly Row[], paint: Paint): string[][] {
  const known = rows.flatMap(([label, value]) => (value === undefined ? [] : [[label, value]]));
  return known.length === 0 ? [] : [['', ''], [paint('bold', title), ''], ...known];
}

function chainRows(discovery: Discovered, paint: Paint): Row[] {
  const { standard } = discovery;
  const { l1ChainId, blockNumber, blockHash, generation, version, l2ChainId, startBlock, gasLimit, mode } = discovery;
  return [
    ['read at', `block ${grouped(blockNumber)} of L1 chain ${l1ChainId}`],
    ['block hash', blockHash],
    ['generation', `${generation} (SystemConfig ${version})`],
    [
      '',
      discovery.isUnknownVersion ? paint('yellow', 'newer than this program knows: what answers is shown') : undefined,
    ],
    ['release', standard && standardText(standard)],
    ['L2 chain id', l2ChainId],
    ['deployed in', startBlock === undefined ? undefined : `L1 block ${grouped(startBlock)}`],
    ['L2 gas limit', grouped(Number(gasLimit))],
    ['withdrawals', mode === 'disputeGames' ? 'proven by dispute games' : 'proven by outputs in an L2OutputOracle'],
  ];
}

function contractRows({ addresses, given }: Discovery): Row[] {
  return Object.entries(addresses).map(([contract, address]) => [
    contract,
    given.includes(contract) ? `${address} (not told by L1)` : address,
  ]);
}

function gameRows({ gameType, respectedGame: game, registeredGameTypes, anchor }: Discovered, paint: Paint): Row[] {
  if (gameType === undefined) return [];
  return [
    ['respected type', gameTypeText(gameType)],
    ['implementation', game?.implementation ?? paint('yellow', 'none: nobody can make a game of this type')],
    ['version', game?.version],
    ['absolute prestate', game?.absolutePrestate],
    ['vm', game?.vm],
    ['verifier', game?.verifier],
    ['anchor', anchor && `${anchor.root} at ${anchor.l2SequenceNumber}`],
    ['bond', game?.initBondWei === undefined ? undefined : ether(game.initBondWei)],
    ['registered types', registeredGameTypes.map(gameTypeText).join(', ') || 'none'],
  ];
}

function standardText({ release, alike, differences }: StandardRelease): string {
  const others = alike.length > 0 ? `, or ${alike.join(', ')}` : '';
  const different = new Set(differences.map(({ contract }) => contract));
  return `${release}${others}${different.size > 0 ? `, but for ${[...different].join(', ')}` : ''}`;
}

function differenceRows({ standard }: Discovered): Row[] {
  return (standard?.differences ?? []).map(({ contract, what, found, standard: wanted }) => [
    contract,
    `${what} ${found}, in the release ${wanted}`,
  ]);
}

function otherGameRows({ games, gameType }: Discovery): Row[] {
  return games.filter(({ type }) => type !== gameType).map((game) => [gameTypeText(game.type), otherGameText(game)]);
}

function otherGameText({ implementation, version, absolutePrestate, proposer }: RegisteredGame): string {
  const facts = [
    version && `(${version})`,
    absolutePrestate && `prestate ${absolutePrestate}`,
    proposer && `proposer ${proposer}`,
  ];
  return [implementation, ...facts.filter(Boolean)].join(' ');
}

function flagRows({ paused }: Discovery, paint: Paint): Row[] {
  return [['paused', paused === undefined ? undefined : paused ? paint('red', 'yes') : 'no']];
}

function unreadableRows({ unreadable }: Discovery, paint: Paint): Row[] {
  return unreadable.map((getter) => [
    paint('yellow', getter),
    'does not answer, or with something that is not understood',
  ]);
}

/** `1 (permissioned)`; the number alone of a type that has no name in op-challenger. */
function gameTypeText(type: number): string {
  const name = GAME_TYPE_NAMES.find((known) => GAME_TYPES[known] === type);
  return name === undefined ? String(type) : `${type} (${name})`;
}

function comparisonText({ network, compared, differences }: Comparison, paint: Paint): string {
  if (differences.length === 0)
    return `${paint('green', `All ${compared} addresses that the superchain registry has of ${network}, too, are the same.`)}\n`;
  const title = `${differences.length} of ${compared} addresses differ from the superchain registry's ${network}:`;
  const rows = differences.map(({ field, registry, l1, note = '' }) => [field, registry, l1, note]);
  return `${paint('yellow', title)}\n${columns(['FIELD', 'REGISTRY', 'L1', ''], rows)}`;
}
