/**
 * What people read while something is broken. One chain, one fault after the other, or two that have nothing to do with
 * each other: switched on, read in status, switched off, and healthy again. The faults behave as they were recorded from the real programs and a real kubelet.
 */
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../src/api/conditions.ts';
import { ALL } from '../crash/fault-points.ts';
import { NETWORK } from '../devnet/chain.ts';
import { chainOwner } from '../devnet/programs/testing/test-bed.ts';
import { jsonRpc } from '../devnet/servers/json-rpc.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, waitForStatus } from './plans-in-status.ts';

const SEQUENCER = 'devnet-sequencer';
const REPLICA = 'devnet-replica';
const BATCHER = 'devnet-batcher';
const STRANGER = '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC';
/** In L1 blocks of a second; longer than any outage here but the last. */
const SEQUENCING_WINDOW = ALL ? 120 : 50;

describe('what people read while', { timeout: PATIENCE_MS }, () => {
  const use = useDevnet('faults', { ownL1: true, files: { blockTimeSeconds: 1, seqWindowSize: SEQUENCING_WINDOW } });

  it('nothing is broken', async () => {
    const devnet = use();
    await devnet.chain.apply(
      ...devnet.chain.resources.filter(({ metadata }) => metadata.name !== NETWORK),
      resource(devnet, NETWORK, { probeInterval: '2s' }),
    );
    await devnet.chain.waitForPhase('Ready', PATIENCE_MS);
    await isHealthy(devnet);
  });

  it('an image is missing after an edit, and then the pod is never ready', async () => {
    const devnet = use();
    const { fault } = devnet.chain.runner;
    const unready = fault.neverReady(`${REPLICA}-0/op-node`);
    await whileBroken([unready], async () => {
      const missing = fault.imageMissing(`${REPLICA}-0/op-node`);
      await whileBroken([missing], async () => {
        await devnet.chain.apply(resource(devnet, REPLICA, { logging: { level: 'debug' } }));
        await stepSays(
          devnet,
          /apply-component/,
          /^Container op-node of pod devnet-replica-0 can't get image \S*op-node:\S+: its registry does not have it/,
        );
        await says(devnet, 'Degraded', 'ImagePullBackOff', /→ correct the tag or digest/);
      });
      await stepSays(
        devnet,
        /apply-component/,
        /^Container op-node of pod devnet-replica-0 runs but is not ready: the readiness probe got HTTP 503/,
      );
    });
    await isHealthy(devnet);
  });

  it('a program crashes again and again, and another one needs more memory than it may have', async () => {
    const devnet = use();
    const { fault } = devnet.chain.runner;
    const mends = [fault.crashLoop(`${BATCHER}-0/op-batcher`), fault.outOfMemory(`${REPLICA}-0/op-geth`)];
    const crashes =
      /op-batcher of pod devnet-batcher-0 ended .* with exit code 1\. → .*kubectl logs -n \S+ devnet-batcher-0 -c op-batcher --previous/;
    const killed = /op-geth of pod devnet-replica-0 was killed .* more memory than .*→ raise resources.limits.memory/;
    await whileBroken(mends, async () => {
      await says(devnet, 'Degraded', 'CrashLoopBackOff', crashes);
      await says(devnet, 'Degraded', 'CrashLoopBackOff', killed);
    });
    await isHealthy(devnet);
  });

  it('the batcher ends without an error, for want of the miner API, and the disk of a replica is full', async () => {
    const devnet = use();
    const { fault, logs } = devnet.chain.runner;
    const mends = [devnet.chain.faults.pod(`${SEQUENCER}-0`).hideMinerApi(), fault.diskFull(`data-${REPLICA}-0`)];
    fault.kill9(`${BATCHER}-0`, 'op-batcher');
    fault.kill9(`${REPLICA}-0`, 'op-geth');
    const ended = /op-batcher of pod devnet-batcher-0 ended .* with exit code 0; .*→ add miner to execution.apis/;
    // Log lines may hold credentials, so they are not quoted: the command that shows them is.
    const full =
      /op-geth of pod devnet-replica-0 ended .* with exit code 1\. → the reason is in its last log line: kubectl/;
    await whileBroken(mends, async () => {
      await says(devnet, 'Degraded', 'EndsWithoutError', ended);
      await says(devnet, 'Degraded', 'EndsWithoutError', full);
      expect(logs(`${REPLICA}-0`, 'op-geth').at(-1)).toContain('no space left on device');
    });
    await isHealthy(devnet);
  });

  it('L1 hangs', async () => {
    const devnet = use();
    await devnet.l1?.process.kill('SIGSTOP');
    const mend = () => devnet.l1?.process.kill('SIGCONT');
    await whileBroken([mend], async () => {
      const words = /L1 can't be read: .*→ check spec.l1.rpc and its provider; the chain goes on/;
      await says(devnet, 'Degraded', 'L1Unavailable', words);
      expect(await conditionOf(devnet, 'Sequencing')).toMatchObject({ status: 'True' });
    });
    await isHealthy(devnet);
  });

  it('the execution client of the sequencer is gone', async () => {
    const devnet = use();
    const mend = devnet.chain.runner.fault.crashLoop(`${SEQUENCER}-0/op-geth`);
    const words = /is active, but block \d+ is its last for \d+ s, and its execution client does not answer/;
    await whileBroken([mend], async () => {
      await says(devnet, 'Sequencing', 'ExecutionUnreachable', words);
      await says(devnet, 'Degraded', 'ExecutionUnreachable', /Container op-geth of pod devnet-sequencer-0/);
    });
    await isHealthy(devnet);
  });

  it('op-node and its execution client have different JWT secrets', async () => {
    const devnet = use();
    const mend = devnet.chain.faults.pod(`${SEQUENCER}-0`).otherJwtSecret();
    const words = /log of op-node in pod devnet-sequencer-0: "401" means .* different JWT secrets/;
    await whileBroken([mend], async () => {
      await says(devnet, 'Sequencing', 'HeadStandsStill', words);
      expect(devnet.chain.runner.logs(`${SEQUENCER}-0`, 'op-node').join('\n')).toContain(
        '401 Unauthorized: signature is invalid',
      );
    });
    await isHealthy(devnet);
  });

  // A minute and more of real time each: in `npm run chaos`.
  it.runIf(ALL)('L1 has lost the blobs that derivation needs, and the batcher has no money', async () => {
    const devnet = use();
    const { accounts, l1RpcUrl } = devnet.chain.deployment;
    const setBalance = (wei: string) => jsonRpc(l1RpcUrl, 'anvil_setBalance', [accounts.batcher, wei]);
    const before = await jsonRpc<string>(l1RpcUrl, 'eth_getBalance', [accounts.batcher, 'latest']);
    const mends = [SEQUENCER, REPLICA].map((node) => devnet.chain.faults.pod(`${node}-0`).loseBlobs());
    await setBalance('0x0');
    await whileBroken([...mends, () => setBalance(before)], async () => {
      const poor = /The batcher 0x\S+ has 0.0 ETH on L1.*→ send ETH to 0x\S+ on L1/;
      await says(devnet, 'Funded', 'BalanceBelowMinimum', poor);
      const resets = /nothing becomes safe.*→ see whether spec.l1.beacon still has the blobs/;
      await says(devnet, 'Batching', 'DerivationResets', resets);
    });
    await isHealthy(devnet);
  });

  it('somebody else is the batcher and the unsafe block signer on L1', async () => {
    const devnet = use();
    const { deployment, runner } = devnet.chain;
    const owner = chainOwner(deployment);
    await owner.setBatcher(STRANGER);
    const restore = async () => {
      await owner.setUnsafeBlockSigner(deployment.accounts.sequencerSigner);
      await owner.setBatcher(deployment.accounts.batcher);
      runner.fault.kill9(`${REPLICA}-0`, 'op-node');
    };
    await whileBroken([restore], async () => {
      const paysForNothing = /batcher of this chain is 0x3c44\S+, and ours sends as .*it pays for .*setBatcherHash/i;
      await says(devnet, 'Batching', 'NotTheBatcher', paysForNothing);
      // Who runs takes blocks of the former signer for three hours; who starts anew does not.
      await owner.setUnsafeBlockSigner(STRANGER);
      runner.fault.kill9(`${REPLICA}-0`, 'op-node');
      const refused =
        /Behind: devnet-replica-0 .*signer of this chain is 0x3c44.*its blocks are refused.*setUnsafeBlockSigner/i;
      await says(devnet, 'Following', 'SignerMismatch', refused);
    });
    // What the contracts say is read once a minute only: ConfigurationValid comes to it later.
    await areFine(devnet, ['Batching', 'Following']);
    expectFairPlay(devnet);
  });

  it.runIf(ALL)('no batch comes, and the sequencing window ends', async () => {
    const devnet = use();
    const mend = devnet.chain.faults.pod(`${BATCHER}-0`).stallBatcher();
    await whileBroken([mend], async () => {
      const nearlyOver = /in about .* the sequencing window of \d+ is over, and unsafe blocks are lost/;
      await says(devnet, 'Batching', 'WindowExpiring', nearlyOver);
      const over = /the safe head rises by empty blocks, and unsafe blocks are being replaced.*admin_setRecoverMode/;
      await says(devnet, 'Batching', 'WindowExpired', over);
    });
    await isHealthy(devnet);
    expectFairPlay(devnet);
  });
});

/** Mends also after a failure: the tests that follow need a chain that works. */
async function whileBroken(mends: readonly (() => unknown)[], look: () => Promise<unknown>): Promise<void> {
  try {
    await look();
  } finally {
    for (const mend of mends) await mend();
  }
}

async function conditionOf({ chain }: Devnet, type: string): Promise<Condition | undefined> {
  return (await chain.status()).conditions?.find((condition) => condition.type === type);
}

/** Waits until a condition that is not fine has this reason and these words. */
function says(devnet: Devnet, type: string, reason: string, words: RegExp): Promise<Condition> {
  return waitUntil(
    `${type} says ${reason}: ${words}`,
    async () => {
      const { conditions = [], phase } = await devnet.chain.status();
      const found = conditions.find((condition) => condition.type === type);
      const isBad = found?.status === (type === 'Degraded' ? 'True' : 'False');
      if (found && isBad && found.reason === reason && words.test(found.message)) return found;
      const shown = conditions.map((condition) => `${condition.type}=${condition.status} ${condition.reason}`);
      throw new Error(`${phase}: ${shown.join(', ')}; ${found?.message}`);
    },
    180_000,
  );
}

async function areFine(devnet: Devnet, types: readonly string[]): Promise<void> {
  await waitForStatus(
    devnet,
    `${types.join(' and ')} are fine`,
    ({ conditions = [] }) =>
      types.every((type) => conditions.find((condition) => condition.type === type)?.status === 'True'),
    120_000,
  );
}

async function isHealthy(devnet: Devnet): Promise<void> {
  await waitForStatus(
    devnet,
    'the network is healthy',
    ({ phase, health, conditions = [] }) =>
      phase === 'Ready' &&
      health?.class === 'Healthy' &&
      conditions.find(({ type }) => type === 'Degraded')?.status === 'False' &&
      conditions.find(({ type }) => type === 'Batching')?.status === 'True',
    120_000,
  );
}

async function stepSays(devnet: Devnet, id: RegExp, says: RegExp): Promise<void> {
  await waitForStatus(
    devnet,
    `step ${id} says ${says}`,
    ({ plan }) => plan?.steps?.some((step) => id.test(step.id) && says.test(step.message ?? '')) ?? false,
    60_000,
  );
}
