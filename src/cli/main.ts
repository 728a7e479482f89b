#!/usr/bin/env node
import { runOpstack } from './program.ts';
import { processTerminal } from './terminal.ts';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
// `opstack … | head`: the reader has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await runOpstack(process.argv.slice(2), processTerminal(stop.signal));
