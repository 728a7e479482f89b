/** What the programs do not check themselves and start with all the same, or die of without saying why. */
import { batcherNodesServeIt, channelsFitTheWindow, dataIsReadable } from './checks/batches.ts';
import { chainFilesExist } from './checks/chain-files.ts';
import { namesAreDistinct, preferredMaySequence, referencedNodesExist } from './checks/components.ts';
import { gamesCanBePlayed, proposalsCount } from './checks/games.ts';
import {
  commitmentsCanBeResolved,
  followersGetBlocks,
  sequencerServiceIsReachable,
  sequencersHaveSigners,
} from './checks/nodes.ts';
import { type ProgramUse, programsOf } from './checks/programs.ts';
import { settingsAreKnown } from './checks/removed-settings.ts';
import type { SettingProblem } from './checks/setting-problem.ts';
import { remoteSignersKnowTheirClients, sendersHaveOwnCertificates } from './checks/signers.ts';
import {
  builtInChainIsRight,
  forksStandApart,
  imagesFitTheRelease,
  l1ForksAreKnown,
  l1IsStillKnown,
  programsGoTogether,
} from './checks/version-pairs.ts';
import { forksAreKnown, imagesExist, versionsAreKnown } from './checks/versions.ts';
import type { RenderInput } from './input.ts';

export function checkSettings(input: RenderInput): SettingProblem[] {
  const programs = programsOf(input);
  return CHECKS.flatMap((check) => check(input, programs));
}

const CHECKS: readonly ((input: RenderInput, programs: readonly ProgramUse[]) => SettingProblem[])[] = [
  // Two components of one name would fight over one StatefulSet.
  namesAreDistinct,
  // References between the objects of a network.
  referencedNodesExist,
  // A chain that nobody would make blocks of.
  preferredMaySequence,
  // A container without an image, or with one that ends before a fork of the chain.
  imagesExist,
  forksAreKnown,
  versionsAreKnown,
  // Programs that do not go with each other, or with the release.
  programsGoTogether,
  imagesFitTheRelease,
  // Flags that end a program, and variables that do nothing.
  settingsAreKnown,
  // op-node starts without a signer and then cannot publish a block.
  sequencersHaveSigners,
  // op-node needs the files of a chain and of an L1 that it does not know.
  chainFilesExist,
  l1IsStillKnown,
  // A chain that it knows, and knows wrongly.
  builtInChainIsRight,
  // Batches that come after the sequencing window are ignored, and the chain reorganises.
  channelsFitTheWindow,
  // What the batcher needs from the nodes that it reads.
  batcherNodesServeIt,
  // Batches that nobody can read.
  dataIsReadable,
  // Proposals that nobody accepts, and games that stop a challenger.
  proposalsCount,
  gamesCanBePlayed,
  // Nodes of a chain whose batches are elsewhere.
  commitmentsCanBeResolved,
  // A follower that nobody sends blocks to.
  followersGetBlocks,
  // A Service that leads to a port that the policy closes.
  sequencerServiceIsReachable,
  // op-signer knows its clients by their certificates.
  remoteSignersKnowTheirClients,
  sendersHaveOwnCertificates,
  // Forks at which op-node would stop.
  forksStandApart,
  l1ForksAreKnown,
];
