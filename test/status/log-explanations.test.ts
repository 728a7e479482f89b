/** What recorded logs of real programs are said to mean (test/status/fixtures/op-node-1.16.11, op-batcher-1.16.11). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explainLogLines } from '../../src/status/pods/log-explanations.ts';

function explain(log: string) {
  const text = readFileSync(`${import.meta.dirname}/fixtures/${log}.txt`, 'utf8');
  return explainLogLines(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')));
}

describe('the explanation of a recorded log', () => {
  it.each([
    [
      'op-node-1.16.11/log-bootnode-dns',
      'BootnodesUnresolved',
      "can't resolve the public bootnode bootnode.conduit.xyz",
    ],
    ['op-node-1.16.11/log-el-down', 'ExecutionClientGone', 'waits for its execution client, which is gone'],
    ['op-node-1.16.11/log-jwt-mismatch-live', 'JwtMismatch', 'has another JWT secret than its execution client'],
    ['op-node-1.16.11/log-blobs-unavailable', 'BlobsUnavailable', 'gets no blobs from the L1 beacon node'],
    ['op-batcher-1.16.11/log-no-active-sequencer', 'NoActiveSequencer', 'finds no active sequencer among its nodes'],
  ])('%s is %s', (log, reason, why) => {
    const explanation = explain(log);
    expect(explanation?.reason).toBe(reason);
    expect(explanation?.why).toContain(why);
    // A log line is never quoted: it may hold an endpoint with a credential.
    expect(JSON.stringify(explanation)).not.toMatch(/https?:|127\.0\.0\.1|lvl=/);
  });

  it.each([
    'op-node-1.16.11/log-start-sequencer',
    'op-node-1.16.11/log-start-replica',
    'op-batcher-1.16.11/log-start',
    'op-batcher-1.16.11/log-stop-start',
    'op-batcher-1.16.11/log-sequencer-failover',
  ])('%s needs none', (log) => {
    expect(explain(log)).toBeUndefined();
  });
});
