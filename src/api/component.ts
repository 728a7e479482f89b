/** What OpBatcher, OpProposer and OpChallenger have in common: they watch nodes and send transactions to L1. */
import { z } from 'zod';
import { containerSettings, type Reserved } from './container.ts';
import { image } from './images.ts';
import { listByKey } from './lists.ts';
import { logging, metrics } from './observability.ts';
import { podOverrides } from './pod-overrides.ts';
import { ether } from './quantities.ts';
import { objectRef } from './references.ts';
import { type TransitionRule, withRules } from './rule.ts';
import { signer } from './signer.ts';
import { objectName } from './text-fields.ts';
import { txManager } from './tx-manager.ts';

const balance = withRules(
  z.object({
    warnBelow: ether('Balance in ether below which the component counts as degraded.', '0.5').optional(),
    minimum: ether('Balance in ether below which no plan starts the component.', '0.05').optional(),
  }),
  [
    {
      cel: '!has(self.warnBelow) || !has(self.minimum) || double(self.minimum) <= double(self.warnBelow)',
      holds: (self) => !(Number(self.minimum) > Number(self.warnBelow)),
      message: 'minimum must not be above warnBelow',
      fix: 'for example warnBelow: "0.5" and minimum: "0.05"',
      field: 'minimum',
    },
  ],
);

/** networkRef of every component. */
export const networkRef = objectRef('The OptimismNetwork that this belongs to. Fixed after creation.', 'acme');

/** Further settings of pods that every component has. */
export const podSettings = {
  logging: logging.optional(),
  metrics: metrics.optional(),
  pod: podOverrides.optional().describe("Changes to the pods, beyond the network's `defaults`."),
};

export interface SenderOptions {
  /** Name of the program, e.g. `op-batcher`. */
  readonly program: string;
  /** Key of a Secret in examples. */
  readonly secretKey: string;
  readonly signer: string;
  readonly nodeRefs: string;
  readonly env: { readonly variable: string; readonly flag: string };
  readonly reserved: Reserved;
}

/** Fields of a component that sends transactions to L1. */
export function senderFields(options: SenderOptions) {
  return {
    networkRef,
    nodeRefs: listByKey(
      z.object({ name: objectName('Name of an OpNode.', 'acme-sequencer') }).describe('An OpNode.'),
      'name',
      { min: 1, max: 8 },
      options.nodeRefs,
    ).optional(),
    signer: signer(options.signer, options.secretKey),
    image: image(`Image of ${options.program}. Absent: the one of the network's release.`, options.program).optional(),
    txManager: txManager.optional().describe('How transactions are sent. What is absent is as the program has it.'),
    balance: balance.optional().describe("Limits for the sender's balance on L1."),
    ...containerSettings(options.program, options.env, options.reserved),
    stopped: z
      .boolean()
      .default(false)
      .describe(`Stop ${options.program}: it is scaled to nothing, in order, and the rest goes on.`),
    ...podSettings,
  };
}

/** Patterns of what every sender's environment and arguments leave to the operator. */
export function reservedForSenders(prefix: string, further: { variables?: string; flags?: string } = {}): Reserved {
  return {
    variables: `${prefix}_(PRIVATE_KEY|MNEMONIC|HD_PATH|SIGNER_[A-Z_]+|L1_ETH_RPC${further.variables ?? ''})`,
    flags: `private-key|mnemonic|hd-path|signer[.][a-z.]+|l1-eth-rpc${further.flags ?? ''}`,
    instead: "use signer for keys, stopped to stop, and the network's l1 for endpoints",
  };
}

/** A component can't move to another chain. */
export function networkRefFixed<Spec extends { networkRef: { name: string } }>(): TransitionRule<Spec> {
  return {
    cel: 'self.networkRef.name == oldSelf.networkRef.name',
    holds: (self, oldSelf) => self.networkRef.name === oldSelf.networkRef.name,
    message: 'networkRef is fixed after creation',
    fix: 'delete this object and create one for the other network, for example under the name acme-2-batcher',
    field: 'networkRef',
  };
}
