/** The plans that the operator would make if files were applied. Writes nothing. */
import { createRedactor } from '../../activities/redaction.ts';
import { API_VERSION, KIND_NAMES } from '../../api/names.ts';
import type { Registry } from '../../catalogue/registry.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { CliError } from '../cli-error.ts';
import type { Connection } from '../context.ts';
import { type ManifestSource, parseManifests } from '../manifest-files.ts';
import { concernedNetworks, type NetworkName } from './concerned.ts';
import { overlay } from './overlay.ts';
import { type Preview, type PreviewDependencies, previewNetwork } from './preview.ts';
import type { Previewed } from './preview-view.ts';
import { type Refused, tryApply } from './try-apply.ts';

export interface PreviewOptions {
  readonly operatorNamespace: string;
  readonly registry: Registry;
  readonly now: Date;
  readonly signal: AbortSignal;
  /** Only this network. */
  readonly network?: string | undefined;
}

/** @throws CliError when there is nothing in the files that a network depends on */
export async function previewFiles(
  { kube, namespace }: Connection,
  sources: readonly ManifestSource[],
  { operatorNamespace, registry, now, signal, network }: PreviewOptions,
): Promise<Previewed> {
  const { manifests, problems } = parseManifests(sources);
  const { objects, refused } = await tryApply(kube, manifests, namespace);
  const unreadable = problems.map(({ at, message }): Refused => ({ at, object: '', message }));
  const all = await customResources(kube, objects);
  const concerned = concernedNetworks(objects, all).filter(({ name }) => network === undefined || name === network);
  const allRefused = [...unreadable, ...refused];
  if (concerned.length + allRefused.length === 0) throw nothing(network);
  const deps = {
    cluster: kube,
    redactor: createRedactor(),
    registry,
    operatorNamespace,
    now: () => now.getTime(),
    signal,
  };
  const networks: Preview[] = [];
  for (const at of concerned) networks.push(await previewOf(deps, at, objects));
  return {
    networks,
    refused: allRefused.map((item) => ({ ...item, message: deps.redactor.redact(item.message) })),
  };
}

/** What of the operator's kinds would be in the namespaces of the objects. */
async function customResources(kube: KubeClient, objects: readonly KubeObject[]): Promise<KubeObject[]> {
  const namespaces = [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))];
  const laid = overlay(kube, { objects, unreadable: (secret) => ({ ...secret, metadata: { name: secret.name } }) });
  const types = namespaces.flatMap((namespace) =>
    KIND_NAMES.map((kind) => ({ apiVersion: API_VERSION, kind, namespace })),
  );
  const lists = await Promise.all(
    types.map(async (type) => (await laid.list(type)).items.map((item) => ({ ...item, ...type }))),
  );
  return lists.flat();
}

async function previewOf(deps: PreviewDependencies, at: NetworkName, objects: readonly KubeObject[]): Promise<Preview> {
  const preview = await previewNetwork(deps, at, objects);
  if (preview) return preview;
  const metadata = { namespace: at.namespace, name: at.name };
  return {
    network: { apiVersion: API_VERSION, kind: 'OptimismNetwork', metadata },
    waits: false,
    problems: [
      {
        type: 'ReferenceNotFound',
        message: `there is no OptimismNetwork ${at.name} in namespace ${at.namespace}, and components of these files name it`,
        fix: 'apply the OptimismNetwork as well (-f), or correct spec.networkRef.name',
      },
    ],
    notes: [],
  };
}

function nothing(network: string | undefined): CliError {
  return network === undefined
    ? new CliError({ what: 'Nothing in these files belongs to an OptimismNetwork' })
    : new CliError({ what: `Nothing in these files belongs to OptimismNetwork ${network}` });
}
