/**
 * What people see of a rollout in Temporal's UI, in a real browser. `npm run screenshots` also writes the pictures of
 * the documents.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { useDevnet } from '../integration/devnet.ts';
import { findChromium } from './chromium.ts';
import { openTemporalPages, type TemporalPages } from './temporal-pages.ts';

const search = await findChromium(process.env);

if (search.path === undefined) {
  it('is not looked at here: there is no Chromium, set CHROME_BIN or install one', () => {
    console.log(`No browser was found; these places were searched:\n  ${search.searched.join('\n  ')}`);
    expect(search.path).toBeUndefined();
    expect(search.searched.length).toBeGreaterThan(0);
  });
} else {
  const executablePath = search.path;

  describe('the Temporal UI', () => {
    const devnet = useDevnet('chains', { env: { OPSTACK_TEMPORAL_UI_URL: inject('temporalUiUrl') } });
    let pages: TemporalPages;

    beforeAll(async () => {
      pages = await openTemporalPages({
        executablePath,
        uiUrl: inject('temporalUiUrl'),
        runIdOf: async (workflowId) => (await devnet().temporal.workflow.getHandle(workflowId).describe()).runId,
        takePictures: process.env['OPSTACK_SCREENSHOTS'] === '1',
      });
    });

    afterAll(async () => {
      await pages?.close();
    });

    /** The page fills in what it shows bit by bit. */
    async function pageShows(...texts: readonly (string | RegExp)[]): Promise<void> {
      await waitUntil(
        `the page shows ${texts.join(', ')}`,
        async () => {
          const text = await pages.text();
          const missing = texts.filter((wanted) =>
            typeof wanted === 'string' ? !text.includes(wanted) : !wanted.test(text),
          );
          if (missing.length > 0) throw new Error(`it lacks ${missing.join(', ')}; it shows:\n${text.slice(-4000)}`);
          return true;
        },
        20_000,
      );
    }

    const entity = () => devnet().temporal.workflow.getHandle(devnet().entityId);
    const installId = () => `${devnet().entityId}/install-1`;

    it('shows a plan that waits for approval, with what it does and the commands that decide', async () => {
      const { chain, namespace, entityId } = devnet();
      const asks = chain.resources.map((resource) =>
        resource.kind === 'OptimismNetwork'
          ? {
              ...resource,
              spec: {
                ...(resource['spec'] as object),
                approval: { install: 'Required' },
                rollout: { gates: { sequencing: { minBlocks: 900, timeout: '30m' } } },
              },
            }
          : resource,
      );
      await chain.apply(...asks);
      const { plan } = await chain.waitForPhase('AwaitingApproval');
      const hash = plan?.hash?.slice(0, 8) ?? 'no plan';
      await pages.open(entityId, 'user-metadata');
      await pageShows(
        `${namespace}/devnet: AwaitingApproval`,
        'waiting for approval',
        'apply devnet-sequencer and wait until its pods are ready',
        `opstack approve devnet ${hash} -n ${namespace}`,
        `opstack reject devnet ${hash} -n ${namespace}`,
        `--name approve --input '{"plan":"${hash}","approver":"you"}'`,
      );
      await pages.picture('approval', 1480);
      await entity().signal('approve', { plan: hash, approver: 'ana' });
    });

    it('lists networks and rollouts with phase, kind of plan and chain id', async () => {
      const { chain, namespace, entityId } = devnet();
      await waitUntil(
        'the rollout waits at its gate',
        async () => {
          const step = (await chain.status()).plan?.steps?.find(({ gates }) => gates?.includes('sequencing'));
          if (step?.state === 'Waiting' && step.message?.includes('expecting 900')) return step;
          throw new Error(`step: ${JSON.stringify(step)}`);
        },
        90_000,
      );
      const list = await pages.list(namespace);
      for (const text of [
        'OpPhase',
        'OpPlanKind',
        'OpChainId',
        'OpApprovalPending',
        entityId,
        installId(),
        'optimismNetwork',
        'rollout',
        'Installing',
        'install',
        String(chain.deployment.l2ChainId),
      ]) {
        expect(list).toContain(text);
      }
      await pages.picture('workflows', 420);
    });

    it('shows a waiting gate with its name, its limit and its last words', async () => {
      await pages.open(installId(), 'pending-activities');
      await pageShows(
        '07-await-single-sequencer/devnet-sequencer',
        'awaitGate',
        /devnet-sequencer-0 is active, unsafe head [\d,]+: [\d,]+ new blocks in .* expecting 900/,
      );
      await pages.picture('waiting-gate', 'Stack Trace');
    });

    it('tells a rollout as a table of steps, with the command that goes past the gate', async () => {
      const { namespace, chain } = devnet();
      const hash = (await chain.status()).plan?.hash?.slice(0, 8);
      await pages.open(installId(), 'user-metadata');
      await pageShows(
        `plan ${hash}`,
        'approved by ana',
        /04\s+execution client of devnet-sequencer is of this chain.*\s+done\s+\d\d:\d\d:\d\dZ\s+the execution client of devnet-sequencer-0 answers/,
        /07\s+devnet-sequencer makes blocks, and is the only active sequencer\s+waiting/,
        /12\s+devnet-replica follows the chain\s+–/,
        `opstack skip-gate devnet sequencing --reason "…" -n ${namespace}`,
      );
      await pages.picture('rollout-details', 1800);
    });

    it('draws the steps with what each is for', async () => {
      await entity().signal('skipGate', { gate: 'sequencing', by: 'ana', reason: 'blocks are being made' });
      await devnet().chain.waitForPhase('Ready', 120_000);
      await pages.open(installId(), 'timeline');
      await pageShows(
        'all 12 steps done',
        'storeConfig • store chain configuration, keys and peers of devnet',
        'startSequencer • start sequencing on devnet-sequencer',
        'awaitGate • devnet-replica follows the chain',
      );
      await pages.picture('rollout', 1360);
      await pages.open(installId(), 'user-metadata');
      await pageShows('skipped by ana: blocks are being made', /12\s+devnet-replica follows the chain\s+done/);
    });
  });
}
