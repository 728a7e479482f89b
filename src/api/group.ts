/** The five kinds in one table: what they are called, and what they look like. */
import type { z } from 'zod';
import { KIND_NAMES, type KindName } from './names.ts';
import { type OpBatcher, type OpBatcherSpec, opBatcher, opBatcherTransitions } from './op-batcher.ts';
import { type OpChallenger, type OpChallengerSpec, opChallenger, opChallengerTransitions } from './op-challenger.ts';
import { type OpNode, type OpNodeSpec, opNode, opNodeTransitions } from './op-node.ts';
import { type OpProposer, type OpProposerSpec, opProposer, opProposerTransitions } from './op-proposer.ts';
import {
  type OptimismNetwork,
  type OptimismNetworkSpec,
  optimismNetwork,
  optimismNetworkTransitions,
} from './optimism-network.ts';
import type { TransitionRule } from './rule.ts';

export { KIND_NAMES, type KindName };

/** The object of each kind, with defaults applied. */
export interface ObjectOf {
  OptimismNetwork: OptimismNetwork;
  OpNode: OpNode;
  OpBatcher: OpBatcher;
  OpProposer: OpProposer;
  OpChallenger: OpChallenger;
}

export interface SpecOf {
  OptimismNetwork: OptimismNetworkSpec;
  OpNode: OpNodeSpec;
  OpBatcher: OpBatcherSpec;
  OpProposer: OpProposerSpec;
  OpChallenger: OpChallengerSpec;
}

export interface KindDefinition<K extends KindName> {
  readonly kind: K;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly schema: z.ZodObject & z.ZodType<ObjectOf[K]>;
  readonly transitions: readonly TransitionRule<SpecOf[K]>[];
}

export const kinds: { readonly [K in KindName]: KindDefinition<K> } = {
  OptimismNetwork: {
    kind: 'OptimismNetwork',
    plural: 'optimismnetworks',
    singular: 'optimismnetwork',
    shortNames: ['opnet'],
    schema: optimismNetwork,
    transitions: optimismNetworkTransitions,
  },
  OpNode: {
    kind: 'OpNode',
    plural: 'opnodes',
    singular: 'opnode',
    shortNames: ['opn'],
    schema: opNode,
    transitions: opNodeTransitions,
  },
  OpBatcher: {
    kind: 'OpBatcher',
    plural: 'opbatchers',
    singular: 'opbatcher',
    shortNames: ['opb'],
    schema: opBatcher,
    transitions: opBatcherTransitions,
  },
  OpProposer: {
    kind: 'OpProposer',
    plural: 'opproposers',
    singular: 'opproposer',
    shortNames: ['opp'],
    schema: opProposer,
    transitions: opProposerTransitions,
  },
  OpChallenger: {
    kind: 'OpChallenger',
    plural: 'opchallengers',
    singular: 'opchallenger',
    shortNames: ['opc'],
    schema: opChallenger,
    transitions: opChallengerTransitions,
  },
};

/** Whether a text names one of our kinds. */
export function isKindName(text: unknown): text is KindName {
  return (KIND_NAMES as readonly unknown[]).includes(text);
}
