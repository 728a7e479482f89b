/**
 * A chain of its own and a running operator for one test file, on the servers that all files share. When a test fails
 * it says what the network's plan, its last events and the operator's log were. At the end everything that people can
 * read is searched for secrets.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, onTestFailed } from 'vitest';
import { PAYLOAD_CONVERTER_PATH } from '../../src/worker/temporal.ts';
import { type DevnetChain, type DevnetChainOptions, NETWORK, startDevnetChain } from '../devnet/chain.ts';
import { type Operator, type OperatorOptions, startOperator } from '../devnet/operator.ts';
import { type L1, startL1 } from '../devnet/servers/l1.ts';
import { startTemporal } from '../devnet/servers/temporal.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { expectNoSecretOut, type SeenSecrets, watchSecrets } from './what-people-can-read.ts';

export interface Devnet {
  readonly chain: DevnetChain;
  readonly namespace: string;
  /** Folder that goes with the devnet. */
  readonly dir: string;
  readonly clusterName: string;
  readonly secrets: SeenSecrets;
  /** Workflow id of the entity. */
  readonly entityId: string;
  readonly temporal: Client;
  /** Only with `ownL1`. */
  readonly l1?: L1;
  /** Started last comes last; tests may start more (a second worker) and kill any. */
  readonly operators: Operator[];
  start(
    kind: OperatorOptions['kind'],
    options?: { name?: string; main?: string; env?: Record<string, string> },
  ): Promise<Operator>;
}

export interface UseDevnetOptions {
  /** With proposer and challenger. */
  readonly whole?: boolean;
  /** `none`: the test starts the processes that it wants. Default: `all` in one process. */
  readonly operator?: 'all' | 'none';
  readonly files?: DevnetChainOptions['files'];
  /** An L1 of its own, which the test may stop, instead of the one that all files share. */
  readonly ownL1?: boolean;
  readonly env?: Record<string, string>;
  /** Settings of a Temporal server of its own, instead of the one that all files share. */
  readonly temporalConfig?: Readonly<Record<string, string | number>>;
}

/** Call at the top of a `describe`; the returned function gives the devnet inside of tests. */
export function useDevnet(name: string, options: UseDevnetOptions = {}): () => Devnet {
  let devnet: Devnet | undefined;
  let dir = '';
  let stopL1: (() => Promise<void>) | undefined;
  let stopTemporal: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    const namespace = `${name}-${Math.random().toString(36).slice(2, 7)}`;
    dir = await mkdtemp(join(tmpdir(), `opstack-${namespace}-`));
    const l1 = options.ownL1 ? await startL1({ dir: join(dir, 'l1') }) : undefined;
    stopL1 = l1?.stop;
    const servers = {
      kubeconfigPath: inject('kubeconfigPath'),
      l1RpcUrl: l1?.rpcUrl ?? inject('l1RpcUrl'),
      l1ChainId: l1?.chainId ?? inject('l1ChainId'),
      beaconUrl: l1?.beaconUrl ?? inject('beaconUrl'),
    };
    const chain = await startDevnetChain({
      servers,
      namespace,
      dir: join(dir, 'node'),
      l2ChainId: 1000 + Math.floor(Math.random() * 900_000),
      // Probes, back-offs and recorded delays five times faster than life; block times are real.
      timeScale: 0.2,
      ...(options.whole ? { whole: true } : {}),
      files: { blockTimeSeconds: 1, ...options.files },
    });
    const { temporalConfig } = options;
    const own = temporalConfig && (await startTemporal({ dir: join(dir, 'temporal'), dynamicConfig: temporalConfig }));
    stopTemporal = own?.stop;
    const temporalAddress = own?.address ?? inject('temporalAddress');
    const connection = await Connection.connect({ address: temporalAddress });
    const operators: Operator[] = [];
    const started: Devnet = {
      chain,
      namespace,
      dir,
      clusterName: namespace,
      secrets: await watchSecrets(chain),
      entityId: `optimismnetwork/${namespace}/${namespace}/${NETWORK}`,
      temporal: new Client({ connection, dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER_PATH } }),
      ...(l1 ? { l1 } : {}),
      operators,
      async start(kind, { name: processName, main, env } = {}) {
        const operator = await startOperator({
          kind,
          dir: join(dir, 'operator'),
          name: processName ?? `${kind}-${operators.length}`,
          clusterName: namespace,
          kubeconfigPath: servers.kubeconfigPath,
          temporalAddress,
          namespace,
          env: { ...options.env, ...env },
          ...(main ? { main } : {}),
        });
        operators.push(operator);
        return operator;
      },
    };
    devnet = started;
    if (options.operator !== 'none') await started.start('all');
  }, 120_000);

  afterAll(async () => {
    await Promise.all(devnet?.operators.map(({ process }) => process.kill('SIGKILL')) ?? []);
    try {
      await devnet?.secrets.stop();
      // Of whatever the tests of this file have played: no secret may have come out.
      if (devnet) await expectNoSecretOut(devnet, devnet.secrets.values());
    } finally {
      await devnet?.chain.stop();
      await devnet?.temporal.connection.close();
      await stopTemporal?.();
      await stopL1?.();
      await rm(dir, { recursive: true, force: true });
    }
  }, 120_000);

  return () => {
    if (!devnet) throw new Error('the devnet is only there inside of tests');
    const { chain, operators } = devnet;
    onTestFailed(async () => {
      const status = await chain.status().catch(() => undefined);
      const events = await chain.kube
        .list({ apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace: chain.namespace })
        .catch(() => ({ items: [] }));
      const notes = events.items.slice(-20).map((event) => `${String(event['reason'])}: ${String(event['note'])}`);
      console.error(
        [
          `status: ${JSON.stringify(status, null, 1)?.slice(0, 6000)}`,
          `events:\n${notes.join('\n')}`,
          ...operators.map(({ process }) => process.logTail(25)),
        ].join('\n\n'),
      );
    });
    return devnet;
  };
}

/** The workflow of the network has come to its end by itself. */
export function entityEnded({ temporal, entityId }: Devnet): Promise<true> {
  return waitUntil(
    'the entity has completed',
    async () =>
      (await temporal.workflow.getHandle(entityId).describe()).status.name === 'COMPLETED' ? true : undefined,
    120_000,
  );
}

/** The referee's verdict: no sentence of what must never happen. */
export function expectFairPlay({ chain }: Devnet): void {
  expect(chain.referee.violations()).toEqual([]);
}
