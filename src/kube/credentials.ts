/**
 * Where the API server is and how to prove who we are. Reading kubeconfigs and all their ways to authenticate (tokens,
 * certificates, exec plugins, OIDC, the pod's service account) is @kubernetes/client-node's work.
 */
import { existsSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { type DispatcherOptions, KubeConfig } from '@kubernetes/client-node';
import { KubeConfigError, KubeUnreachableError } from './errors.ts';

const IN_CLUSTER_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** How long credentials are kept before files and plugins are asked again. */
const CREDENTIALS_TTL_MS = 1000;

export interface KubeconfigOptions {
  /** Path of a kubeconfig; absent: `KUBECONFIG`, then `~/.kube/config`, then the pod's service account. */
  readonly kubeconfigPath?: string | undefined;
  /** Context in it; absent: its current one. */
  readonly context?: string | undefined;
}

/** What one request needs to authenticate. Never log it. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly connection: DispatcherOptions;
}

export interface CredentialSource {
  /** Base URL of the API server, without a trailing slash. */
  readonly server: string;
  /** Credentials as they are now: rotated tokens and certificates are picked up. */
  current(): Promise<Credentials>;
  /** Forgets what is kept, after the server refused it. */
  invalidate(): void;
}

/**
 * @throws KubeConfigError when there is no usable kubeconfig
 */
export function loadCredentialSource(options: KubeconfigOptions = {}): CredentialSource {
  let config = loadKubeconfig(options);
  let kept: { at: number; credentials: Promise<Credentials> } | undefined;
  return {
    server: clusterOf(config, options).server.replace(/\/+$/, ''),
    current() {
      const now = performance.now();
      if (kept === undefined || now - kept.at > CREDENTIALS_TTL_MS) {
        const credentials = readCredentials(config);
        kept = { at: now, credentials };
        credentials.catch(() => {
          kept = undefined; // a failed plugin or an unreadable file is tried again by the next request
        });
      }
      return kept.credentials;
    },
    invalidate() {
      kept = undefined;
      try {
        // The library keeps token files for a minute; a fresh KubeConfig does not know the refused one.
        config = loadKubeconfig(options);
      } catch {
        // The file is just being rewritten: go on with what was read before, the next refusal comes here again.
      }
    },
  };
}

function clusterOf(config: KubeConfig, options: KubeconfigOptions): { readonly server: string } {
  const cluster = config.getCurrentCluster();
  if (cluster !== null) return cluster;
  const names = config.contexts.map((context) => context.name).join(', ');
  throw new KubeConfigError(
    `Context "${options.context ?? config.getCurrentContext()}" or its cluster is not in the kubeconfig; ` +
      `it has the contexts: ${names === '' ? 'none' : names}. Choose one of them.`,
  );
}

function loadKubeconfig({ kubeconfigPath, context }: KubeconfigOptions): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfigPath === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfigPath);
  } catch (error) {
    const from = kubeconfigPath ?? process.env['KUBECONFIG'] ?? 'the default kubeconfig';
    throw new KubeConfigError(`Could not read ${from}: ${error instanceof Error ? error.message : error}.`, {
      cause: error,
    });
  }
  // Where nothing is configured the library falls back to a made-up http://localhost:8080.
  if (config.getCurrentCluster()?.server === 'http://localhost:8080' && !existsSync(IN_CLUSTER_TOKEN)) {
    throw new KubeConfigError(
      'No Kubernetes configuration found: set KUBECONFIG, create ~/.kube/config, or run inside a cluster.',
    );
  }
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

async function readCredentials(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new KubeUnreachableError(
      `Could not get credentials for the API server: ${error instanceof Error ? error.message : error}. ` +
        `Check user "${config.getCurrentUser()?.name}" in the kubeconfig, its files and its plugin.`,
      { cause: error },
    );
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value);
  if (typeof options.auth === 'string') {
    headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  // Basic credentials come as `auth`, TLS material as options that the agent and undici name alike.
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
  const tls = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
  const connection = config.createDispatcherOptions(config.getCurrentCluster(), tls as AgentOptions);
  return { headers, connection };
}

type AgentOptions = Parameters<KubeConfig['createDispatcherOptions']>[1];
