import { Client, Connection } from '@temporalio/client';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createPoker } from '../../src/watcher/poke.ts';
import { type TemporalProblem, temporalProblem } from '../../src/watcher/temporal-errors.ts';
import { startTemporalHealth, type TemporalHealth } from '../../src/watcher/temporal-health.ts';
import { until } from './watcher-harness.ts';

let health: TemporalHealth | undefined;
afterEach(() => health?.close());

/** Answers probes by a script, one entry each; the last stays in force. Returns what `onChange` was told. */
function start(script: ('up' | 'down')[], intervalMs = 5): { changes: string[]; probes(): number } {
  const changes: string[] = [];
  let probes = 0;
  health = startTemporalHealth({
    intervalMs,
    probe: async () => {
      probes += 1;
      const answer = script.length > 1 ? script.shift() : script[0];
      if (answer === 'down') throw new Error('connection refused');
    },
    onChange: (problem) => changes.push(problem?.reason ?? 'up'),
  });
  return { changes, probes: () => probes };
}

describe('the health of Temporal', () => {
  it('is told once when it is first known, and whenever it changes', async () => {
    const { changes } = start(['up', 'up', 'down', 'down', 'down', 'up']);
    await until(() => expect(changes).toEqual(['up', 'TemporalUnreachable', 'up']));
    expect(health?.reachable).toBe(true);
    expect(health?.problem).toBeUndefined();
  });

  it('does not change for a single failure', async () => {
    const { changes, probes } = start(['up', 'down', 'up', 'down', 'up']);
    await until(() => expect(probes()).toBeGreaterThan(10));
    expect(changes).toEqual(['up']);
  });

  it('is asked at once when a call has failed', async () => {
    const { probes } = start(['up'], 60_000);
    await until(() => expect(probes()).toBe(1));
    health?.suspect();
    await until(() => expect(probes()).toBe(2));
  });
});

describe('what a failed call to Temporal means', () => {
  const problemOf = async (address: string, namespace: string): Promise<TemporalProblem> => {
    const client = new Client({ connection: Connection.lazy({ address }), namespace });
    try {
      await createPoker(client, 'c').probe(new AbortController().signal);
      throw new Error('the probe succeeded');
    } catch (error) {
      return temporalProblem(error);
    } finally {
      await client.connection.close();
    }
  };

  it('is that it cannot be reached when nobody listens', async () => {
    expect(await problemOf('127.0.0.1:1', 'default')).toMatchObject({ reason: 'TemporalUnreachable' });
  });

  it("is a refusal, with the server's words, when the namespace does not exist", async () => {
    expect(await problemOf(inject('temporalAddress'), 'no-such-namespace')).toEqual({
      reason: 'TemporalRefused',
      detail: expect.stringContaining('no-such-namespace'),
    });
  });
});
