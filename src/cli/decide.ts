/** What the commands that decide have in common: the way a decision takes, and its options. */
import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { entityWorkflowId } from '../contract/ids.ts';
import { KubeConfigError, KubeUnreachableError } from '../kube/index.ts';
import { CliError } from './cli-error.ts';
import { type CliContext, type GlobalOptions, namespaceOf, withCluster } from './context.ts';
import { decideByKubernetes } from './decide-by-kubernetes.ts';
import { type Decision, decisionText } from './decision.ts';
import { type NetworkObject, readNetwork } from './networks.ts';
import { serialise } from './output.ts';
import { type TemporalOptions, withTemporalOptions } from './temporal-options.ts';

export interface DecideOptions extends GlobalOptions, TemporalOptions {
  readonly via?: 'kubernetes' | 'temporal';
  readonly cluster?: string;
  readonly as?: string;
  readonly yes?: boolean;
}

/** Adds the options that every deciding command has. */
export function withDecideOptions(command: Command): Command {
  return withTemporalOptions(
    command.addOption(
      new Option(
        '--via <way>',
        'kubernetes: annotations on the OptimismNetwork; temporal: an update, which answers (default: kubernetes, temporal when the cluster does not answer)',
      ).choices(['kubernetes', 'temporal']),
    ),
  )
    .option('--cluster <id>', 'cluster id of the operator (clusterName); needed when the cluster does not answer')
    .option('--as <name>', 'who decides, for --via temporal (default: your login name)');
}

export interface Deciding {
  readonly context: CliContext;
  readonly options: DecideOptions;
  readonly network: string;
  /** Makes the decision from the network as it is; undefined when the cluster can't be asked. May refuse, and may ask. */
  readonly decide: (network: NetworkObject | undefined) => Decision | Promise<Decision>;
}

export async function decide(deciding: Deciding): Promise<void> {
  if (deciding.options.via === 'temporal') return decideThroughTemporal(deciding);
  try {
    await decideThroughKubernetes(deciding);
  } catch (error) {
    const unreachable = error instanceof KubeUnreachableError || error instanceof KubeConfigError;
    if (!unreachable || deciding.options.via === 'kubernetes' || !deciding.options.cluster) throw error;
    deciding.context.terminal.warn('The API server does not answer, going through Temporal (counts as claimed).\n');
    await decideThroughTemporal(deciding);
  }
}

async function decideThroughKubernetes({ context, options, network: name, decide }: Deciding): Promise<void> {
  await withCluster(options, async (connection) => {
    const network = await readNetwork(connection, name);
    const decision = await decide(network);
    const by = await decideByKubernetes(connection.kube, network, decision, context.terminal.now());
    tell(context, options, { network: name, namespace: connection.namespace, decision, by, via: 'Kubernetes' });
  });
}

async function decideThroughTemporal({ context, options, network: name, decide }: Deciding): Promise<void> {
  const by = options.as ?? userInfo().username;
  const { workflowId, network } = await findWorkflow(options, name);
  const decision = await decide(network);
  // Loaded when it is needed: the client is most of the program's start-up time.
  const { decideByTemporal } = await import('./decide-by-temporal.ts');
  await decideByTemporal(options, workflowId, decision, by, context.terminal);
  tell(context, options, { network: name, namespace: namespaceOf(options), decision, by, via: 'Temporal' });
}

/** The id from `--cluster`, without asking the cluster; else from the network's status. */
async function findWorkflow(
  options: DecideOptions,
  name: string,
): Promise<{ workflowId: string; network?: NetworkObject }> {
  if (options.cluster)
    return { workflowId: entityWorkflowId({ cluster: options.cluster, namespace: namespaceOf(options), name }) };
  return withCluster(options, async (connection) => {
    const network = await readNetwork(connection, name);
    const workflowId = network.status?.workflow?.id;
    if (workflowId) return { workflowId, network };
    throw new CliError({
      what: `The status of ${name} names no workflow yet`,
      next: 'wait until the operator has looked at it, or give --cluster <id>',
    });
  });
}

interface Told {
  readonly network: string;
  readonly namespace: string;
  readonly decision: Decision;
  readonly by: string;
  readonly via: 'Kubernetes' | 'Temporal';
}

function tell(
  { terminal }: CliContext,
  { output }: GlobalOptions,
  { network, namespace, decision, by, via }: Told,
): void {
  if (output !== 'table') {
    terminal.write(serialise({ network, namespace, ...decision, by, via }, output));
    return;
  }
  terminal.write(`${decisionText(decision, network, by)}\n→ opstack status ${network} -n ${namespace}\n`);
}
