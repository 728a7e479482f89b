/** `opstack registry verify [chain...]` */
import { Command } from 'commander';
import { loadRegistry, type NamedChain } from '../../catalogue/registry.ts';
import { builtInGenesis } from '../../catalogue/registry-genesis.ts';
import { type RegistryVerdict, verifyRegistryChain } from '../../chain/registry-verify.ts';
import { type CliContext, type GlobalOptions, paintFor } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { columns, type Paint, serialise } from '../output.ts';
import { registryOption, requireChain } from '../registry-option.ts';
import type { Terminal } from '../terminal.ts';

interface Verified extends NamedChain {
  readonly verdict: RegistryVerdict;
}

const HELP = `
Examples:
  opstack registry verify
  opstack registry verify sepolia/op 130
  opstack registry verify --json

Exit codes: 0 nothing contradicts itself (chains of which too little is known to tell are listed), 1 something does`;

export function registryVerifyCommand(context: CliContext): Command {
  return new Command('verify')
    .description(
      'Compute the genesis block of chains from their genesis files, and compare its hash; check rollup configurations and the order of forks',
    )
    .argument('[chain...]', 'names or chain ids; absent: all')
    .addOption(registryOption())
    .option('--json', 'the same as -o json')
    .addHelpText('after', HELP)
    .action(async (written: string[], _, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { registry?: string; json?: true }>();
      const registry = loadRegistry(options.registry);
      const chains = written.length > 0 ? written.map((name) => requireChain(registry, name)) : registry.chains();
      const verified = await verifyAll(chains, context.terminal);
      const output = options.json ? 'json' : options.output;
      context.terminal.write(
        output === 'table' ? table(verified, paintFor(context, options)) : serialise(report(verified), output),
      );
      context.finish(verified.some(({ verdict }) => verdict.kind === 'wrong') ? EXIT.failed : EXIT.ok);
    });
}

/** One after the other, since some genesis files fill hundreds of megabytes; with a line for each, if somebody sits there. */
async function verifyAll(chains: readonly NamedChain[], terminal: Terminal): Promise<Verified[]> {
  const done: Verified[] = [];
  for (const named of chains) {
    terminal.signal.throwIfAborted();
    const verdict = await verifyRegistryChain(named, await builtInGenesis(named.name));
    done.push({ ...named, verdict });
    if (terminal.interactive)
      terminal.warn(`[${done.length}/${chains.length}] ${named.name}: ${WORDS[verdict.kind]}\n`);
  }
  return done;
}

const WORDS = { verified: 'verified', unknown: 'not verified', wrong: 'wrong' } as const;
const COLOURS = { verified: 'green', unknown: 'yellow', wrong: 'red' } as const;

function report(chains: readonly Verified[]) {
  const unverified = chains.flatMap(({ name, verdict }) =>
    verdict.kind === 'verified' ? [] : [{ name, reason: verdict.reason }],
  );
  return { chains: chains.length, verified: chains.length - unverified.length, unverified };
}

function table(chains: readonly Verified[], paint: Paint): string {
  const rows = chains.map(({ name, chain, verdict }) => [
    name,
    String(chain.chain_id),
    paint(COLOURS[verdict.kind], WORDS[verdict.kind]),
    verdict.kind === 'verified' ? verdict.what : verdict.reason,
  ]);
  const { verified } = report(chains);
  return `${columns(['CHAIN', 'ID', 'RESULT', ''], rows)}\n${verified} of ${chains.length} chains verified.\n`;
}
