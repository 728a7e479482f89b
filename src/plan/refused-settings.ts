/** Settings that are valid and documented but that this version can not honour: refused, never ignored. */

import type { OpNode } from '../api/op-node.ts';
import type { OptimismNetwork } from '../api/optimism-network.ts';
import type { Registry } from '../catalogue/registry.ts';
import type { Problem } from '../contract/failures.ts';
import { checkWindows } from './windows.ts';

export interface SettingsInput {
  readonly network: OptimismNetwork | undefined;
  readonly nodes: readonly OpNode[];
  readonly components: readonly { readonly kind: string; readonly metadata: { readonly name: string } }[];
  readonly registry: Registry;
}

interface Unsupported<T> {
  readonly field: string;
  readonly isSet: (object: T) => boolean;
  readonly fix: string;
}

const NETWORK: readonly Unsupported<OptimismNetwork>[] = [
  {
    field: 'genesis.url',
    isSet: ({ spec }) => spec.genesis?.url !== undefined,
    fix: 'put the genesis, compressed, into a ConfigMap and use genesis.configMapRef',
  },
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

/** A chain by its name in the registry: an unknown one is told with the names that may be meant. */
function refuseUnknownChain({ spec }: OptimismNetwork, registry: Registry): Problem[] {
  const { network: name } = spec;
  if (name === undefined || registry.find(name)) return [];
  const similar = registry.similar(name);
  return [
    {
      type: 'ReferenceNotFound',
      message: `spec.network: the superchain registry has no chain "${name}"`,
      fix:
        similar.length > 0
          ? `Did you mean ${similar.join(' or ')}?`
          : `Names are <superchain>/<chain>, with one of the superchains ${registry.superchains().join(', ')}. For a chain outside the registry leave it out, and give l1.chainId, l2.chainId, contracts.systemConfig, rollupConfig and genesis`,
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

export function refuseSettings({ network, nodes, components, registry }: SettingsInput): Problem[] {
  const check = <T>(rules: readonly Unsupported<T>[], object: T, name?: string): Problem[] =>
    rules.filter((rule) => rule.isSet(object)).map((rule) => notYet(`spec.${rule.field}`, rule.fix, name));
  return [
    ...refuseCrowd(components),
    ...(network ? [...refuseUnknownChain(network, registry), ...check(NETWORK, network)] : []),
    ...checkWindows(network?.spec.approval.windows ?? []),
    ...refuseStoppedChain(nodes),
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
