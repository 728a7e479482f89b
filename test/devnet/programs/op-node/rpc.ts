import { concat, keccak256 } from 'ethers';
import { ZERO_HASH } from '../../ledger/block.ts';
import type { RpcClient } from '../rpc/client.ts';
import { failure, invalidArgument, missingArgument } from '../rpc/errors.ts';
import type { RpcMethods } from '../rpc/server.ts';
import { compareVersions } from '../version.ts';
import { type Driver, messageOf } from './driver.ts';
import type { Gossip } from './gossip.ts';
import { p2pMethods } from './p2p-rpc.ts';
import type { SafeDb } from './safe-db.ts';
import type { Sequencer } from './sequencer.ts';
import { l2Ref, syncStatus } from './sync-status.ts';

export interface NodeRpcParts {
  readonly driver: Driver;
  readonly sequencer: Sequencer;
  readonly safeDb: SafeDb;
  readonly gossip: Gossip | undefined;
  readonly engineClient: RpcClient;
  /** As in `/healthz`. */
  readonly version: string;
  /** Starts derivation again, for `admin_resetDerivationPipeline`. */
  resetPipeline(): Promise<void>;
}

/** All methods that this op-node serves; `admin_*` only where they are enabled. */
export function nodeMethods(parts: NodeRpcParts): RpcMethods {
  const { driver } = parts;
  const { settings } = driver.config;
  return {
    health_status: () => parts.version,
    ...optimismMethods(parts),
    ...(parts.gossip === undefined ? {} : p2pMethods(driver, parts.gossip)),
    ...(settings.bool('rpc.enable-admin') ? adminMethods(parts) : {}),
  };
}

function optimismMethods({ driver, safeDb, engineClient }: NodeRpcParts): RpcMethods {
  const { config, ledger } = driver;
  return {
    optimism_syncStatus: () => syncStatus(driver),
    optimism_version: () => `v${config.version.join('.')}-`,
    optimism_rollupConfig() {
      const { protocol_versions_address, ...rest } = config.rollup.raw;
      const old = protocol_versions_address !== undefined && compareVersions(config.version, '1.18.0') < 0;
      return old ? { ...rest, protocol_versions_address } : rest;
    },
    optimism_dependencySet: () => {
      throw failure('not found');
    },
    async optimism_outputAtBlock(params) {
      const number = blockNumber(params[0]);
      const fail = (why: string) =>
        failure(
          `failed to get L2 block ref with sync status: failed to determine L2BlockRef of height ${number}, could not get payload: ${why}`,
        );
      const answer = (await engineClient.call('eth_getBlockByNumber', [params[0], false]).catch((error) => {
        throw fail(messageOf(error));
      })) as { hash: string; stateRoot: string; withdrawalsRoot: string } | null;
      const block = answer === null ? undefined : ledger.block(answer.hash);
      if (answer === null || block === undefined) throw fail('not found');
      const { stateRoot } = answer;
      const isthmus = config.rollup.raw['isthmus_time'];
      const hasRoot = typeof isthmus === 'number' && isthmus <= block.timestamp;
      const withdrawals = hasRoot ? answer.withdrawalsRoot : await withdrawalsRoot(engineClient, answer.hash);
      return {
        version: ZERO_HASH,
        outputRoot: keccak256(concat([ZERO_HASH, stateRoot, withdrawals, block.hash])),
        blockRef: l2Ref(block),
        withdrawalStorageRoot: withdrawals,
        stateRoot,
        syncStatus: syncStatus(driver),
      };
    },
    optimism_safeHeadAtL1Block(params) {
      const number = blockNumber(params[0]);
      if (!safeDb.enabled) throw failure('safe head database not enabled');
      const { genesis } = config.rollup;
      const found = safeDb.at(number) ?? { l1: { hash: genesis.l1.hash, number: 0 }, safe: genesis.l2 };
      return { l1Block: found.l1, safeHead: found.safe };
    },
  };
}

const MESSAGE_PASSER = '0x4200000000000000000000000000000000000016';

/** Before Isthmus the root is not in the block header. */
async function withdrawalsRoot(engineClient: RpcClient, hash: string): Promise<string> {
  const proof = (await engineClient.call('eth_getProof', [MESSAGE_PASSER, [], hash])) as { storageHash: string };
  return proof.storageHash;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'crit'];

function adminMethods({ driver, sequencer, resetPipeline }: NodeRpcParts): RpcMethods {
  return {
    admin_sequencerActive: () => sequencer.active(),
    admin_startSequencer: (params) => sequencer.start(hashArgument(params[0])),
    admin_stopSequencer: () => sequencer.stop('rpc'),
    admin_conductorEnabled: () => driver.config.settings.bool('conductor.enabled'),
    admin_overrideLeader: () => null,
    admin_setRecoverMode: () => null,
    admin_resetDerivationPipeline: () => resetPipeline(),
    admin_setLogLevel(params) {
      const level = String(params[0]);
      if (!LOG_LEVELS.includes(level)) throw failure(`unknown level: ${level}`);
      return null;
    },
  };
}

function blockNumber(value: unknown): number {
  if (value === undefined) throw missingArgument(0);
  if (typeof value !== 'string') {
    throw invalidArgument(0, 'json: cannot unmarshal non-string into Go value of type hexutil.Uint64');
  }
  if (!/^0x(0|[1-9a-fA-F][0-9a-fA-F]*)$/.test(value)) throw invalidArgument(0, `invalid hex number ${value}`);
  return Number(value);
}

function hashArgument(value: unknown): string {
  if (value === undefined) throw missingArgument(0);
  const hash = String(value);
  if (/^0x[0-9a-fA-F]{64}$/.test(hash)) return hash.toLowerCase();
  throw invalidArgument(0, `hex string has length ${Math.max(0, hash.length - 2)}, want 64 for common.Hash`);
}
