/** What every command gets: the terminal, the global options, and a way to the cluster. */
import { KubeConfig } from '@kubernetes/client-node';
import type { Command } from 'commander';
import { createKubeClient, type KubeClient } from '../kube/index.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Output, Paint } from './output.ts';
import { painter } from './output.ts';
import type { Terminal } from './terminal.ts';

export interface GlobalOptions {
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly output: Output;
  readonly color: boolean;
}

export interface CliContext {
  readonly terminal: Terminal;
  /** Sets what the program ends with when nothing fails. */
  finish(code: ExitCode): void;
}

export interface Connection {
  readonly kube: KubeClient;
  /** `--namespace`, else the kubeconfig context's, else `default`. */
  readonly namespace: string;
}

export function globalOptions(command: Command): GlobalOptions {
  return command.optsWithGlobals<GlobalOptions>();
}

export function paintFor({ terminal }: CliContext, { color }: GlobalOptions): Paint {
  return painter(terminal.colours && color);
}

/**
 * Runs `work` with a connection to the cluster, and closes it.
 * @throws KubeConfigError when there is no usable kubeconfig
 */
export async function withCluster<T>(options: GlobalOptions, work: (connection: Connection) => Promise<T>): Promise<T> {
  const kube = createKubeClient({ kubeconfigPath: options.kubeconfig, context: options.context });
  try {
    return await work({ kube, namespace: namespaceOf(options) });
  } finally {
    await kube.close();
  }
}

/** The namespace that a command is about. */
export function namespaceOf({ namespace, kubeconfig, context }: GlobalOptions): string {
  if (namespace) return namespace;
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  return config.getContextObject(context ?? config.getCurrentContext())?.namespace ?? 'default';
}
