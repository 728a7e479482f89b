import type { EntityPhase } from '../contract/activities.ts';

/** A network's phase as a sentence. */
export const PHASE_SENTENCES: Readonly<Record<EntityPhase, string>> = {
  Pending: 'The first look at cluster and chain is under way.',
  Invalid: 'Something that the network needs is wrong or missing. Nothing is changed until it is mended.',
  AwaitingApproval: 'A plan waits for somebody to decide.',
  AwaitingWindow: 'An approved plan starts when its window opens.',
  Installing: 'The network is being installed.',
  Changing: 'A change is being rolled out.',
  Repairing: 'Objects that somebody changed are being set back.',
  Upgrading: 'An upgrade is being rolled out.',
  Rotating: 'A key is being replaced.',
  Halted: 'A step failed. Nothing goes on until somebody decides.',
  Paused: 'The network is paused: its chain goes on as it is, plans wait.',
  Ready: 'Everything is as desired.',
  RolledBack: 'What ran before an upgrade or a change is back, and runs. What the spec asks for is not tried again.',
  Deleting: 'The network is being taken down in order.',
};
