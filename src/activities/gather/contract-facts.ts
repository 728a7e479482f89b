/** What L1 says of how the chain's state is proposed: read now, or as the status still knows it while L1 does not answer. */
import { GAME_TYPE_NAMES, GAME_TYPES, GAMES_WITHOUT_PROGRAM, type GameTypeName } from '../../api/game-type.ts';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { Discovery } from '../../chain/discovery/discovery.ts';
import type { ComponentRef, PointOfNoReturn } from '../../contract/plan.ts';
import type { ContractFacts } from '../../render/input.ts';
import type { StatefulSetSpec } from '../../render/manifest.ts';
import type { StoredRender } from '../state/render-store.ts';
import type { Verified } from './rolled-out.ts';
import type { Wish } from './wish.ts';

/** @returns undefined before L1 has been read for the first time */
export function contractFacts(
  discovery: Discovery | undefined,
  { contracts }: OptimismNetworkStatus,
): ContractFacts | undefined {
  if (discovery) {
    const { addresses, gameType, registeredGameTypes } = discovery;
    return {
      disputeGameFactory: addresses['disputeGameFactory'],
      l2OutputOracle: addresses['l2OutputOracle'],
      gameType,
      registeredGameTypes,
    };
  }
  if (contracts?.blockNumber === undefined) return undefined;
  const { disputeGameFactory, l2OutputOracle, gameType } = contracts;
  // What is registered beside the respected type is what the challengers play already: they never drop one.
  return { disputeGameFactory, l2OutputOracle, gameType, registeredGameTypes: [] };
}

/** Prestate of the respected game, where a program decides it: nothing is fetched for others. */
export function respectedPrestate(discovery: Discovery | undefined): string | undefined {
  const { type, absolutePrestate } = discovery?.respectedGame ?? {};
  return isDecidedByProgram(type) ? absolutePrestate : undefined;
}

/** Prestate of the game that L1 is to respect next, where the wish names it: it is there before anything is stopped. */
export function comingPrestate({ network }: Pick<Wish, 'network'>): string | undefined {
  const upgrade = network?.spec.contracts.upgrade;
  return isDecidedByProgram(upgrade?.gameType) ? upgrade?.absolutePrestate?.toLowerCase() : undefined;
}

function isDecidedByProgram(type: number | undefined): boolean {
  return !GAMES_WITHOUT_PROGRAM.some((name) => GAME_TYPES[name] === type);
}

/** As op-challenger v1.8.0 calls it, and as every version does. */
const GAME_TYPES_VARIABLES = ['OP_CHALLENGER_GAME_TYPES', 'OP_CHALLENGER_TRACE_TYPE'];

/** Types of games that the challengers of a network have been rolled out with, by name. */
export function playedGameTypes(verified: readonly Verified[]): (challenger: string) => readonly GameTypeName[] {
  return (name) => {
    const found = verified.find(({ component }) => component.kind === 'OpChallenger' && component.name === name);
    const types = (found ? valuesIn(found, GAME_TYPES_VARIABLES) : []).flatMap((value) => value.split(','));
    return GAME_TYPE_NAMES.filter((type) => types.includes(type));
  };
}

/** Types of games that the proposer of a network has been rolled out with. */
export function proposedGameTypes(verified: readonly Verified[]): number[] {
  return verified
    .filter(({ component }) => component.kind === 'OpProposer')
    .flatMap((proposer) => valuesIn(proposer, ['OP_PROPOSER_GAME_TYPE']).map(Number));
}

/** At once: L1 does not respect any more what was proposed before, and what is wished is another game. */
export function proposesInVain(
  component: ComponentRef,
  [before, after]: readonly (StoredRender | undefined)[],
  respected: number | undefined,
): PointOfNoReturn | undefined {
  const typeOf = (render: StoredRender | undefined) =>
    render && proposedGameTypes([{ component, digest: '', render }])[0];
  const [former, next] = [typeOf(before), typeOf(after)];
  if (respected === undefined || former === undefined || former === next || former === respected) return undefined;
  return { time: 0, why: `L1 respects games of type ${respected}, and ${component.name} proposed type ${former}` };
}

function valuesIn({ render }: Verified, variables: readonly string[]): string[] {
  return render.objects
    .filter(({ kind }) => kind === 'StatefulSet')
    .flatMap((set) => (set['spec'] as StatefulSetSpec).template.spec?.containers ?? [])
    .flatMap(({ env = [] }) => env)
    .flatMap(({ name, value = '' }) => (variables.includes(name) ? [value] : []));
}
