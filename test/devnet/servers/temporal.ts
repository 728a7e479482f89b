/** A real Temporal server with its UI: every service in one process, on a SQLite file that survives kill -9. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureTool } from '../../../tools/toolchain.ts';
import { freePort } from './free-port.ts';
import { type ManagedProcess, RARE_GARBAGE_COLLECTION, startProcess } from './managed-process.ts';

export interface TemporalServer {
  /** host:port of the frontend, for clients and workers. */
  address: string;
  uiUrl: string;
  /** Prometheus endpoint of the server itself. */
  metricsUrl: string;
  process: ManagedProcess;
  stop(): Promise<void>;
}

/** Starts the server with its database under `dir`; besides `default`, the given namespaces are registered. */
export async function startTemporal(options: {
  dir: string;
  uiPort?: number;
  namespace?: readonly string[];
  /** Server settings by key, e.g. `limit.historyCount.suggestContinueAsNew`. */
  dynamicConfig?: Readonly<Record<string, string | number>>;
  log?: (line: string) => void;
}): Promise<TemporalServer> {
  const log = options.log ?? (() => {});
  const tool = await ensureTool('temporal-dev-server', { onProgress: log });
  await mkdir(options.dir, { recursive: true });
  const [port, metricsPort] = [await freePort(), await freePort()];
  const uiUrl = `http://127.0.0.1:${options.uiPort ?? (await freePort())}`;
  const from = performance.now();
  const process = await startProcess({
    env: RARE_GARBAGE_COLLECTION,
    name: 'temporal',
    command: tool.path,
    dir: options.dir,
    args: [
      '--ip=127.0.0.1',
      `--port=${port}`,
      `--ui-port=${new URL(uiUrl).port}`,
      `--metrics-port=${metricsPort}`,
      `--db-filename=${join(options.dir, 'temporal.db')}`,
      ...(options.namespace ?? []).map((name) => `--namespace=${name}`),
      ...Object.entries(options.dynamicConfig ?? {}).map(([key, value]) => `--dynamic-config-value=${key}=${value}`),
    ],
    // The server prints this line when its frontend answers health checks; its UI may come later.
    ready: async (output) => output().includes('ready: grpc=') && (await fetch(uiUrl)).ok,
  });
  log(`temporal ready in ${((performance.now() - from) / 1000).toFixed(1)} s`);
  return {
    address: `127.0.0.1:${port}`,
    uiUrl,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    process,
    stop: () => process.kill(),
  };
}
