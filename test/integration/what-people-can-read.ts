/** For the secrets canary: what must stay secret, and everything in which it must not turn up. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { KubeObject } from '../../src/kube/index.ts';
import type { DevnetChain } from '../devnet/chain.ts';
import { assertNoCanary } from '../devnet/referee/canary.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { auditOf, readAll } from './cluster-objects.ts';
import type { Devnet } from './devnet.ts';
import { executionsOf, historyOf, historyText } from './workflow-history.ts';

/** What was ever in a Secret of a chain's namespace: the user's keys and provider key, and what the operator has generated. */
export interface SeenSecrets {
  values(): string[];
  stop(): Promise<void>;
}

export async function watchSecrets({ kube, namespace, canaries }: DevnetChain): Promise<SeenSecrets> {
  const type = { apiVersion: 'v1', kind: 'Secret', namespace };
  const stopping = new AbortController();
  const seen = new Set(canaries.map(({ value }) => value));
  const see = ({ data = {} }: KubeObject & { data?: Record<string, string> }) => {
    for (const value of Object.values(data)) {
      const secret = secretIn(readable(Buffer.from(value, 'base64')));
      if (secret.length >= 12) seen.add(secret);
    }
  };
  const list = async () => {
    const { items, resourceVersion } = await kube.list(type);
    items.forEach(see);
    return resourceVersion;
  };
  const follow = async () => {
    while (!stopping.signal.aborted) {
      // A test may kill the API server; what was there before it went is there when it comes back.
      const resourceVersion = await waitUntil('the Secrets are read', list, 120_000);
      try {
        const control = { resourceVersion, serverTimeoutSeconds: 600, signal: stopping.signal };
        for await (const event of await kube.watch(type, control)) if (event.type !== 'BOOKMARK') see(event.object);
      } catch {
        // Ended by us, or the server went. Whether it comes back is seen when the Secrets are read again.
      }
    }
  };
  await list();
  const following = follow();
  following.catch(() => undefined);
  return {
    values: () => [...seen],
    async stop() {
      stopping.abort();
      await following;
    },
  };
}

function readable(bytes: Buffer): string {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : bytes.toString('hex');
}

/** Host and port of a URL are no secrets, and are in programs' logs; what follows may be a provider's key. */
function secretIn(value: string): string {
  return value.startsWith('http') ? value.trim().replace(/^https?:\/\/[^/?]*[/?]*/, '') : value;
}

/** Fails when a secret is in anything that people can read. Call it when nothing writes any more. */
export async function expectNoSecretOut(devnet: Devnet, secrets: readonly string[]): Promise<void> {
  const texts = await everythingThatPeopleCanRead(devnet);
  const places = texts.map(({ where }) => where);
  expect(places, 'what was searched for secrets').toEqual(
    expect.arrayContaining([
      `history ${devnet.entityId}`,
      ...devnet.operators.map(({ process }) => `log of ${process.name}`),
    ]),
  );
  assertNoCanary(texts, secrets);
}

export async function everythingThatPeopleCanRead(devnet: Devnet): Promise<{ where: string; text: string }[]> {
  const executions = await executionsOf(devnet);
  const histories = await Promise.all(
    executions.map(async ({ workflowId, runId }) => {
      const described = await devnet.temporal.workflow.getHandle(workflowId, runId).describe();
      const description = JSON.stringify(described.raw, (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      );
      return [
        { where: `history ${workflowId}`, text: historyText(await historyOf(devnet, workflowId, runId)) },
        { where: `description ${workflowId}`, text: `${description} ${JSON.stringify(described.memo)}` },
      ];
    }),
  );
  const kinds = [
    'OptimismNetwork',
    'OpNode',
    'OpBatcher',
    'ConfigMap',
    'Event',
    'StatefulSet',
    'Service',
    'Pod',
    'Lease',
  ] as const;
  const objects = await Promise.all(
    kinds.map(async (kind) =>
      (await readAll(devnet, kind)).map((object) => ({
        where: `${kind} ${object.metadata.name}`,
        text: JSON.stringify(object),
      })),
    ),
  );
  const logs = devnet.operators.map(({ process }) => ({
    where: `log of ${process.name}`,
    text: readFileSync(process.logFile, 'utf8'),
  }));
  const audit = (await auditOf(devnet)).lines.map((text, index) => ({ where: `audit record ${index + 1}`, text }));
  return [...histories.flat(), ...objects.flat(), ...logs, ...audit];
}
