/**
 * What the user wants, complete: specs parsed, references resolved, chain files read, keys' addresses derived. One
 * gatherer for looks, gates and steps, so that all of them judge by the same facts. Holds secret values in memory only.
 */
import type { KindName } from '../../api/names.ts';
import type { OpBatcher } from '../../api/op-batcher.ts';
import type { OpChallenger } from '../../api/op-challenger.ts';
import type { OpNode } from '../../api/op-node.ts';
import type { OpProposer } from '../../api/op-proposer.ts';
import type { OptimismNetwork, OptimismNetworkStatus } from '../../api/optimism-network.ts';
import { parseObject } from '../../api/parse.ts';
import type { Catalogue } from '../../catalogue/own-catalogue.ts';
import { OperatorError, type Problem } from '../../contract/failures.ts';
import type { KubeObject } from '../../kube/index.ts';
import { refuseDuplicates, refuseSharedKeys } from '../../plan/duplicates.ts';
import { refuseSettings } from '../../plan/refused-settings.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { gatherCatalogue } from './catalogue.ts';
import { type ChainFiles, gatherChainFiles } from './chain-files.ts';
import { type CustomResources, gatherCustomResources } from './custom-resources.ts';
import { formerCopiesOf } from './former-copies.ts';
import { type GatheredIdentity, gatherIdentity } from './identities.ts';
import type { InstallTokens } from './install-tokens.ts';
import { gatherInstallation, type Installation } from './installation.ts';
import { type References, type ReferenceUse, referencesOf, resolveReferences } from './references.ts';
import { batcherAddress, blockSigner, senderAddress } from './signer-addresses.ts';

export interface Wish {
  readonly uid: string;
  readonly resources: CustomResources;
  /** Absent: the object can not be read (problems say why) or is older than its CRD. */
  readonly network?: OptimismNetwork;
  readonly nodes: readonly OpNode[];
  readonly batchers: readonly OpBatcher[];
  readonly proposers: readonly OpProposer[];
  readonly challengers: readonly OpChallenger[];
  readonly tokens: InstallTokens;
  readonly references: References;
  /** Releases that may be named. */
  readonly catalogue: Catalogue;
  readonly identities: ReadonlyMap<string, GatheredIdentity>;
  readonly files?: ChainFiles;
  readonly l1Url?: string;
  readonly beaconUrl?: string;
  readonly batcherAddress?: string;
  readonly signerAddress?: string;
  /** Addresses of proposer and challengers, in lower case, by `<Kind>/<name>`. */
  readonly senderAddresses: ReadonlyMap<string, string>;
  /** What stands in the way. Those of components that are refused (see plan/) leave the others alone. */
  readonly problems: readonly Problem[];
}

type Deps = Pick<ActivityDependencies, 'kube' | 'redactor' | 'registry' | 'operatorNamespace'>;

/** @returns undefined when the network does not exist */
export async function gatherWish(
  deps: Deps,
  at: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<Wish | undefined> {
  const resources = await gatherCustomResources(deps.kube, at, signal);
  if (!resources) return undefined;
  const installation = await gatherInstallation(deps, at, resources.network, signal);
  return wishOf(deps, at, resources, installation, signal);
}

/** What the objects of a network wish, and what they refer to. */
export async function wishOf(
  deps: Pick<Deps, 'kube' | 'redactor' | 'registry'>,
  at: { namespace: string; name: string },
  resources: CustomResources,
  installation: Installation,
  signal: AbortSignal,
): Promise<Wish> {
  const { tokens } = installation;
  const problems: Problem[] = [];
  const network = parse<OptimismNetwork>('OptimismNetwork', resources.network, problems);
  const staying = resources.components.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const parsed = <T>(kind: KindName) =>
    staying.filter((raw) => raw.kind === kind).flatMap((raw) => parse<T>(kind, raw, problems) ?? []);
  const all = {
    nodes: parsed<OpNode>('OpNode'),
    batchers: parsed<OpBatcher>('OpBatcher'),
    proposers: parsed<OpProposer>('OpProposer'),
    challengers: parsed<OpChallenger>('OpChallenger'),
  };
  const { components: rolledOut = [] } = (resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const duplicates = refuseDuplicates({
    ...all,
    preferred: network?.spec.sequencer?.preferred,
    rolledOut: rolledOut.flatMap(({ kind, name }) => (kind === 'OpNode' ? [name] : [])),
  });
  const refused = [...duplicates, ...refuseSettings({ network, ...all, components: staying, registry: deps.registry })];
  // One with a setting that is refused stays: it may run with the settings before, and is looked after.
  const isRefused = (kind: string, name: string) => duplicates.some(({ object }) => object === `${kind}/${name}`);
  const accepted: Accepted = {
    nodes: all.nodes.filter(({ metadata }) => !isRefused('OpNode', metadata.name)),
    batchers: all.batchers.filter(({ metadata }) => !isRefused('OpBatcher', metadata.name)),
    proposers: all.proposers.filter(({ metadata }) => !isRefused('OpProposer', metadata.name)),
    challengers: all.challengers,
  };
  // Those that are going are drained first, with the keys and endpoints that they still have.
  const going = resources.components.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  const goingUses = going.flatMap((raw) => referencesOf(`${raw.kind}/${raw.metadata.name}`, raw['spec']));
  const references = await resolveReferences([...usesOf(network, accepted), ...goingUses], {
    kube: deps.kube,
    redactor: deps.redactor,
    tokens,
    network: at,
    formerCopies: () => formerCopiesOf(deps.kube, at, resources.network, signal),
    signal,
  });
  // What goes needs nothing new: our copies of what was deleted with it are enough.
  const deleting = resources.network.metadata.deletionTimestamp !== undefined;
  const ofGoing = new Set(goingUses.map(({ object }) => object));
  const inTheWay = ({ object }: Problem) => !deleting && (object === undefined || !ofGoing.has(object));
  if (installation.problem && !deleting) problems.push(installation.problem);
  problems.push(...refused, ...references.problems.filter(inTheWay));
  const identities = new Map(
    attempt(problems, () =>
      accepted.nodes.map((node) => [node.metadata.name, gatherIdentity(node, references, tokens)] as const),
    ) ?? [],
  );
  const chain = network && (await attemptAsync(problems, () => gatherChainFiles(network, references, deps.registry)));
  problems.push(...(chain?.problems ?? []));
  const catalogue = gatherCatalogue(network, references);
  problems.push(...catalogue.problems);
  const batcher = attempt(problems, () => batcherAddress(accepted.batchers, going, references));
  const signer = attempt(problems, () => blockSigner(accepted.nodes, references));
  const senders = new Map(
    [...accepted.proposers, ...accepted.challengers].flatMap((sender) => {
      const address = attempt(problems, () => senderAddress(sender, references));
      return address ? [[`${sender.kind}/${sender.metadata.name}`, address] as const] : [];
    }),
  );
  problems.push(...(signer?.problems ?? []));
  problems.push(...refuseSharedKeys(batcher, accepted.batchers[0]?.metadata.name, senders));
  return {
    uid: resources.network.metadata.uid ?? '',
    resources,
    ...(network ? { network } : {}),
    ...accepted,
    tokens,
    references,
    catalogue: catalogue.catalogue,
    identities,
    ...(chain?.files ? { files: chain.files } : {}),
    ...urls(network, references),
    ...(batcher ? { batcherAddress: batcher } : {}),
    ...(signer?.address ? { signerAddress: signer.address } : {}),
    senderAddresses: senders,
    problems,
  };
}

function parse<T>(kind: KindName, raw: KubeObject, problems: Problem[]): T | undefined {
  const parsed = parseObject(kind, raw);
  if (parsed.ok) return parsed.value as T;
  const object = kind === 'OptimismNetwork' ? undefined : `${kind}/${raw.metadata.name}`;
  for (const { path, message, fix } of parsed.problems) {
    problems.push({
      type: 'InvalidSpec',
      message: `${kind} ${raw.metadata.name}, ${path}: ${message}`,
      fix,
      ...(object ? { object } : {}),
    });
  }
  return undefined;
}

type Accepted = Pick<Wish, 'nodes' | 'batchers' | 'proposers' | 'challengers'>;

function usesOf(
  network: OptimismNetwork | undefined,
  { nodes, batchers, proposers, challengers }: Accepted,
): ReferenceUse[] {
  return [
    ...(network ? referencesOf(`OptimismNetwork/${network.metadata.name}`, network.spec) : []),
    ...[...nodes, ...batchers, ...proposers, ...challengers].flatMap(({ kind, metadata, spec }) =>
      referencesOf(`${kind}/${metadata.name}`, spec),
    ),
  ];
}

/** Bad content is a problem to be shown, not the end of the look; anything else is passed on. */
function attempt<T>(problems: Problem[], action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    problems.push(error.toProblem());
    return undefined;
  }
}

async function attemptAsync<T>(problems: Problem[], action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    problems.push(error.toProblem());
    return undefined;
  }
}

function urls(network: OptimismNetwork | undefined, references: References): { l1Url?: string; beaconUrl?: string } {
  const urlOf = (
    endpoint: { url?: string | undefined; secretKeyRef?: { name: string; key: string } | undefined } | undefined,
  ): string | undefined => {
    const ref = endpoint?.secretKeyRef;
    return endpoint?.url ?? (ref && references.find('Secret', ref.name, ref.key)?.value.toString().trim());
  };
  const l1Url = urlOf(network?.spec.l1.rpc);
  const beaconUrl = urlOf(network?.spec.l1.beacon);
  return { ...(l1Url ? { l1Url } : {}), ...(beaconUrl ? { beaconUrl } : {}) };
}
