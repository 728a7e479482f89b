/**
 * The operator as src/worker/main.ts runs it, which dies, freezes or waits where a test says. The test writes what it
 * wants into `$OPSTACK_TEST_FAULTS/fault`, at any time: `<point>[#n]=kill|stop|hold`, the n-th time that the point is
 * reached from then on; or `*<end of a point>=…`: once at every such point of every step, on and on. Every point that is
 * reached is a line in `reached`. A fault is consumed before it strikes: the process that is started next does not meet
 * it again.
 */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { type ProcessKind, runProcess } from '../../src/worker/processes.ts';
import { readSettings } from '../../src/worker/settings.ts';

const dir = process.env['OPSTACK_TEST_FAULTS'];
if (!dir) throw new Error('OPSTACK_TEST_FAULTS must name a folder');
const files = {
  fault: join(dir, 'fault'),
  reached: join(dir, 'reached'),
  struck: join(dir, 'struck'),
  held: join(dir, 'held'),
};

let counted = '';
let count = 0;

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}

/** What is to happen at this point now; consumes it. */
function faultAt(point: string, step: string): string | undefined {
  const text = read(files.fault);
  if (text === '') return undefined;
  const [where = '', action = ''] = text.split('=');
  if (where.startsWith('*')) {
    if (!point.endsWith(where.slice(1))) return undefined;
    // Without its number: a plan for the remainder counts anew.
    const place = `${step.replace(/^\d+-/, '')} ${point}`;
    if (read(files.struck).split('\n').includes(place)) return undefined;
    appendFileSync(files.struck, `${place}\n`);
    return action;
  }
  const [wanted, nth = '1'] = where.split('#');
  if (wanted !== point) return undefined;
  if (counted !== text) count = 0;
  counted = text;
  count += 1;
  if (count < Number(nth)) return undefined;
  rmSync(files.fault, { force: true });
  return action;
}

async function reached(point: string, step = '-'): Promise<void> {
  const action = faultAt(point, step);
  appendFileSync(
    files.reached,
    `${JSON.stringify({ pid: process.pid, at: Date.now(), point, step, ...(action ? { action } : {}) })}\n`,
  );
  if (action === 'kill') process.kill(process.pid, 'SIGKILL');
  if (action === 'stop') process.kill(process.pid, 'SIGSTOP');
  if (action !== 'hold') return;
  appendFileSync(files.held, '');
  while (existsSync(files.held)) await delay(50);
}

const settings = readSettings(process.env);
const logger = pino({
  level: settings.logLevel,
  base: { program: 'op-stack-operator' },
  timestamp: pino.stdTimeFunctions.isoTime,
});
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await runProcess({ kind: process.argv[2] as ProcessKind, settings, logger, signal: stop.signal, reached });
