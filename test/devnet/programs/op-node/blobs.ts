import type { RpcClient } from '../rpc/client.ts';

/** Data of a batch that cannot be had: the pipeline starts over, for ever if it stays so (recorded). */
export class PipelineReset extends Error {}

export interface BlobSource {
  /** @throws PipelineReset while L1 has lost all blobs (a fault of the devnet) */
  expectNotLost(): void;
  /** @throws PipelineReset when blobs cannot be fetched */
  expectBlobs(): Promise<void>;
}

/** op-node wants the slot time of the beacon chain before it fetches any blob, and keeps it. */
export function createBlobSource(beacon: RpcClient, lost: () => boolean): BlobSource {
  let known = false;
  const refused = (status: number) => new PipelineReset(`${WHAT}: failed request with status ${status}: : not found`);
  return {
    expectNotLost() {
      if (lost()) throw refused(404);
    },
    async expectBlobs() {
      if (known) return;
      const answer = await beacon.get('/eth/v1/config/spec').catch((error: unknown) => error);
      if (answer instanceof Error) throw new PipelineReset(`${WHAT}: ${answer.message}`);
      const { status } = answer as { readonly status: number };
      if (status !== 200) throw refused(status);
      known = true;
    },
  };
}

const WHAT = 'failed to fetch blobs: get time to slot fn';
