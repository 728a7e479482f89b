/** A network with a standby: an upgrade that goes back and then through, a hand-over, a repair, and a fork that is waited for. */
import { SIGNALS, UPDATES } from '../../../src/contract/messages.ts';
import type { KubeObject } from '../../../src/kube/index.ts';
import { NETWORK } from '../../devnet/chain.ts';
import { remove, resource } from '../../integration/cluster-objects.ts';
import { scheduleJovian } from '../../integration/jovian.ts';
import { PATIENCE_MS } from '../../integration/plans-in-status.ts';
import { approve, BY, begun, type Recording } from '../recording.ts';

const SEQUENCER = 'devnet-sequencer';
const STANDBY = 'devnet-standby';
const BATCHER = 'devnet-batcher';
const REPLICA = 'devnet-replica';
const DAY_SECONDS = 24 * 3600;

export async function recordUpgrade(recording: Recording): Promise<void> {
  const { devnet } = recording;
  const { chain } = devnet;
  const [, ...components] = chain.resources;
  await chain.apply(network(recording, 'u17'), standby(recording), ...components);
  await chain.waitForPhase('Ready', 2 * PATIENCE_MS);
  await goBack(recording);
  await upgrade(recording);
  await handOver(recording);
  await repair(recording);
  await waitForFork(recording);
}

/** The first node with the new version does not become ready, and a person has everything put back. */
async function goBack(recording: Recording): Promise<void> {
  const { devnet, entity, save } = recording;
  const { chain, entityId } = devnet;
  const undo = chain.runner.fault.neverReady(/^devnet-replica-0\/op-node .*:v1\.18\.2/);
  await chain.apply(network(recording, 'u18', { rollout: { gates: { engineReady: { timeout: '30s' } } } }));
  const upgrade = await approve(recording);
  await chain.waitForPhase('Halted', PATIENCE_MS);
  await entity.executeUpdate(UPDATES.rollback, { args: [{ by: BY, reason: 'it does not become ready' }] });
  const wayBack = await begun(recording, ({ workflowId }) => workflowId !== upgrade);
  await save('upgrade-rolled-back', upgrade);
  await chain.waitForPhase('RolledBack', PATIENCE_MS);
  await save('rollback', wayBack);
  await save('entity-rolled-back', entityId);
  undo();
}

async function upgrade(recording: Recording): Promise<void> {
  const { devnet, entity, save } = recording;
  await devnet.chain.apply(network(recording, 'u18'));
  await entity.signal(SIGNALS.retry, { by: BY, reason: 'the fault is gone' });
  const plan = await approve(recording);
  await devnet.chain.waitForPhase('Ready', 2 * PATIENCE_MS);
  await save('upgrade-approved', plan);
}

async function handOver(recording: Recording): Promise<void> {
  const { devnet, save } = recording;
  await devnet.chain.apply(network(recording, 'u18', { sequencer: { preferred: STANDBY } }));
  const plan = await approve(recording);
  await devnet.chain.waitForPhase('Ready', PATIENCE_MS);
  await save('hand-over', plan);
}

async function repair(recording: Recording): Promise<void> {
  const { devnet, save } = recording;
  await remove(devnet, 'StatefulSet', BATCHER);
  const plan = await begun(recording, ({ kind }) => kind === 'drift');
  await devnet.chain.waitForPhase('Ready', PATIENCE_MS);
  await save('drift-repaired', plan);
}

/** A node goes on without the new time of a fork: the plan waits until somebody has seen to it. */
async function waitForFork(recording: Recording): Promise<void> {
  const { devnet, entity, save } = recording;
  const { chain } = devnet;
  const mend = chain.faults.pod(`${REPLICA}-0`).keepChainConfig();
  await scheduleJovian(devnet, Math.floor(Date.now() / 1000) + DAY_SECONDS);
  const plan = await approve(recording);
  await chain.waitForPhase('Halted', PATIENCE_MS);
  await save('fork-waits', plan);
  mend();
  await remove(devnet, 'Pod', `${REPLICA}-0`);
  await entity.signal(SIGNALS.retry, { by: BY, reason: 'the node has the time now' });
  await chain.waitForPhase('Ready', 2 * PATIENCE_MS);
  await save('fork-passed', plan);
}

function network(
  { devnet }: Recording,
  release: string,
  { rollout = {}, sequencer = { preferred: SEQUENCER } }: Record<string, unknown> = {},
): KubeObject {
  return resource(devnet, NETWORK, {
    release,
    rollout,
    sequencer,
    approval: { change: 'Required', upgrade: 'Required', interruptions: 'Required' },
  });
}

function standby({ devnet }: Recording): KubeObject {
  const { metadata, ...rest } = resource(devnet, SEQUENCER);
  return { ...rest, metadata: { ...metadata, name: STANDBY } };
}
