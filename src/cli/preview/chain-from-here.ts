/** L1 as it can be asked from wherever the CLI runs: what is not known from here is no reason to refuse a plan. */

import type { CompleteWish } from '../../activities/desire.ts';
import { checkChain } from '../../activities/gather/check-chain.ts';

const PATIENCE_MS = 6000;

export interface ChainFromHere {
  readonly readChain: typeof checkChain;
  /** Present, once it was asked, when L1 said nothing. */
  unread(): string | undefined;
}

/** @param seen whether its endpoint, and the keys whose addresses it is held against, are known or stand-ins */
export function chainFromHere(seen: { readonly endpoint: boolean; readonly addresses: boolean }): ChainFromHere {
  let why: string | undefined;
  return {
    unread: () => why,
    async readChain(wish, options) {
      if (!seen.endpoint) {
        why = 'its endpoint is in a Secret that you may not read';
        return { problems: [] };
      }
      const patience = AbortSignal.timeout(PATIENCE_MS);
      try {
        const signal = AbortSignal.any([options.signal, patience]);
        const asked = seen.addresses ? wish : withoutAddresses(wish);
        const check = await checkChain(asked, { ...options, installed: false, signal });
        const failure = check.problems.find(({ type }) => type === 'L1Unavailable');
        if (!failure) return check;
        why = failure.message;
      } catch (error) {
        if (!patience.aborted) throw error;
        why = `its endpoint did not answer within ${PATIENCE_MS / 1000} s`;
      }
      return { problems: [] };
    },
  };
}

/** Those of stand-ins would be held against what L1 says. */
function withoutAddresses({ batcherAddress: _, signerAddress: __, ...wish }: CompleteWish): CompleteWish {
  return wish;
}
