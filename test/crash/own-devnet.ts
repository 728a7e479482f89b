/** A devnet on servers of its own, for tests that kill servers: all other files share theirs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { PAYLOAD_CONVERTER_PATH } from '../../src/worker/temporal.ts';
import { NETWORK, startDevnetChain } from '../devnet/chain.ts';
import { type Operator, startOperator } from '../devnet/operator.ts';
import type { ChainFilesOptions } from '../devnet/servers/chain-files.ts';
import { type ControlPlane, startControlPlane } from '../devnet/servers/control-plane.ts';
import { installCrds } from '../devnet/servers/install-crds.ts';
import { type L1, startL1 } from '../devnet/servers/l1.ts';
import { startTemporal, type TemporalServer } from '../devnet/servers/temporal.ts';
import type { Devnet } from '../integration/devnet.ts';
import { expectNoSecretOut, watchSecrets } from '../integration/what-people-can-read.ts';

export interface OwnDevnet extends Devnet {
  readonly servers: { readonly cluster: ControlPlane; readonly temporal: TemporalServer; readonly l1: L1 };
  readonly operator: Operator;
  stop(): Promise<void>;
}

export async function startOwnDevnet(name: string, files: ChainFilesOptions = {}): Promise<OwnDevnet> {
  const dir = await mkdtemp(join(tmpdir(), `opstack-${name}-`));
  const [cluster, temporal, l1] = await Promise.all([
    startControlPlane({ dir: join(dir, 'kubernetes') }),
    startTemporal({ dir: join(dir, 'temporal') }),
    startL1({ dir: join(dir, 'l1') }),
  ]);
  const { kubeconfigPath } = cluster;
  await installCrds({ kubeconfigPath, folder: join(import.meta.dirname, '../../crds') });
  const chain = await startDevnetChain({
    servers: { kubeconfigPath, l1RpcUrl: l1.rpcUrl, l1ChainId: l1.chainId, beaconUrl: l1.beaconUrl },
    namespace: name,
    dir: join(dir, 'node'),
    timeScale: 0.2,
    files: { blockTimeSeconds: 1, ...files },
  });
  const operators: Operator[] = [];
  const start: Devnet['start'] = async (kind, { name: processName, main, env } = {}) => {
    const operator = await startOperator({
      kind,
      dir: join(dir, 'operator'),
      clusterName: name,
      kubeconfigPath,
      temporalAddress: temporal.address,
      namespace: name,
      ...(processName ? { name: processName } : {}),
      ...(main ? { main } : {}),
      ...(env ? { env } : {}),
    });
    operators.push(operator);
    return operator;
  };
  const operator = await start('all');
  const connection = await Connection.connect({ address: temporal.address });
  const secrets = await watchSecrets(chain);
  const devnet: Devnet = {
    chain,
    namespace: name,
    dir,
    clusterName: name,
    entityId: `optimismnetwork/${name}/${name}/${NETWORK}`,
    temporal: new Client({ connection, dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER_PATH } }),
    secrets,
    operators,
    start,
  };
  return {
    ...devnet,
    operator,
    servers: { cluster, temporal, l1 },
    async stop() {
      await Promise.all(operators.map(({ process }) => process.kill()));
      try {
        await secrets.stop();
        await expectNoSecretOut(devnet, secrets.values());
      } finally {
        await connection.close();
        await chain.stop();
        await Promise.all([cluster.stop(), temporal.stop(), l1.stop()]);
        await rm(dir, { recursive: true, force: true });
      }
    },
  };
}
