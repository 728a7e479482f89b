/** Somebody else still runs the chain: the plan holds, says so, and goes on when that one is off. Nonsense is outlived. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { stopSequencer } from '../../src/chain/clients/op-node.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { NETWORK } from '../devnet/chain.ts';
import {
  type ForeignNode,
  foreignChain,
  startForeignBatcher,
  startForeignSequencer,
} from '../devnet/foreign-operators.ts';
import type { TestChain } from '../devnet/programs/testing/test-bed.ts';
import type { TestContainer } from '../devnet/programs/testing/test-pod.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { auditOf, read, readAll, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { touchesNothing } from './refusals.ts';

/** What anybody who reaches the Temporal frontend can send: bytes, encodings and shapes that no handler knows. */
const MALFORMED: readonly { name: string; encoding?: string; data?: string }[] = [
  { name: 'approve', encoding: 'json/plain', data: '{not json' },
  { name: 'approve', encoding: 'json/plain', data: '' },
  { name: 'approve', encoding: 'json/plain', data: 'null' },
  { name: 'approve', encoding: 'json/plain', data: '[]' },
  { name: 'approve', encoding: 'json/plain', data: '{"plan":42,"approver":"ana"}' },
  { name: 'approve', encoding: 'json/plain', data: '{"plan":"zzzzzzzz","approver":"ana"}' },
  { name: 'approve', encoding: 'json/plain', data: `{"plan":"${'ab'.repeat(32)}"}` },
  { name: 'reject', encoding: 'binary/plain', data: '\u0000\u0001' },
  { name: 'reject', encoding: 'json/protobuf', data: '{"a":1}' },
  { name: 'pause', encoding: 'no/such-encoding', data: 'x' },
  { name: 'resume' },
  { name: 'retry', encoding: 'json/plain', data: '"retry"' },
  { name: 'abort', encoding: 'json/plain', data: '{"by":""}' },
  { name: 'skipGate', encoding: 'json/plain', data: '{"by":"ana","reason":"because","gate":"no-such-gate"}' },
  { name: 'skipGate', encoding: 'json/plain', data: '{"by":"ana","gate":"sequencing"}' },
  { name: 'skipGate', encoding: 'json/plain', data: '{"by":"ana","reason":"I know","gate":"no-foreign-sequencer"}' },
  { name: 'confirmFenced', encoding: 'json/plain', data: '{"by":"ana","reason":"I know"}' },
  { name: 'childHalted', encoding: 'json/plain', data: '{"planHash":"x","step":"y","problem":null}' },
  { name: 'no-such-signal', encoding: 'json/plain', data: '{}' },
  { name: `unknown-${'x'.repeat(200)}`, encoding: 'json/plain', data: 'null' },
];

const FOR_THE_CHILD = [
  { name: 'move', encoding: 'json/plain', data: '{not json' },
  { name: 'move', encoding: 'json/plain', data: 'null' },
  { name: 'move', encoding: 'json/plain', data: '{"type":"explode"}' },
  { name: 'move', encoding: 'json/plain', data: '{"type":"skipGate"}' },
  { name: 'move' },
  { name: 'no-such-signal', encoding: 'json/plain', data: '{}' },
];

describe('a chain that somebody else still runs', { timeout: 400_000 }, () => {
  const devnetOf = useDevnet('foreign');
  let devnet: Devnet;
  let dir = '';
  let foreign: TestChain;
  let sequencer: ForeignNode;
  let batcher: TestContainer;

  beforeEach(() => {
    devnet = devnetOf();
  });

  afterAll(async () => {
    await Promise.all(foreign?.cluster.containers.map((container) => container.kill()) ?? []);
    await rm(dir, { recursive: true, force: true });
  });

  const stepThatSays = (id: RegExp, says: RegExp) =>
    waitUntil(
      `step ${id} says ${says}`,
      async () => {
        const { plan, phase } = await devnet.chain.status();
        const step = plan?.steps?.find((item) => id.test(item.id) && says.test(item.message ?? ''));
        if (step) return step;
        throw new Error(
          `${phase}: ${JSON.stringify(plan?.steps?.find(({ state }) => state === 'Waiting' || state === 'Running'))}`,
        );
      },
      180_000,
    );

  const send = (workflowId: string, { name, encoding, data }: { name: string; encoding?: string; data?: string }) =>
    devnet.temporal.workflowService.signalWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId },
      signalName: name,
      ...(encoding === undefined
        ? {}
        : { input: { payloads: [{ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data ?? '') }] } }),
    });

  it('is not sequenced by ours while theirs makes blocks; the step says what it sees and what to do', async () => {
    dir = await mkdtemp(join(tmpdir(), 'opstack-foreign-'));
    foreign = foreignChain(devnet.chain, dir, { rpcUrl: inject('l1RpcUrl'), beaconUrl: inject('beaconUrl') });
    sequencer = await startForeignSequencer(foreign);
    batcher = startForeignBatcher(foreign, sequencer.address, 'foreign-batcher');
    await waitUntil(
      'their first batch',
      () => devnet.chain.ledger.events().some(({ type }) => type === 'batch-submitted') || undefined,
      60_000,
    );
    const ours = resource(devnet, 'devnet-sequencer', { consensus: { p2p: { staticPeers: [sequencer.multiaddr] } } });
    const network = resource(devnet, NETWORK, {
      rollout: { gates: { noForeignSequencer: { quietBlocks: 20 }, noForeignBatcher: { quietBlocks: 5 } } },
    });
    await devnet.chain.apply(
      network,
      ours,
      ...devnet.chain.resources.filter(
        ({ kind, metadata }) => kind !== 'OptimismNetwork' && metadata.name !== 'devnet-sequencer',
      ),
    );
    const step = await stepThatSays(
      /await-no-foreign-sequencer/,
      /somebody else may still sequence this chain. Switch it off/,
    );
    expect(step.state).toBe('Waiting');
    expect(
      (await read<KubeObject & { data: Record<string, string> }>(devnet, 'ConfigMap', 'devnet-sequencers')).data,
    ).toEqual({ 'devnet-sequencer': 'true' });
    expectFairPlay(devnet);
  });

  it('outlives 20 malformed signals to the entity and others to its plan, records each refusal and touches nothing', async () => {
    const child =
      (await devnet.chain.status()).conditions
        ?.find(({ type }) => type === 'Progressing')
        ?.message.match(/optimismnetwork\/\S+\/install-\d+/)?.[0] ?? '';
    expect(child).not.toBe('');
    expect(MALFORMED).toHaveLength(20);
    const isRefusal = ({ type }: { type: string }) => type === 'decisionRefused';
    await touchesNothing(devnet, async () => {
      for (const signal of MALFORMED) await send(devnet.entityId, signal);
      for (const signal of FOR_THE_CHILD) await send(child, signal);
      await waitUntil(
        'every refusal is on record',
        async () => {
          const found = (await auditOf(devnet)).records.filter(isRefusal);
          if (found.length >= MALFORMED.length) return true;
          throw new Error(
            `${found.length} of ${MALFORMED.length}: ${found.map(({ details }) => JSON.stringify(details)).join(', ')}`,
          );
        },
        60_000,
      );
    });
    const refused = (await auditOf(devnet)).records.filter(isRefusal);
    const messages = refused.map(({ details }) => JSON.stringify(details)).join('\n');
    for (const words of [
      '"plan" must be the plan hash',
      '"approver" must say who decides',
      '"by" must say who asks',
      '"gate" must be one of',
      'no such signal',
      'expected one JSON object',
      "can't be skipped",
    ]) {
      expect(messages).toContain(words.replaceAll('"', '\\"'));
    }
    expect((await devnet.chain.status()).phase).toBe('Installing');
    for (const workflowId of [devnet.entityId, child]) {
      const { status, raw } = await devnet.temporal.workflow.getHandle(workflowId).describe();
      expect(status.name).toBe('RUNNING');
      expect(raw.pendingWorkflowTask?.attempt ?? 1).toBeLessThan(3);
    }
  });

  it('answers updates that do not fit with words', async () => {
    const entity = devnet.temporal.workflow.getHandle(devnet.entityId);
    const refusal = (name: string, argument: unknown) =>
      entity.executeUpdate(name, { args: [argument] }).then(
        () => 'accepted',
        (error: Error & { cause?: Error }) => error.cause?.message ?? error.message,
      );
    expect(await refusal('approvePlan', { plan: 'abababab', approver: 'ana' })).toMatch(
      /plan abababab is not the one that waits; the current plan is [0-9a-f]{12}/,
    );
    expect(await refusal('approvePlan', 'yes')).toMatch(/expected one JSON object/);
    expect(await refusal('skipGateOnce', { by: 'ana', reason: 'I know', gate: 'no-foreign-sequencer' })).toMatch(
      /can't be skipped; once the other one is proven to be off, send confirmFenced of foreign-sequencer$/,
    );
    expect(await refusal('confirmNodeFenced', { by: 'ana' })).toMatch(/"node" must name what has been switched off/);
    expect(await refusal('giveUpBlocksAbove', { by: 'ana', reason: 'I know', above: 'all' })).toMatch(
      /"above" must be the number of the block/,
    );
  });

  it('does not start by the word that blocks are given up above one that ours does not have, which is on record', async () => {
    const word = { by: 'ana', above: 1_000_000, reason: 'I have read the wrong line' };
    const entity = devnet.temporal.workflow.getHandle(devnet.entityId);
    expect(await entity.executeUpdate('giveUpBlocksAbove', { args: [word] })).toBe('accepted');
    const record = await waitUntil('it is on record', async () =>
      (await auditOf(devnet)).records.find(({ type }) => type === 'blocksGivenUp'),
    );
    expect(record).toMatchObject({
      actor: 'ana',
      details: { message: 'blocks above 1000000 are given up by ana: I have read the wrong line' },
    });
    await stepThatSays(/await-no-foreign-sequencer/, /somebody else may still sequence this chain/);
  });

  it('is taken over at the last block of theirs, when that one has stopped', async () => {
    const stopped = await stopSequencer(sequencer.rpcUrl);
    await stepThatSays(/await-no-foreign-sequencer/, /nobody else sequences: the head of devnet-sequencer-0 stands at/);
    await stepThatSays(/start-sequencer/, /devnet-sequencer sequences from block [1-9]/);
    const first = await waitUntil('our first block', () =>
      devnet.chain.ledger
        .events()
        .find(({ type, node }) => type === 'block-produced' && node.endsWith('/devnet-sequencer-0')),
    );
    const { parentHash } = (first.type === 'block-produced' && devnet.chain.ledger.block(first.block.hash)) || {};
    expect(stopped).toEqual({ outcome: 'stopped', hash: parentHash });
    expectFairPlay(devnet);
  });

  it('is not batched by ours while theirs sends with the same key, and is when a person says that it is off', async () => {
    await stepThatSays(
      /await-no-foreign-batcher/,
      /another batcher uses its key. Switch it off|not mined yet: of a batcher that was stopped/,
    );
    expect((await readAll(devnet, 'StatefulSet')).map(({ metadata }) => metadata.name)).not.toContain('devnet-batcher');
    await batcher.terminate();
    const entity = devnet.temporal.workflow.getHandle(devnet.entityId);
    const confirm = (node: string) =>
      entity.executeUpdate('confirmNodeFenced', { args: [{ by: 'ana', node, reason: 'I have pulled the plug' }] });
    await expect(confirm('devnet-batcher')).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/^the plan asks for foreign-batcher now, and not for devnet-batcher: /) },
    });
    await confirm('foreign-batcher');
    await stepThatSays(
      /await-no-foreign-batcher/,
      /ana confirmed that no other batcher of this chain runs: I have pulled the plug/,
    );
    await devnet.chain.waitForPhase('Ready', 240_000);
    const records = (await auditOf(devnet)).records.map((record) => JSON.stringify(record)).join('\n');
    expect(records).toMatch(/"fencingConfirmed".*I have pulled the plug|I have pulled the plug.*"fencingConfirmed"/);
    const nonces = devnet.chain.ledger
      .events()
      .flatMap((event) => (event.type === 'batch-submitted' ? [{ of: event.node, nonce: event.nonce }] : []));
    const ours = nonces.findIndex(({ of }) => of.endsWith('/devnet-batcher-0'));
    expect(nonces[ours]?.nonce).toBe((nonces[ours - 1]?.nonce ?? Number.NaN) + 1);
    expectFairPlay(devnet);
  });
});
