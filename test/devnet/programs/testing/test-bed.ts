/** A chain for tests of the programs: real contracts on a real L1, and the pods that run it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Interface, zeroPadValue } from 'ethers';
import { createLedger, type Ledger, type LedgerOptions } from '../../ledger/ledger.ts';
import { createReferee, type Referee } from '../../referee/referee.ts';
import { type ChainFiles, type ChainFilesOptions, makeChainFiles } from '../../servers/chain-files.ts';
import { type Deployment, deployContracts } from '../../servers/contracts.ts';
import { type L1, startL1 } from '../../servers/l1.ts';
import { createFaults, createPrograms, type Faults } from '../index.ts';
import { sendL1 } from './l1-transactions.ts';
import type { TestCluster } from './test-pod.ts';

/** An L1 with contracts on it, for the tests of one file. */
export interface TestBed {
  readonly l1: L1;
  /** Deploys the contracts of one more chain. */
  chain(options?: ChainFilesOptions & LedgerOptions): Promise<TestChain>;
  stop(): Promise<void>;
}

export interface TestChain {
  readonly cluster: TestCluster;
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly referee: Referee;
  readonly deployment: Deployment;
  /** Acts as the owner of the SystemConfig. */
  readonly owner: ChainOwner;
  readonly files: ChainFiles;
  readonly l1Url: string;
  readonly beaconUrl: string;
}

export interface ChainOwner {
  setUnsafeBlockSigner(address: string): Promise<void>;
  setBatcher(address: string): Promise<void>;
}

const systemConfig = new Interface(['function setUnsafeBlockSigner(address)', 'function setBatcherHash(bytes32)']);

/** Call data of SystemConfig for a new batcher. */
export const setBatcherData = (address: string): string =>
  systemConfig.encodeFunctionData('setBatcherHash', [zeroPadValue(address, 32)]);

export function chainOwner(deployment: Deployment): ChainOwner {
  const to = deployment.addresses['SystemConfigProxy'] ?? '';
  const send = async (data: string) => void (await sendL1(deployment, [{ key: deployment.keys.deployer, to, data }]));
  return {
    setUnsafeBlockSigner: (address) => send(systemConfig.encodeFunctionData('setUnsafeBlockSigner', [address])),
    setBatcher: (address) => send(setBatcherData(address)),
  };
}

/** What the programs call each of these chains, as if it was built in. */
export const KNOWN_NETWORK = 'acme-test';

/** Waiting for what is there costs nothing, and a busy machine is slow: nothing starts a program again here. */
const PATIENT = { timeScale: 0.05, delays: { nodeDial: 40_000, batcherDial: 40_000, beaconRetries: 10_000 } };

/**
 * Starts an L1 of its own; stop it at the end of the file.
 * @param options.slotsInAnEpoch half of the number of L1 blocks after which one is final
 */
export async function startTestBed(options: { readonly slotsInAnEpoch?: number } = {}): Promise<TestBed> {
  const directory = await mkdtemp(path.join(tmpdir(), 'opstack-programs-'));
  const l1 = await startL1({ dir: path.join(directory, 'l1'), ...options });
  const chains: TestChain[] = [];
  let chainIds = 0;
  return {
    l1,
    async chain(options = {}) {
      chainIds += 1; // own inbox addresses: all chains share the L1
      const deployment = await deployContracts(l1, { l2ChainId: 900 + chainIds });
      const files = await makeChainFiles(deployment, { blockTimeSeconds: 1, ...options });
      const ledger = createLedger(options.timeScale === undefined ? { ...PATIENT, ...options } : options);
      const faults = createFaults();
      const chain: TestChain = {
        cluster: {
          programs: createPrograms(ledger, faults, new Map([[KNOWN_NETWORK, files]])),
          directory: path.join(directory, `chain-${chains.length}`),
          names: new Map(),
          containers: [],
        },
        ledger,
        faults,
        referee: createReferee({ ledger, l1 }),
        deployment,
        owner: chainOwner(deployment),
        files,
        l1Url: l1.rpcUrl,
        beaconUrl: l1.beaconUrl,
      };
      chains.push(chain);
      return chain;
    },
    async stop() {
      for (const { cluster, referee } of chains) {
        await Promise.all(cluster.containers.map((container) => container.kill()));
        await referee.stop();
      }
      await l1.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
