/** For the secrets canary: what must stay secret, and everything in which it must not turn up. */
import { readFileSync } from 'node:fs';
import type { KubeObject } from '../../src/kube/index.ts';
import { auditOf, readAll } from './cluster-objects.ts';
import type { Devnet } from './devnet.ts';
import { executionsOf, historyOf, historyText } from './workflow-history.ts';

/** The user's keys and provider key, and what the operator has generated: JWT secrets, p2p keys, the installation's key. */
export async function secretValues(devnet: Devnet): Promise<string[]> {
  const secrets = await readAll<KubeObject & { data?: Record<string, string> }>(devnet, 'Secret');
  const values = secrets.flatMap(({ data = {} }) =>
    Object.values(data).map((value) => readable(Buffer.from(value, 'base64'))),
  );
  // URLs without a credential in them are no secrets, and are in programs' logs.
  const kept = values.filter((value) => value.length >= 12 && !value.startsWith('http'));
  return [...new Set([...devnet.chain.canaries.map(({ value }) => value), ...kept])];
}

function readable(bytes: Buffer): string {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : bytes.toString('hex');
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
