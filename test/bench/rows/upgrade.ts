/** An upgrade of a whole network against what it waits for: what is left is the operator's own. */
import { isWaiting, type Plan } from '../../../src/contract/plan.ts';
import { PLAN_KEY, planConfigMapName, readPlanDocument } from '../../../src/status/plan-document.ts';
import { NETWORK } from '../../devnet/chain.ts';
import { waitUntil } from '../../devnet/servers/wait-until.ts';
import { auditOf } from '../../integration/cluster-objects.ts';
import { atMost, type Row } from '../row.ts';
import { withSpec } from '../stage/networks.ts';
import { startWholeNetwork, untilQuiet, type WholeNetwork, wholeNetwork } from '../stage/whole-network.ts';
import { sum } from '../statistics.ts';

const PATIENCE_MS = 600_000;

export const upgrade: Row = {
  name: 'upgrade',
  what: 'upgrade of a network of all five kinds, against the sum of what its steps wait for',
  targets: [atMost('own', 10, 's'), atMost('own per step', 0.6, 's')],
  size: { runs: { usual: 3, of: 'upgrades' } },
  async measure(bench) {
    const stage = await bench.on(wholeNetwork);
    const seen: Upgrade[] = [];
    for (let run = 0; run < bench.runs; run++) {
      const network = await startWholeNetwork(stage, `upgrade-${run}`);
      try {
        bench.progress.step(`upgrade ${run + 1} of ${bench.runs}`);
        seen.push(await upgradeOf(network));
        await untilQuiet(stage.temporal, network.entityId);
        const violations = network.chain.referee.violations();
        if (violations.length > 0) throw new Error(`the referee saw: ${violations.join('; ')}`);
      } finally {
        await network.chain.stop();
      }
    }
    const mean = (of: (one: Upgrade) => number) => sum(seen.map(of)) / seen.length;
    const own = mean(({ seconds, waited }) => seconds - waited);
    return {
      figures: [
        { name: 'own', value: own, unit: 's' },
        { name: 'own per step', value: own / mean(({ steps }) => steps), unit: 's' },
        { name: 'all', value: mean(({ seconds }) => seconds), unit: 's' },
        { name: 'waited for', value: mean(({ waited }) => waited), unit: 's' },
        { name: 'steps', value: mean(({ steps }) => steps), unit: '' },
        { name: 'that wait', value: mean(({ waiting }) => waiting), unit: '' },
      ],
      under:
        'means, from u17 to u18, which have the same batcher and proposer; from the start of the plan to its end as the status has them, without the steps that wait for pods and gates, each from its start to its end in the audit log; what is written about steps between them is the operator’s own',
    };
  },
};

interface Upgrade {
  readonly seconds: number;
  readonly waited: number;
  readonly steps: number;
  readonly waiting: number;
}

async function upgradeOf(network: WholeNetwork): Promise<Upgrade> {
  const { chain } = network;
  await chain.apply(...at('u17', network));
  await chain.waitForPhase('Ready', PATIENCE_MS);
  await chain.apply(...at('u18', network));
  const plan = await planOf(network);
  const { history = [] } = await waitUntil(
    'the upgrade has ended',
    async () => {
      const status = await chain.status();
      return status.phase === 'Ready' && status.history?.[0]?.hash === plan.hash ? status : undefined;
    },
    PATIENCE_MS,
  );
  const [{ startedAt = '', finishedAt = '', outcome } = { outcome: 'lost' }] = history;
  if (outcome !== 'completed') throw new Error(`the upgrade was ${outcome}`);
  const times = await stepTimes(network, plan.hash);
  const waiting = plan.steps.filter(isWaiting);
  return {
    seconds: secondsBetween(startedAt, finishedAt),
    waited: sum(
      waiting.map(({ id }) => secondsBetween(times.get(`${id} stepStarted`), times.get(`${id} stepFinished`))),
    ),
    steps: plan.steps.length,
    waiting: waiting.length,
  };
}

/** Nobody is asked: what is measured is the operator, and no person. */
function at(release: string, { resources }: WholeNetwork) {
  const approval = { upgrade: 'Automatic', interruptions: 'Automatic' };
  return resources.map((object) =>
    object.kind === 'OptimismNetwork' ? withSpec(object, { release, approval }) : object,
  );
}

function planOf({ chain, namespace }: WholeNetwork): Promise<Plan> {
  return waitUntil(
    'the upgrade is planned',
    async () => {
      const { plan } = await chain.status();
      const name = planConfigMapName(NETWORK);
      const found = await chain.kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
      const { [PLAN_KEY]: text } = (found?.['data'] ?? {}) as Record<string, string>;
      const read = plan?.kind === 'upgrade' ? readPlanDocument(text, plan) : undefined;
      return read && 'plan' in read ? read.plan : undefined;
    },
    PATIENCE_MS,
  );
}

/** `<step> <type of record>` → RFC 3339. */
async function stepTimes(network: WholeNetwork, hash: string): Promise<Map<string, string>> {
  const { records } = await auditOf(network);
  const own = records.filter(({ planHash }) => planHash === hash);
  return new Map(own.map(({ step, type, time }) => [`${step} ${type}`, time]));
}

function secondsBetween(from: string | undefined, to: string | undefined): number {
  if (from === undefined || to === undefined) throw new Error('a step has no record of its start, or of its end');
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
