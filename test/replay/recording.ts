/** A devnet whose workflows are recorded: what the stories have in common. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { type History, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { SIGNALS } from '../../src/contract/messages.ts';
import { type OwnDevnet, startOwnDevnet } from '../crash/own-devnet.ts';
import type { ChainFilesOptions } from '../devnet/servers/chain-files.ts';
import { waitForProposal, waitForStatus } from '../integration/plans-in-status.ts';

export const BY = 'ana';

export interface Recording {
  readonly devnet: OwnDevnet;
  readonly entity: WorkflowHandle;
  /** Writes a workflow's history into `<scenario>.json`, as it is now. */
  save(scenario: string, workflowId: string): Promise<void>;
}

/** @param story on servers of its own, which are named after it */
export async function record(
  name: string,
  story: (recording: Recording) => Promise<void>,
  { folder, files }: { readonly folder: string; readonly files?: ChainFilesOptions },
): Promise<void> {
  const devnet = await startOwnDevnet(name, files);
  const { temporal, entityId } = devnet;
  const save = async (scenario: string, workflowId: string) => {
    const history = await temporal.workflow.getHandle(workflowId).fetchHistory();
    const text = JSON.stringify({ workflowId, history: scrubbed(history) }, null, 1);
    await writeFile(join(folder, `${scenario}.json`), `${text}\n`);
    console.log(`${scenario}: ${history.events?.length} events`);
  };
  try {
    await story({ devnet, entity: temporal.workflow.getHandle(entityId), save });
  } catch (error) {
    console.error(JSON.stringify(await devnet.chain.status().catch(() => undefined), null, 1));
    console.error(devnet.operator.process.logTail(20));
    throw error;
  } finally {
    await devnet.stop();
  }
}

/** Approves the plan that is asked for, and waits until its workflow is there. @returns its workflow id */
export async function approve({ devnet, entity }: Recording): Promise<string> {
  const { hash } = await waitForProposal(devnet);
  await entity.signal(SIGNALS.approve, { plan: hash, approver: BY });
  return begun({ devnet }, (plan) => plan.hash === hash);
}

/** Waits for a plan that is executed. @returns its workflow id */
export async function begun(
  { devnet }: Pick<Recording, 'devnet'>,
  isIt: (plan: NonNullable<OptimismNetworkStatus['plan']>) => boolean,
): Promise<string> {
  const { plan } = await waitForStatus(
    devnet,
    'a plan has begun',
    (status) => status.plan?.workflowId !== undefined && isIt(status.plan),
  );
  return plan?.workflowId ?? '';
}

/** Without names and paths of the machine that it was recorded on. Sticky queues are named `<process>@<host>-<hash>`. */
function scrubbed(history: History): unknown {
  return JSON.parse(historyToJSON(history), (key, value: unknown) => {
    if (key === 'stackTrace') return '';
    return typeof value === 'string' && /^\d+@/.test(value) ? 'worker' : value;
  });
}
