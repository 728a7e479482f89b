/** `opstack render -f <file>` */
import { Command } from 'commander';
import { stringify } from 'yaml';
import { loadRegistry, type Registry } from '../../catalogue/registry.ts';
import { defaultRelease } from '../../catalogue/releases.ts';
import { componentKey } from '../../contract/plan.ts';
import { type ComponentRender, renderNetwork } from '../../render/index.ts';
import { CliError } from '../cli-error.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { type FileSet, fileSetOf } from '../file-set.ts';
import { parseManifests, readSources } from '../manifest-files.ts';
import {
  networksOf,
  OFFLINE,
  type OfflineNetwork,
  offlineCatalogue,
  offlineChain,
  offlineRenderInput,
} from '../offline-network.ts';
import { serialise } from '../output.ts';
import { registryOption } from '../registry-option.ts';
import { validate } from './validate.ts';

export function renderCommand(context: CliContext): Command {
  return new Command('render')
    .description('Show the Kubernetes objects that the operator makes of manifests, without a cluster. Prints YAML')
    .argument('[network]', 'only this network; absent: all of the files')
    .requiredOption('-f, --filename <path...>', 'files, folders, or - for standard input')
    .addOption(registryOption())
    .action(async (name: string | undefined, _, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { filename: string[]; registry?: string }>();
      const namespace = options.namespace ?? 'default';
      const sources = await readSources(options.filename, context.terminal);
      const registry = loadRegistry(options.registry);
      const { problems } = validate(sources, namespace, registry);
      const [error] = problems.filter(({ level }) => level === 'error');
      if (error) {
        throw new CliError({
          what: `The files are not valid: ${error.at} ${error.object}: ${error.text}`,
          next: `opstack validate -f ${options.filename.join(' -f ')}`,
        });
      }
      const set = fileSetOf(parseManifests(sources).manifests, namespace);
      const networks = networksOf(set).filter(
        ({ network }) => name === undefined || network.value.metadata.name === name,
      );
      if (networks.length === 0) {
        throw new CliError({
          what:
            name === undefined
              ? 'There is no OptimismNetwork in these files'
              : `There is no OptimismNetwork ${name} in these files`,
        });
      }
      const rendered = networks.map((network) => renderOffline(network, set, registry));
      if (options.output === 'json') {
        const items = rendered.flatMap(({ renders }) => renders.flatMap(({ objects }) => objects));
        context.terminal.write(serialise({ apiVersion: 'v1', kind: 'List', items }, 'json'));
      } else {
        context.terminal.write(rendered.map(asYaml).join(''));
      }
    });
}

interface OfflineRender {
  readonly title: string;
  readonly notes: readonly string[];
  readonly renders: readonly ComponentRender[];
}

function renderOffline(offline: OfflineNetwork, set: FileSet, registry: Registry): OfflineRender {
  const { value: network } = offline.network;
  const release = offlineCatalogue(network, set).catalogue.find(network.spec.release ?? defaultRelease);
  if (!release) {
    throw new CliError({
      what: `There is no release ${network.spec.release}`,
      next: 'give the ConfigMap of spec.catalogue as another file',
    });
  }
  const chain = offlineChain(network, set, registry);
  return {
    title: `${network.metadata.namespace}/${network.metadata.name}, release ${release.name}`,
    notes: [
      'Rendered offline: what the operator applies differs in these names and values.',
      `- Keys and chain files are used as immutable copies, named after a hash of their content; here the names end in -${OFFLINE}.`,
      '- Peer ids and the ConfigMaps <network>-sequencers and <network>-peers are made in the cluster.',
      ...(chain.rollup
        ? []
        : ['- rollup.json is not in these files: block time, sequencing window, inbox and forks are stand-ins.']),
    ],
    renders: renderNetwork(offlineRenderInput(offline, chain, release)),
  };
}

function asYaml({ title, notes, renders }: OfflineRender): string {
  const header = [title, ...notes].map((line) => `# ${line}\n`).join('');
  const documents = renders.flatMap(({ component, objects }) =>
    objects.map(
      (object) =>
        `---\n# ${componentKey(component)}\n${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })}`,
    ),
  );
  return header + documents.join('');
}
