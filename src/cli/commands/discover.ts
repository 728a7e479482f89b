/** `opstack discover` */
import { Command, InvalidArgumentError, Option } from 'commander';
import { fromRegistryNames } from '../../api/contracts.ts';
import { loadRegistry, type NamedChain } from '../../catalogue/registry.ts';
import type { DiscoverOptions } from '../../chain/discovery/discover.ts';
import { contractFactsOf, standardRelease } from '../../chain/standard-release.ts';
import { CliError } from '../cli-error.ts';
import { type CliContext, type GlobalOptions, paintFor } from '../context.ts';
import { discoveryFailure } from '../discovery-failure.ts';
import { type Discovered, discoveryText } from '../discovery-text.ts';
import { EXIT } from '../exit-codes.ts';
import { l1Option, requireL1 } from '../l1-option.ts';
import { serialise } from '../output.ts';
import { compareWithRegistry } from '../registry-differences.ts';
import { registryOption, requireChain } from '../registry-option.ts';

interface Options extends GlobalOptions {
  readonly l1Rpc?: string;
  readonly systemConfig?: string;
  readonly l1StandardBridge?: string;
  readonly network?: string;
  readonly l2ChainId?: number;
  readonly registry?: string;
}

/** The chain that is meant, and what is known of it beforehand. */
interface Subject extends Pick<DiscoverOptions, 'systemConfig' | 'expected' | 'given'> {
  readonly network?: NamedChain;
}

export function discoverCommand(context: CliContext): Command {
  return new Command('discover')
    .description(
      'Read contracts, roles and game of a chain from its SystemConfig on L1, all at one block, without a cluster',
    )
    .addOption(l1Option())
    .option('--system-config <address>', "the chain's SystemConfigProxy", address)
    .option(
      '--l1-standard-bridge <address>',
      "the chain's L1StandardBridgeProxy: contracts before v1.3 are found from it",
      address,
    )
    .option('--l2-chain-id <id>', 'what the contracts must say that they are for', wholeNumber)
    .addOption(
      new Option(
        '--network <name>',
        'instead of an address: a chain of the superchain registry, by name, like sepolia/op, or by chain id. Tells what L1 and the registry have otherwise',
      ).conflicts(['systemConfig', 'l1StandardBridge', 'l2ChainId']),
    )
    .addOption(registryOption())
    .addHelpText('after', HELP)
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const l1 = requireL1(options.l1Rpc);
      const subject = subjectOf(options);
      if (options.systemConfig !== undefined) await requireChecksum(options.systemConfig);
      const discovery = await read(l1, subject, context);
      context.terminal.write(resultText(discovery, subject, context, options));
    });
}

const HELP = `
Examples:
  OPSTACK_L1_RPC=$(cat l1-url) opstack discover --network sepolia/op
  opstack discover --l1-rpc http://localhost:8545 --system-config 0x034edD2A225f7f429A63E0f1D2084B9E0A93b538
  opstack discover … -o json | jq -r .roles.batcher

Exit codes: 0 read (differences to the registry included), 1 not read, or another chain`;

function subjectOf({ network: name, systemConfig, l1StandardBridge, l2ChainId, registry }: Options): Subject {
  if (name !== undefined) {
    const network = requireChain(loadRegistry(registry), name);
    const { chain } = network;
    return {
      systemConfig: chain.addresses.SystemConfigProxy,
      expected: { l1ChainId: chain.l1_chain_id, l2ChainId: chain.chain_id },
      given: { registry: fromRegistryNames(chain.addresses) },
      network,
    };
  }
  if (registry !== undefined)
    throw new CliError({ what: '--registry is of use with --network only', next: HOW_TO_NAME, exitCode: EXIT.usage });
  if (systemConfig !== undefined)
    return {
      systemConfig,
      expected: l2ChainId === undefined ? {} : { l2ChainId },
      given: l1StandardBridge === undefined ? {} : { spec: { l1StandardBridge } },
    };
  throw new CliError({ what: 'Which chain?', next: HOW_TO_NAME, exitCode: EXIT.usage });
}

const HOW_TO_NAME = '--system-config <address>, or --network <superchain>/<chain> for one of the superchain registry';

async function read(
  l1: string,
  { systemConfig, expected, given = {}, network }: Subject,
  { terminal }: CliContext,
): Promise<Discovered> {
  // Loaded when it is needed: other commands start without the library of its contracts.
  const { discover } = await import('../../chain/discovery/discover.ts');
  try {
    const discovery = await discover({ l1, systemConfig, expected, given, signal: terminal.signal });
    if (expected.l2ChainId !== undefined && discovery.l2ChainId === undefined)
      terminal.warn(
        `warning: these contracts do not say which L2 chain they are for: not compared with ${expected.l2ChainId}.\n`,
      );
    const { readAnchorState } = await import('../../chain/discovery/anchor-state.ts');
    const anchor = await readAnchorState(l1, discovery, terminal.signal);
    const standard = standardRelease(contractFactsOf(discovery));
    return { ...discovery, ...(anchor ? { anchor } : {}), ...(standard ? { standard } : {}) };
  } catch (error) {
    throw discoveryFailure(error, network);
  }
}

function resultText(discovery: Discovered, { network }: Subject, context: CliContext, options: Options): string {
  const comparison = network && compareWithRegistry(network, discovery);
  if (options.output === 'table') return discoveryText(discovery, comparison, paintFor(context, options));
  return serialise(comparison ? { ...discovery, differences: comparison.differences } : discovery, options.output);
}

function address(text: string): string {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be 0x and 40 hexadecimal digits.');
}

/** A digit that is wrong shows in the case of the letters, before L1 is asked for a contract that nobody has. */
async function requireChecksum(systemConfig: string): Promise<void> {
  const { isAddress } = await import('ethers');
  if (isAddress(systemConfig)) return;
  throw new CliError({
    what: `--system-config: the checksum of ${systemConfig} is wrong`,
    why: 'upper and lower case of its letters do not fit its digits: one of them is not as it was',
    next: 'copy the address again; all in lower case it is taken as it is',
    exitCode: EXIT.usage,
  });
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number above 0.');
}
