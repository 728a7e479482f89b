/** What is wrong between the objects of a file set: references that lead nowhere, roles that are taken twice, settings. */
import type { OptimismNetwork } from '../api/optimism-network.ts';
import type { Registry } from '../catalogue/registry.ts';
import { defaultRelease } from '../catalogue/releases.ts';
import { checkAgainstRegistry, saidBeside } from '../chain/registry-check.ts';
import { registryRollupConfig } from '../chain/registry-rollup-config.ts';
import { OperatorError, type Problem } from '../contract/failures.ts';
import { refuseDuplicates } from '../plan/duplicates.ts';
import { refuseSettings } from '../plan/refused-settings.ts';
import { checkOverrides, checkSettings } from '../render/index.ts';
import type { FileProblem, FileSet } from './file-set.ts';
import {
  componentsOf,
  networksOf,
  type OfflineChain,
  type OfflineNetwork,
  offlineCatalogue,
  offlineChain,
  offlineRenderInput,
} from './offline-network.ts';
import { type Reference, referencesIn } from './references.ts';

export interface CrossChecks {
  readonly problems: readonly FileProblem[];
  /** Secrets and ConfigMaps that are not in the files: they must be in the cluster. `Secret l1 (rpc, beacon)` */
  readonly expected: readonly string[];
}

export function crossCheck(set: FileSet, registry: Registry): CrossChecks {
  const { problems, expected } = checkReferences(set);
  return {
    problems: [
      ...danglingComponents(set),
      ...problems,
      ...networksOf(set).flatMap((network) => checkNetwork(network, set, registry)),
    ],
    expected,
  };
}

/** With no network in the files a component's network is taken to be in the cluster. */
function danglingComponents({ objects }: FileSet): FileProblem[] {
  return componentsOf(objects).flatMap(({ at, value: { kind, metadata, spec } }) => {
    const networks = objects.filter(
      ({ value }) => value.kind === 'OptimismNetwork' && value.metadata.namespace === metadata.namespace,
    );
    const { name } = spec.networkRef;
    if (networks.some(({ value }) => value.metadata.name === name)) return [];
    const names = networks.map(({ value }) => value.metadata.name).join(', ');
    const text =
      names === ''
        ? `spec.networkRef.name: OptimismNetwork ${name} is not in these files. It must exist in namespace ${metadata.namespace}.`
        : `spec.networkRef.name: there is no OptimismNetwork ${name} in namespace ${metadata.namespace}. These files have ${names}.`;
    return [
      { level: names === '' ? ('warning' as const) : ('error' as const), at, object: `${kind}/${metadata.name}`, text },
    ];
  });
}

function checkReferences({ objects, data }: FileSet): CrossChecks {
  const problems: FileProblem[] = [];
  const expected = new Map<string, Set<string>>();
  for (const { at, value } of objects) {
    for (const reference of referencesIn(value.spec)) {
      const { kind, name, key, field } = reference;
      const target = data.find(
        (item) => item.kind === kind && item.name === name && item.namespace === value.metadata.namespace,
      );
      if (!target) {
        const title = `${kind} ${name}`;
        expected.set(title, (expected.get(title) ?? new Set()).add(key));
      } else if (!target.keys.includes(key)) {
        problems.push({
          level: 'error',
          at,
          object: `${value.kind}/${value.metadata.name}`,
          text: missingKey(reference, field, target.keys),
        });
      }
    }
  }
  return { problems, expected: [...expected].map(([title, keys]) => `${title} (${[...keys].join(', ')})`) };
}

function missingKey({ kind, name, key }: Reference, field: string, keys: readonly string[]): string {
  return `${field}: ${kind} ${name} has no key ${key}. It has ${keys.length > 0 ? keys.join(', ') : 'none'}.`;
}

function checkNetwork(offline: OfflineNetwork, set: FileSet, registry: Registry): FileProblem[] {
  const { value: network, at } = offline.network;
  const components = offline.components.map(({ value }) => value);
  const nodes = components.filter((component) => component.kind === 'OpNode');
  const batchers = components.filter((component) => component.kind === 'OpBatcher');
  const proposers = components.filter((component) => component.kind === 'OpProposer');
  const located = (problem: Problem & { readonly level?: 'error' | 'warning' }): FileProblem => ({
    level: problem.level ?? 'error',
    at: offline.components.find(({ value }) => `${value.kind}/${value.metadata.name}` === problem.object)?.at ?? at,
    object: problem.object ?? `OptimismNetwork/${network.metadata.name}`,
    text: `${problem.message}. ${capitalised(problem.fix)}.`.replaceAll('..', '.'),
  });
  const name = network.spec.release ?? defaultRelease;
  const { catalogue, problems: unreadable, isElsewhere } = offlineCatalogue(network, set);
  if (unreadable.length > 0) return unreadable.map((problem) => located({ type: 'InvalidSpec', ...problem }));
  const release = catalogue.find(name);
  if (!release) {
    const where = network.spec.catalogue?.configMapRef.name;
    return [
      located({
        type: 'ReferenceNotFound',
        ...(isElsewhere
          ? {
              level: 'warning',
              message: `spec.release: release ${name} is not built in, and ConfigMap ${where} with your own ones is not in these files: settings are not checked`,
              fix: 'check both together',
            }
          : {
              message: `spec.release: there is no release ${name}`,
              fix: `releases are ${catalogue.names.join(', ')}`,
            }),
      }),
    ];
  }
  const problems: Problem[] = [
    ...refuseDuplicates({ nodes, batchers, proposers, preferred: network.spec.sequencer?.preferred }),
    ...refuseSettings({ network, nodes, components, registry }),
  ];
  try {
    const chain = offlineChain(network, set, registry);
    // Which games there are only L1 knows.
    const { contracts: _, ...input } = offlineRenderInput(offline, chain, release);
    // What is not supported yet is said by refuseSettings already.
    const settings = checkSettings(input).filter(({ type }) => type !== 'NotSupportedYet');
    problems.push(...contradictions(network, chain), ...checkOverrides(input), ...settings);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    problems.push(error.toProblem());
  }
  return unique(problems.map(located));
}

/** What the files say of a chain of the registry, and is not so there. */
function contradictions({ spec }: OptimismNetwork, { known, own }: OfflineChain): Problem[] {
  if (!known) return [];
  return checkAgainstRegistry(spec.network ?? '', registryRollupConfig(known), saidBeside(spec, own));
}

/** Two checks may say the same of one object. */
function unique(problems: readonly FileProblem[]): FileProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.object} ${problem.text}`, problem])).values()];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
