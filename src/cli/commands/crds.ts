/** `opstack crds` */
import { Command } from 'commander';
import { stringify } from 'yaml';
import { customResourceDefinition } from '../../api/crd/definition.ts';
import { KIND_NAMES } from '../../api/names.ts';
import { type CliContext, globalOptions } from '../context.ts';
import { serialise } from '../output.ts';

export function crdsCommand(context: CliContext): Command {
  return new Command('crds')
    .description('Print the CustomResourceDefinitions of this version: opstack crds | kubectl apply --server-side -f -')
    .action((_, command: Command) => {
      const definitions = KIND_NAMES.map(customResourceDefinition);
      context.terminal.write(
        globalOptions(command).output === 'json'
          ? serialise({ apiVersion: 'v1', kind: 'List', items: definitions }, 'json')
          : definitions
              .map((definition) => `---\n${stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false })}`)
              .join(''),
      );
    });
}
