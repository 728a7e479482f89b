/** What proposer and challenger would start with all the same, and then never do. */
import { GAME_TYPES, type GameTypeName } from '../../api/game-type.ts';
import { isAbove, isBelow, versionOfImage } from '../../catalogue/version.ts';
import { challengedGameTypes, needsPrestate, proposedGameType, unplayableGameTypes } from '../game-types.ts';
import { findImage } from '../image.ts';
import type { ContractFacts, RenderInput } from '../input.ts';
import { KNOWN_L1 } from '../known-l1.ts';
import { problem, type SettingProblem } from './setting-problem.ts';

/** The last op-proposer that can propose outputs, and the first op-challenger that plays permissioned games alone without a prestate. */
const LAST_WITH_OUTPUTS = 'v1.10.2';
const PERMISSIONED_WITHOUT_PRESTATE = 'v1.9.4';
/** Games about several chains: their roots come from op-supernode, which is not run here. */
const SUPER_GAMES: readonly number[] = [4, 5, 9];

/** Whether what proposers are to propose is what the contracts take; nothing while L1 has not been read. */
export function proposalsCount(input: RenderInput): SettingProblem[] {
  const { contracts } = input;
  if (contracts === undefined) return [];
  return input.proposers.flatMap(({ metadata, spec }) => {
    const object = `OpProposer/${metadata.name}`;
    if (proposesNowhere(contracts)) return [nowhere(object)];
    const type = proposedGameType(spec, contracts);
    if (type === undefined && input.network.spec.contracts.upgrade) return [outputsStay(object)];
    if (type === undefined) return outputsAreKnown(input, object, spec.image);
    if (SUPER_GAMES.includes(type)) return [superGames(object, type)];
    if (type === contracts.gameType) return [];
    if (input.network.spec.contracts.upgrade) return [otherThanUpgrade(object, type, contracts.gameType)];
    return [
      problem(
        'warning',
        'InvalidSpec',
        object,
        `spec.gameType is ${type}, and the portal respects games of type ${contracts.gameType ?? 'unknown'}: no withdrawal can be proven by these proposals`,
        'leave gameType out',
      ),
    ];
  });
}

function proposesNowhere({ disputeGameFactory, l2OutputOracle }: ContractFacts): boolean {
  return disputeGameFactory === undefined && l2OutputOracle === undefined;
}

function nowhere(object: string): SettingProblem {
  return problem(
    'error',
    'Incompatible',
    object,
    'L1 has neither a DisputeGameFactory nor an L2OutputOracle for the chain: there is nothing to propose to, and nothing to challenge',
    `check spec.contracts of the network, or delete ${object.replace('/', ' ')}`,
  );
}

type OwnImage = RenderInput['proposers'][number]['spec']['image'];

function outputsAreKnown(input: RenderInput, object: string, image: OwnImage): SettingProblem[] {
  const version = versionOfImage(findImage('opProposer', input, image));
  if (input.contracts?.l2OutputOracle === undefined || version === undefined) return [];
  if (!isAbove(version, LAST_WITH_OUTPUTS)) return [];
  return [
    problem(
      'error',
      'Incompatible',
      object,
      `the chain has an L2OutputOracle, and op-proposer ${version.text} proposes dispute games only`,
      `set spec.image.tag: ${LAST_WITH_OUTPUTS}, the last version that proposes outputs`,
    ),
  ];
}

function otherThanUpgrade(object: string, type: number, wished: number | undefined): SettingProblem {
  return problem(
    'error',
    'InvalidSpec',
    object,
    `spec.gameType is ${type}, and contracts.upgrade of the network is about games of type ${wished}`,
    'leave gameType out: the games of the new type begin when L1 respects them',
  );
}

/** Its proposer would have to be rendered for a factory that is not there yet. */
function outputsStay(object: string): SettingProblem {
  return problem(
    'error',
    'NotSupportedYet',
    object,
    'contracts.upgrade of the network is about dispute games, and the chain has an L2OutputOracle: that upgrade is not supported yet',
    `take contracts.upgrade out, delete ${object.replace('/', ' ')} before the upgrade, and create it again after it`,
  );
}

function superGames(object: string, type: number): SettingProblem {
  return problem(
    'error',
    'NotSupportedYet',
    object,
    `games of type ${type} are about the roots of several chains, which come from op-supernode: that is not supported yet`,
    `delete ${object.replace('/', ' ')}, and run it by hand beside the operator`,
  );
}

export function gamesCanBePlayed(input: RenderInput): SettingProblem[] {
  const { contracts } = input;
  if (contracts === undefined) return [];
  return input.challengers.flatMap(({ metadata, spec }) => {
    const object = `OpChallenger/${metadata.name}`;
    if (proposesNowhere(contracts)) return [nowhere(object), ...withoutBeacon(input, object)];
    const types = challengedGameTypes(spec, contracts, input.playedGameTypes?.(metadata.name));
    const superType = types.find((name) => SUPER_GAMES.includes(GAME_TYPES[name]));
    return [
      ...noGames(object, contracts.l2OutputOracle !== undefined, types),
      ...(superType === undefined ? [] : [superGames(object, GAME_TYPES[superType])]),
      ...withoutBeacon(input, object),
      ...withoutPrestates(input, object, spec, types),
      ...leftOut(object, contracts.registeredGameTypes, types),
      ...unplayableGameTypes(contracts).map((type) =>
        problem(
          'warning',
          'InvalidSpec',
          object,
          `the factory has games of type ${type}, which op-challenger does not play: while there is one, it can not be seen to follow L1`,
          'see that somebody else defends them, or that the factory drops the type',
        ),
      ),
    ];
  });
}

function noGames(object: string, isOracle: boolean, types: readonly GameTypeName[]): SettingProblem[] {
  if (!isOracle && types.length > 0) return [];
  const why = isOracle
    ? 'the chain has an L2OutputOracle and no dispute games'
    : 'no game of the chain can be played by op-challenger';
  return [problem('error', 'Incompatible', object, why, `delete ${object.replace('/', ' ')}`)];
}

/** op-challenger exits without one, whatever it plays. */
function withoutBeacon({ network }: RenderInput, object: string): SettingProblem[] {
  if (network.spec.l1.beacon !== undefined) return [];
  return [
    problem(
      'error',
      'InvalidSpec',
      object,
      "op-challenger does not start without a beacon API: the network's spec.l1.beacon is not set",
      `set spec.l1.beacon in place of spec.l1.ignoreBeacon in OptimismNetwork ${network.metadata.name}`,
    ),
  ];
}

/** The schema knows this of named types; which ones `Auto` stands for only L1 knows, and which need one the version. */
function withoutPrestates(
  input: RenderInput,
  object: string,
  spec: RenderInput['challengers'][number]['spec'],
  types: readonly GameTypeName[],
): SettingProblem[] {
  const version = versionOfImage(findImage('opChallenger', input, spec.image));
  const knowsPermissioned = version !== undefined && !isBelow(version, PERMISSIONED_WITHOUT_PRESTATE);
  const playing = types.filter((name) => needsPrestate(name) && !(name === 'permissioned' && knowsPermissioned));
  const missing = [
    ...(spec.prestatesUrl === undefined ? ['spec.prestatesUrl'] : []),
    ...(!KNOWN_L1.includes(input.chain.l1ChainId) && input.chain.config.l1ChainConfig === undefined
      ? ["the network's spec.l1.chainConfig"]
      : []),
  ];
  if (playing.length === 0 || missing.length === 0) return [];
  const release = version === undefined ? 'op-challenger' : `op-challenger ${version.text}`;
  return [
    problem(
      'error',
      'InvalidSpec',
      object,
      `${release} plays ${playing.join(', ')} games only with a prestate and, on an L1 of one's own, its configuration: ${missing.join(' and ')} is not set`,
      `set ${missing.join(' and ')}`,
    ),
  ];
}

function leftOut(object: string, registered: readonly number[], types: readonly GameTypeName[]): SettingProblem[] {
  const names = Object.entries(GAME_TYPES)
    .filter(([name, type]) => registered.includes(type) && !types.some((played) => played === name))
    .map(([name]) => name);
  if (names.length === 0) return [];
  return [
    problem(
      'warning',
      'InvalidSpec',
      object,
      `anybody can make games of type ${names.join(', ')}, which are not in spec.gameTypes: nobody answers a wrong one, and while there is one op-challenger can not be seen to follow L1`,
      'leave gameTypes out, or add them',
    ),
  ];
}
