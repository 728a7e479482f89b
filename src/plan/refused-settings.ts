/** Settings that are valid and documented but that this version can not honour: refused, never ignored. */

import type { OpBatcher } from '../api/op-batcher.ts';
import type { OpNode } from '../api/op-node.ts';
import type { OptimismNetwork } from '../api/optimism-network.ts';
import { rollout } from '../api/rollout.ts';
import { registryChain, similarRegistryChains, superchains } from '../catalogue/registry-chains.ts';
import type { Problem } from '../contract/failures.ts';

export interface SettingsInput {
  readonly network: OptimismNetwork | undefined;
  readonly nodes: readonly OpNode[];
  readonly batchers: readonly OpBatcher[];
  readonly components: readonly { readonly kind: string; readonly metadata: { readonly name: string } }[];
}

interface Unsupported<T> {
  readonly field: string;
  readonly isSet: (object: T) => boolean;
  readonly fix: string;
}

const UNCHANGED = rollout.parse({});
/** Gates that no plan of this version has: to skip them means nothing. */
const NEVER_ASKED = ['proposer-permitted', 'challenging', 'fork-ready', 'same-chain', 'funds'] as const;

const NETWORK: readonly Unsupported<OptimismNetwork>[] = [
  {
    field: 'contracts.discovery',
    isSet: ({ spec }) => spec.contracts.discovery !== 'Auto',
    fix: 'leave it out: contracts are found from contracts.systemConfig',
  },
  {
    field: 'contracts.addresses',
    isSet: ({ spec }) => spec.contracts.addresses !== undefined,
    fix: 'leave it out: contracts are found from contracts.systemConfig',
  },
  {
    field: 'contracts.l1StandardBridge',
    isSet: ({ spec }) => spec.contracts.l1StandardBridge !== undefined,
    fix: 'leave it out: contracts are found from contracts.systemConfig',
  },
  {
    field: 'genesis.url',
    isSet: ({ spec }) => spec.genesis?.url !== undefined,
    fix: 'put the genesis, compressed, into a ConfigMap and use genesis.configMapRef',
  },
  {
    field: 'approval.windows',
    isSet: ({ spec }) => (spec.approval.windows ?? []).length > 0,
    fix: 'set the kinds that must not run at any time to Required',
  },
  {
    field: 'rollout.onFailure: Rollback',
    isSet: ({ spec }) => spec.rollout.onFailure === 'Rollback',
    fix: 'set it to Halt',
  },
  ...(['proposing', 'challenging', 'onChain'] as const).map((gate) => ({
    field: `rollout.gates.${gate}.timeout`,
    isSet: ({ spec }: OptimismNetwork) => spec.rollout.gates[gate].timeout !== UNCHANGED.gates[gate].timeout,
    fix: 'leave it out: no plan waits for it yet',
  })),
  {
    field: 'rollout.gates.funds.minHours',
    isSet: ({ spec }) => spec.rollout.gates.funds.minHours !== UNCHANGED.gates.funds.minHours,
    fix: 'leave it out, and set balance.minimum and balance.warnBelow of the OpBatcher',
  },
  ...NEVER_ASKED.map((gate) => ({
    field: `rollout.skipGates: ${gate}`,
    isSet: ({ spec }: OptimismNetwork) => spec.rollout.skipGates?.includes(gate) === true,
    fix: 'leave it out: no plan waits at this gate yet',
  })),
  {
    field: 'owner',
    isSet: ({ spec }) => spec.owner !== undefined,
    fix: 'leave it out: no plan sends owner transactions yet',
  },
  {
    field: 'audit.retain',
    isSet: ({ spec }) => spec.audit.retain,
    fix: 'leave it out and export the audit log before you delete the network',
  },
];

const BATCHER: readonly Unsupported<OpBatcher>[] = [
  { field: 'stopped', isSet: ({ spec }) => spec.stopped, fix: 'leave it out, or delete the OpBatcher' },
  {
    field: 'signer.mnemonicSecretRef',
    isSet: ({ spec }) => spec.signer.mnemonicSecretRef !== undefined,
    fix: 'use signer.secretKeyRef or signer.remote',
  },
];

/** A chain by its name in the registry: an unknown name is an error of its own, with the names that may be meant. */
function refuseRegistryName({ spec }: OptimismNetwork): Problem[] {
  const { network: name } = spec;
  if (name === undefined) return [];
  const chain = registryChain(name);
  if (chain) {
    return [
      notYet(
        `spec.network (${name})`,
        `leave it out, and give l1.chainId: ${chain.l1ChainId}, l2.chainId: ${chain.l2ChainId}, contracts.systemConfig, rollupConfig and genesis`,
      ),
    ];
  }
  const similar = similarRegistryChains(name);
  return [
    {
      type: 'ReferenceNotFound',
      message: `spec.network: the superchain registry has no chain "${name}"`,
      fix:
        similar.length > 0
          ? `Did you mean ${similar.join(' or ')}?`
          : `Names are <superchain>/<chain>, with one of the superchains ${superchains().join(', ')}. For a chain outside the registry leave it out, and give l1.chainId, l2.chainId, contracts.systemConfig, rollupConfig and genesis`,
    },
  ];
}

/** As many as `status.components` takes, which names the render of each; the network itself is one of them. */
export const MAX_COMPONENTS = 63;

/** Refused before anything is done: the record of what is rolled out would fail half-way. */
function refuseCrowd(components: SettingsInput['components']): Problem[] {
  if (components.length <= MAX_COMPONENTS) return [];
  return [
    notYet(
      `a network of ${components.length} components (at most ${MAX_COMPONENTS})`,
      `delete ${components.length - MAX_COMPONENTS} of them, or put replicas together: one OpNode has up to 50 replicas`,
    ),
  ];
}

/** Of one that only stands by it is nothing but a word that it is never chosen. */
function refuseStoppedChain(nodes: readonly OpNode[]): Problem[] {
  const sequencers = nodes.filter(({ spec }) => spec.role === 'Sequencer');
  if (sequencers.some(({ spec }) => spec.sequencer?.stopped !== true)) return [];
  return sequencers.map(({ metadata }) =>
    notYet(
      'spec.sequencer.stopped of all sequencers of a network',
      'leave it out, or delete the OpNode; to stop the sequencer for a while pause the network first',
      `OpNode/${metadata.name}`,
    ),
  );
}

export function refuseSettings({ network, nodes, batchers, components }: SettingsInput): Problem[] {
  const check = <T>(rules: readonly Unsupported<T>[], object: T, name?: string): Problem[] =>
    rules.filter((rule) => rule.isSet(object)).map((rule) => notYet(`spec.${rule.field}`, rule.fix, name));
  return [
    ...refuseCrowd(components),
    ...(network ? [...refuseRegistryName(network), ...check(NETWORK, network)] : []),
    ...refuseStoppedChain(nodes),
    ...batchers.flatMap((batcher) => check(BATCHER, batcher, `OpBatcher/${batcher.metadata.name}`)),
    ...components
      .filter(({ kind }) => kind === 'OpProposer' || kind === 'OpChallenger')
      .map(({ kind, metadata }) =>
        notYet(
          kind,
          `delete ${kind} "${metadata.name}"; the rest of the network is rolled out without it`,
          `${kind}/${metadata.name}`,
        ),
      ),
  ];
}

function notYet(what: string, fix: string, object?: string): Problem {
  return {
    type: 'NotSupportedYet',
    message: `${what} is not supported by this version of the operator yet`,
    fix,
    ...(object ? { object } : {}),
  };
}
