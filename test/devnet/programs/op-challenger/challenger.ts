import { ZeroAddress } from 'ethers';
import type { Log } from '../log.ts';
import type { RpcClient } from '../rpc/client.ts';
import type { Settings } from '../settings/settings.ts';
import type { TxRequest } from '../txmgr/prepare-gas.ts';
import type { Version } from '../version.ts';
import type { GameType } from './game-types.ts';
import type { RequirePrestate } from './prestates.ts';

/** What the parts of one op-challenger share. */
export interface Challenger {
  readonly log: Log;
  readonly settings: Settings;
  readonly l1: RpcClient;
  readonly rollup: RpcClient;
  /** Types that are played, by number. */
  readonly types: ReadonlyMap<number, GameType>;
  readonly release: Version;
  readonly requirePrestate: RequirePrestate;
  /** Addresses whose bonds are claimed, the own one first. */
  readonly claimants: readonly string[];
  readonly counters: Counters;
  /**
   * Sends a transaction and waits until it is confirmed. Rejects when it can not be made, or reverts.
   * @param purpose for the words of a failure
   */
  send(purpose: string, request: TxRequest): Promise<void>;
}

export interface Counters {
  moves: number;
  /** Wei of bonds that were claimed. */
  bonds: bigint;
  claimFailures: number;
}

/** True for one of the addresses whose bonds are claimed. */
export const isOurs = ({ claimants }: Challenger, address: string): boolean =>
  address !== ZeroAddress && claimants.some((claimant) => claimant.toLowerCase() === address.toLowerCase());

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
