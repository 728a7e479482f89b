#!/usr/bin/env node
/** `op-stack-operator watcher|worker|all`: the operator's processes. */
import { Command } from 'commander';
import { pino } from 'pino';
import { type ProcessKind, runProcess } from './processes.ts';
import { environmentName, readSettings, settingsSchema } from './settings.ts';

const KINDS: Record<ProcessKind, string> = {
  watcher: 'watch Kubernetes and start or poke one workflow for each OptimismNetwork',
  worker: 'run workflows and activities',
  all: 'both in one process, for small installations',
};

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

async function run(kind: ProcessKind, flags: Record<string, string>): Promise<void> {
  const settings = readSettings(process.env, flags);
  const logger = pino({
    level: settings.logLevel,
    base: { program: 'op-stack-operator' },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      logger.info({ signal: name }, 'Operator is stopping');
      stop.abort();
    });
  }
  await runProcess({ kind, settings, logger, signal: stop.signal });
}

const program = new Command('op-stack-operator').description(
  'Kubernetes operator for OP Stack chains, driven by durable Temporal workflows',
);
for (const [kind, description] of Object.entries(KINDS)) {
  const command = program.command(kind).description(description);
  for (const [name, schema] of Object.entries(settingsSchema.shape)) {
    command.option(`--${kebab(name)} <value>`, `${schema.description ?? ''} [${environmentName(name)}]`);
  }
  command.action((flags: Record<string, string>) => run(kind as ProcessKind, flags));
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`op-stack-operator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
