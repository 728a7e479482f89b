import { ZeroAddress } from 'ethers';
import { DIAL_ATTEMPTS, dialFor } from '../service/dial.ts';
import { SetupError } from '../service/setup-error.ts';
import { messageOf } from './challenger.ts';
import type { Contract } from './contract.ts';
import type { ChallengerOptions } from './options.ts';

/** @throws SetupError when there is no factory */
export async function checkFactory(factory: Contract): Promise<void> {
  try {
    await factory.read('version');
  } catch (error) {
    throw new SetupError(
      `failed to create factory contract bindings: failed to create factory contract: failed to retrieve version of dispute game ${factory.address}: ${messageOf(error)}`,
    );
  }
}

/**
 * Waits for op-node, or for what has the roots of several chains: the only things that are waited for.
 * @throws SetupError when one does not come
 */
export async function dialEndpoints({ process, environment, settings, log, types }: ChallengerOptions): Promise<void> {
  const rollup = settings.string('rollup-rpc');
  const superroot = settings.string('superroot-rpc') || settings.string('supernode-rpc');
  for (const answers of new Set(types.map((type) => type.answers))) {
    const [url, what] =
      answers === 'rollup' ? [rollup, `dial rollup client ${rollup}`] : [superroot, 'failed to dial supernode'];
    if (await dialFor(process, log, environment.delays.batcherDial, url)) continue;
    const why = `operation failed permanently after ${DIAL_ATTEMPTS} attempts: address unavailable (${url})`;
    throw new SetupError(`failed to register game types: ${what}: ${why}`);
  }
}

/** A type without an implementation is no reason to stop. */
export async function warnOfMissingGames({ log, types }: ChallengerOptions, factory: Contract): Promise<void> {
  for (const { name, number } of types) {
    const [implementation] = await factory.read('gameImpls', number).catch((error: unknown) => {
      throw new SetupError(
        `failed to register game types: failed to check implementation for game type ${name}: ${messageOf(error)}`,
      );
    });
    if (implementation !== ZeroAddress) continue;
    log.warn('No game implementation set for game type', { gameType: name });
  }
}
