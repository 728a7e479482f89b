import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cliReference } from '../../src/cli/cli-reference.ts';
import { leaves } from '../../src/cli/describe-commands.ts';
import { createProgram } from '../../src/cli/program.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import { opstack } from './run-opstack.ts';

const run = promisify(execFile);
const program = createProgram({ terminal: processTerminal(new AbortController().signal), finish: () => undefined });

describe('the command line', () => {
  it('is documented in docs/cli.md as it is', async () => {
    const text = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
    expect(text, 'docs/cli.md is out of date: npm run generate').toBe(cliReference());
  });

  it('says of every command, argument and option what it is', () => {
    for (const { path, command } of leaves(program, 'opstack')) {
      expect(command.description(), path).not.toBe('');
      for (const argument of command.registeredArguments)
        expect(argument.description, `${path} ${argument.name()}`).not.toBe('');
      for (const option of command.options) expect(option.description, `${path} ${option.flags}`).not.toBe('');
    }
  });

  it('helps with exit code 0, also on a subcommand', async () => {
    const help = await opstack(['audit', 'verify', '--help']);
    expect(help.out).toContain('Usage: opstack audit verify');
    expect(help.out).toContain('--kubeconfig <path>');
    expect(help.code).toBe(0);
  });

  it('runs as a program with its exit code', async () => {
    const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
    const { stdout } = await run(process.execPath, [main, 'crds', '-o', 'json']);
    expect((JSON.parse(stdout) as { kind: string }).kind).toBe('List');
    await expect(run(process.execPath, [main, 'nope'])).rejects.toMatchObject({ code: 2 });
  });
});

describe('opstack completion', () => {
  /** What bash offers after these words; the last one is being typed. */
  async function offers(...words: string[]): Promise<string[]> {
    const { out } = await opstack(['completion', 'bash']);
    const typed = ['opstack', ...words].map((word) => `"${word}"`).join(' ');
    const script = `${out}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _opstack_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run('bash', ['-c', script]);
    return stdout.split('\n').filter((word) => word !== '');
  }

  it('offers commands', async () => {
    expect(await offers('st')).toEqual(['status']);
    expect(await offers('audit', 've')).toEqual(['verify']);
  });

  it("offers a command's own options and the global ones", async () => {
    const options = await offers('approve', 'acme', '--');
    expect(options).toEqual(expect.arrayContaining(['--comment', '--via', '--namespace', '--output']));
    expect(options).not.toContain('--watch');
  });

  it('offers the values of an option', async () => {
    expect(await offers('status', '-o', '')).toEqual(['table', 'json', 'yaml']);
  });

  it('has all commands for zsh and fish too', async () => {
    expect((await opstack(['completion', 'zsh'])).out).toMatch(/^#compdef opstack\n/);
    expect((await opstack(['completion', 'fish'])).out).toContain("-a 'confirm-fenced'");
    expect((await opstack(['completion', 'fish'])).out).toContain("-a 'give-up-blocks'");
  });

  it('knows no other shell', async () => {
    expect((await opstack(['completion', 'tcsh'])).code).toBe(2);
  });
});
