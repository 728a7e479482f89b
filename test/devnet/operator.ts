/** The operator as a process of its own, as users run it: killable, freezable, restartable. */
import { join } from 'node:path';
import { freePort } from './servers/free-port.ts';
import { type ManagedProcess, startProcess } from './servers/managed-process.ts';

export interface OperatorOptions {
  readonly kind: 'watcher' | 'worker' | 'all';
  readonly dir: string;
  readonly name?: string;
  readonly clusterName: string;
  readonly kubeconfigPath: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl?: string;
  readonly namespace: string;
  readonly operatorNamespace?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another program than src/worker/main.ts: operator-with-faults.ts. */
  readonly main?: string;
}

export interface Operator {
  readonly process: ManagedProcess;
  readonly healthUrl: string;
}

const MAIN = join(import.meta.dirname, '../../src/worker/main.ts');

export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const port = await freePort();
  const healthUrl = `http://127.0.0.1:${port}`;
  const process = await startProcess({
    name: options.name ?? `operator-${options.kind}`,
    command: globalThis.process.execPath,
    args: [options.main ?? MAIN, options.kind],
    dir: options.dir,
    env: {
      OPSTACK_CLUSTER_NAME: options.clusterName,
      OPSTACK_KUBECONFIG: options.kubeconfigPath,
      OPSTACK_TEMPORAL_ADDRESS: options.temporalAddress,
      ...(options.temporalUiUrl ? { OPSTACK_TEMPORAL_UI_URL: options.temporalUiUrl } : {}),
      OPSTACK_WATCH_NAMESPACES: options.namespace,
      OPSTACK_OPERATOR_NAMESPACE: options.operatorNamespace ?? options.namespace,
      OPSTACK_HEALTH_PORT: String(port),
      OPSTACK_LOG_LEVEL: 'debug',
      OPSTACK_ENTITY_CHECK_INTERVAL: '5000',
      ...options.env,
    },
    ready: async () => (await fetch(`${healthUrl}/readyz`, { signal: AbortSignal.timeout(2000) })).ok,
  });
  return { process, healthUrl };
}
