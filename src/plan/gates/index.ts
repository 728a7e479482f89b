/**
 * The named gates. A gate is a pure function over samples of the chain: it says that the plan may go on, what it still
 * waits for, or what a person has to mend. Their names appear in status, events, metrics and `skipGates`.
 */
import type { GateName } from '../../contract/plan.ts';
import { batching } from './batching.ts';
import { challenging } from './challenging.ts';
import { configMatchesChain } from './config-matches-chain.ts';
import { derivationCaughtUp } from './derivation-caught-up.ts';
import { engineReady } from './engine-ready.ts';
import { forkReady } from './fork-ready.ts';
import { funds } from './funds.ts';
import type { Gate } from './gate.ts';
import { l1Reachable } from './l1-reachable.ts';
import { noForeignBatcher } from './no-foreign-batcher.ts';
import { noForeignSequencer } from './no-foreign-sequencer.ts';
import { nodeSynced } from './node-synced.ts';
import { proposerPermitted } from './proposer-permitted.ts';
import { sameChain } from './same-chain.ts';
import { sequencing } from './sequencing.ts';
import { singleSequencer } from './single-sequencer.ts';

export { type Gate, type GateContext, type GateSender, pass, type Verdict, type Wait } from './gate.ts';
export { LIVE_HEAD_SECONDS } from './last-blocks.ts';
export { DEFAULT_GATE_LIMITS, type GateLimits } from './limits.ts';

export const gates: Partial<Record<GateName, Gate>> = {
  // L1 is the right chain, synced and alive.
  'l1-reachable': l1Reachable,
  // Rollup config, genesis, contracts, keys and L1 describe the same chain.
  'config-matches-chain': configMatchesChain,
  // The execution client answers and is of this chain.
  'engine-ready': engineReady,
  // The node has derived what is on L1.
  'derivation-caught-up': derivationCaughtUp,
  // The node has the active sequencer's head, again and again.
  'node-synced': nodeSynced,
  // The sequencer is active and makes blocks, up to now.
  sequencing,
  // Exactly one is active, and all agree about its blocks.
  'single-sequencer': singleSequencer,
  // Nobody that we do not manage makes blocks.
  'no-foreign-sequencer': noForeignSequencer,
  // Nobody that we do not manage sends batches with our key.
  'no-foreign-batcher': noForeignBatcher,
  // A batch arrived and the safe head rose because of it.
  batching,
  // A proposal from this address would be accepted.
  'proposer-permitted': proposerPermitted,
  // The challenger follows L1, and could act.
  challenging,
  // Nodes have the times of the forks that lie ahead, and know those forks.
  'fork-ready': forkReady,
  // All nodes have the same safe blocks.
  'same-chain': sameChain,
  // Senders can pay.
  funds,
};
