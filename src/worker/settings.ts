/** Settings of the operator's processes: environment variables, each with a flag of the same meaning. */
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const milliseconds = z.coerce.number().int().min(10).max(3_600_000);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

export const settingsSchema = z.object({
  clusterName: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and dashes, at most 63')
    .optional()
    .describe(
      'Name of this cluster, in workflow ids and task queue. Default: 8 digits of the uid of the operator namespace.',
    ),
  operatorNamespace: z.string().min(1).default('op-stack-operator').describe('Namespace with the installation key.'),
  watchNamespaces: list.optional().describe('Namespaces to serve, separated by commas. Default: all.'),
  temporalAddress: z.string().min(1).default('127.0.0.1:7233').describe('host:port of the Temporal frontend.'),
  temporalNamespace: z.string().min(1).default('default').describe('Temporal namespace.'),
  temporalTlsCert: z.string().optional().describe('File with the client certificate for Temporal.'),
  temporalTlsKey: z.string().optional().describe('File with the key of the client certificate.'),
  temporalTlsCa: z.string().optional().describe('File with the CA of the Temporal frontend.'),
  temporalUiUrl: z.url().optional().describe('Base URL of the Temporal UI, for links in status.'),
  kubeconfig: z.string().optional().describe('Kubeconfig file. Default: KUBECONFIG, else the pod’s service account.'),
  kubeContext: z.string().optional().describe('Context of the kubeconfig.'),
  registryFile: z
    .string()
    .optional()
    .describe(
      'File with chains of the superchain registry that win over the built-in ones (tools/compile-registry.ts).',
    ),
  healthPort: port.default(8081).describe('Port of /healthz, /readyz and /metrics. 0: any free one.'),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info').describe('Log level.'),
  maxActivities: z.coerce.number().int().min(1).max(1000).default(40).describe('Activities that run at once.'),
  maxCachedWorkflows: z.coerce
    .number()
    .int()
    .min(10)
    .max(100_000)
    .default(500)
    .describe('Workflows that are kept in memory.'),
  entityCheckInterval: milliseconds
    .default(60_000)
    .describe('How often networks without a running workflow are looked for, in ms.'),
});

export type Settings = z.output<typeof settingsSchema>;

/** `temporalUiUrl` → `OPSTACK_TEMPORAL_UI_URL`. */
export function environmentName(setting: string): string {
  return `OPSTACK_${setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * Reads settings from the environment; `flags` win.
 * @throws Error that names every bad setting, its value and what is expected
 */
export function readSettings(environment: NodeJS.ProcessEnv, flags: Partial<Record<string, string>> = {}): Settings {
  const raw = Object.fromEntries(
    Object.keys(settingsSchema.shape)
      .map((name) => [name, flags[name] ?? environment[environmentName(name)]] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = settingsSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return `${environmentName(name)}=${JSON.stringify(raw[name])}: ${issue.message}`;
  });
  throw new Error(`settings are not usable: ${problems.join('; ')}`);
}
