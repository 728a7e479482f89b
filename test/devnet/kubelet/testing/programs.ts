/** Small programs that do what their environment says, and a timeline of what they did. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Program, ProgramContext } from '../../program.ts';

export interface Happening {
  readonly at: number;
  readonly pod: string;
  readonly container: string;
  readonly what: 'started' | 'terminating' | 'ended' | 'killed';
}

export interface TestPrograms {
  readonly programs: Record<string, Program>;
  /** Everything that happened, oldest first. */
  readonly timeline: Happening[];
  /** What each instance of a container was started with, oldest first. */
  contexts(pod: string, container: string): ProgramContext[];
}

/**
 * `server`: answers HTTP on `$ADDRESS:$PORT` with `$STATUS` after `$LISTEN_AFTER` ms; on SIGTERM it ends after
 * `$SHUTDOWN` ms with `$EXIT`, or never if that is `never`. `task`: appends its arguments to `$FILE` if that is set, ends
 * after `$RUN` ms with `$EXIT`.
 */
export function createTestPrograms(): TestPrograms {
  const timeline: Happening[] = [];
  const started: ProgramContext[] = [];

  function recorded(program: Program): Program {
    return Object.assign(
      async (context: ProgramContext) => {
        const { pod, container } = context;
        const happened = (what: Happening['what']) =>
          timeline.push({ at: performance.now(), pod: pod.name, container, what });
        started.push(context);
        happened('started');
        context.terminate.addEventListener('abort', () => happened('terminating'));
        context.kill.addEventListener('abort', () => happened('killed'));
        const code = await program(context);
        happened('ended');
        return code;
      },
      { commands: ['server', 'task'] },
    );
  }

  return {
    programs: { server: recorded(server), task: recorded(task) },
    timeline,
    contexts: (pod, container) =>
      started.filter((context) => context.pod.name === pod && context.container === container),
  };
}

const server: Program = async (context) => {
  const { env, terminate, kill } = context;
  context.log(`started with ${context.argv.join(' ')}`);
  const http = createServer((_request, response) => {
    response.statusCode = Number(env['STATUS'] ?? 200);
    response.end(context.pod.name);
  });
  const listening = async () => {
    await wait(Number(env['LISTEN_AFTER'] ?? 0), kill);
    if (kill.aborted) return;
    const { host, port } = context.listen(env['ADDRESS'] ?? '0.0.0.0', Number(env['PORT'] ?? 8080));
    http.listen(port, host);
    await once(http, 'listening');
  };
  await listening();
  await aborted(terminate, kill);
  const shutdown = env['SHUTDOWN'] ?? '0';
  if (shutdown === 'never') await aborted(kill);
  else await wait(Number(shutdown), kill);
  http.close();
  http.closeAllConnections();
  context.log('bye');
  return Number(env['EXIT'] ?? 0);
};

const task: Program = async (context) => {
  const { env, kill, terminate } = context;
  const line = context.argv.join(' ');
  context.log(line);
  if (env['FILE']) {
    const path = context.hostPath(env['FILE']);
    const before = (() => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return '';
      }
    })();
    writeFileSync(path, `${before}${line}\n`);
  }
  await wait(Number(env['RUN'] ?? 0), AbortSignal.any([kill, terminate]));
  return Number(env['EXIT'] ?? 0);
};

function aborted(...signals: AbortSignal[]): Promise<void> {
  const signal = AbortSignal.any(signals);
  return signal.aborted ? Promise.resolve() : once(signal, 'abort').then(() => undefined);
}

async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  const elapsed = Promise.withResolvers<void>();
  const timer = setTimeout(() => elapsed.resolve(), milliseconds);
  await Promise.race([elapsed.promise, aborted(signal)]);
  clearTimeout(timer);
}
