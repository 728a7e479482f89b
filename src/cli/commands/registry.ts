/** `opstack registry list|show|rollup-config|genesis|verify` */
import { Command } from 'commander';
import { loadRegistry, type NamedChain } from '../../catalogue/registry.ts';
import { builtInGenesis } from '../../catalogue/registry-genesis.ts';
import { withChainConfig } from '../../chain/registry-genesis.ts';
import { registryRollupFile } from '../../chain/registry-rollup-config.ts';
import { verifyRegistryChain } from '../../chain/registry-verify.ts';
import { CliError } from '../cli-error.ts';
import { type CliContext, type GlobalOptions, paintFor } from '../context.ts';
import { type Output, serialise } from '../output.ts';
import { registryOption, requireChain } from '../registry-option.ts';
import { chainDetails, chainList, chainSummary } from '../registry-view.ts';
import { registryVerifyCommand } from './registry-verify.ts';

const CHAIN = 'its name in the registry, <superchain>/<chain>, or its chain id in decimal';

export function registryCommand(context: CliContext): Command {
  return new Command('registry')
    .description('The chains of the superchain registry that the operator knows by name. Needs no cluster')
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(rollupConfigCommand(context))
    .addCommand(genesisCommand(context))
    .addCommand(registryVerifyCommand(context));
}

type Options = GlobalOptions & { registry?: string };

function listCommand({ terminal }: CliContext): Command {
  return new Command('list')
    .description('List the chains')
    .addOption(registryOption())
    .addHelpText('after', examples('opstack registry list', 'opstack registry list -o json'))
    .action((_, command: Command) => {
      const { output, registry } = command.optsWithGlobals<Options>();
      const chains = loadRegistry(registry).chains();
      terminal.write(output === 'table' ? chainList(chains) : serialise(chains.map(chainSummary), output));
    });
}

function showCommand(context: CliContext): Command {
  return new Command('show')
    .description('Show what the registry says of a chain: where it starts, its forks, its contracts on L1')
    .argument('<chain>', CHAIN)
    .addOption(registryOption())
    .addHelpText('after', examples('opstack registry show sepolia/op', 'opstack registry show 11155420 -o yaml'))
    .action((written: string, _, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const named = namedChain(written, options);
      const view = { now: context.terminal.now(), paint: paintFor(context, options) };
      context.terminal.write(
        options.output === 'table'
          ? chainDetails(named, view)
          : serialise({ name: named.name, title: named.chain.name, ...entryOf(named) }, options.output),
      );
    });
}

function rollupConfigCommand({ terminal }: CliContext): Command {
  return new Command('rollup-config')
    .description('Print the rollup.json that op-node makes of a chain. Prints JSON')
    .argument('<chain>', CHAIN)
    .addOption(registryOption())
    .addHelpText('after', examples('opstack registry rollup-config mainnet/op > rollup.json'))
    .action((written: string, _, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { chain } = namedChain(written, options);
      terminal.write(serialise(registryRollupFile(chain), fileFormat(options.output)));
    });
}

function genesisCommand({ terminal }: CliContext): Command {
  return new Command('genesis')
    .description(
      'Print the genesis.json of a chain, with the chain configuration that op-geth makes, once its hash is verified. Prints JSON',
    )
    .argument('<chain>', CHAIN)
    .addOption(registryOption())
    .addHelpText('after', examples('opstack registry genesis sepolia/op | gzip > genesis.json.gz'))
    .action(async (written: string, _, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const named = namedChain(written, options);
      const refuse = (why: string) =>
        new CliError({
          what: `The genesis of ${named.name} can not be made`,
          why,
          next: 'take it from whoever runs the chain',
        });
      const genesis = await builtInGenesis(named.name);
      if (genesis === undefined) throw refuse('genesis files come with the built-in registry only');
      const verdict = await verifyRegistryChain(named, genesis);
      if (verdict.kind !== 'verified') throw refuse(verdict.reason);
      terminal.write(serialise(withChainConfig(genesis, named.chain), fileFormat(options.output)));
    });
}

/** @throws OperatorError when there is no such chain */
function namedChain(written: string, { registry }: Options): NamedChain {
  return requireChain(loadRegistry(registry), written);
}

/** The entry under the names of the registry, but for `name`, which is taken. */
function entryOf({ chain: { name: _, ...entry } }: NamedChain): object {
  return entry;
}

/** A file that a program reads has no other form than its own, unless somebody asks for one. */
function fileFormat(output: Output): Exclude<Output, 'table'> {
  return output === 'yaml' ? 'yaml' : 'json';
}

function examples(...lines: readonly string[]): string {
  return ['\nExamples:', ...lines.map((line) => `  ${line}`)].join('\n');
}
