/** Waiting for what a network's status says of its plans. */
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import type { Devnet } from './devnet.ts';

type Plan = NonNullable<OptimismNetworkStatus['plan']>;
type PastPlan = NonNullable<OptimismNetworkStatus['history']>[number];

/** For machines on which eight chains run at once. */
export const PATIENCE_MS = 240_000;

/** Resolves when the status fits; a failure shows what it was instead. */
export function waitForStatus(
  { chain }: Pick<Devnet, 'chain'>,
  what: string,
  fits: (status: OptimismNetworkStatus) => boolean,
  timeoutMs = PATIENCE_MS,
): Promise<OptimismNetworkStatus> {
  return waitUntil(
    what,
    async () => {
      const status = await chain.status();
      if (fits(status)) return status;
      const steps = status.plan?.steps?.filter(({ state }) => state !== 'Done' && state !== 'Pending');
      throw new Error(
        `it is ${JSON.stringify({ phase: status.phase, plan: status.plan?.summary, steps, last: status.history?.[0] })}`,
      );
    },
    timeoutMs,
  );
}

/**
 * Does something that makes a plan and waits until that plan has ended and the network is Ready again.
 * @returns the plan as history has it
 */
export async function planAfter(devnet: Pick<Devnet, 'chain'>, doIt: () => Promise<unknown>): Promise<PastPlan> {
  const before = newest(await devnet.chain.status());
  await doIt();
  const status = await waitForStatus(
    devnet,
    'a plan has ended and the network is Ready',
    (now) => now.phase === 'Ready' && newest(now) !== before,
  );
  const [plan] = status.history ?? [];
  if (!plan) throw new Error('the history is empty');
  return plan;
}

/** Waits for a plan that is asked for; `unlike` is the hash of the one before. */
export async function waitForProposal(devnet: Pick<Devnet, 'chain'>, unlike = ''): Promise<Plan> {
  const { plan } = await waitForStatus(
    devnet,
    'a plan waits for approval',
    ({ phase, plan: now }) => phase === 'AwaitingApproval' && now !== undefined && now.hash !== unlike,
  );
  if (!plan) throw new Error('no plan in status');
  return plan;
}

function newest({ history = [] }: OptimismNetworkStatus): string {
  const [plan] = history;
  return plan ? `${plan.hash} ${plan.startedAt}` : '';
}
