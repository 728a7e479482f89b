import { count } from '../../chain/facts/words.ts';
import type { ContractsSample, Sample } from '../../chain/samples.ts';
import { fail, type Gate, type GateChain, pass, type Verdict, wait } from './gate.ts';
import { unreadable } from './observations.ts';

/** Rollup config, genesis, contracts, keys and L1 describe the same chain. */
export const configMatchesChain: Gate = (samples, { chain }) => {
  const sample = samples.at(-1);
  if (!sample?.l1?.ok) return wait(unreadable('L1', sample?.l1));
  if (!sample.contracts?.ok) return wait(unreadable('the SystemConfig contract', sample.contracts));
  const { chainId } = sample.l1.value;
  if (chainId !== chain.l1ChainId) {
    return fail(
      'ChainMismatch',
      `the L1 endpoint serves chain ${chainId}, the network settles on chain ${chain.l1ChainId}`,
      'Correct spec.l1.rpc, or the chain that the spec names.',
    );
  }
  return (
    contractsMismatch(sample.contracts.value, chain) ??
    genesisMismatch(sample, chain) ??
    pass(`chain ${chain.l2ChainId} on L1 ${chain.l1ChainId}: ${compared(chain)} agree`)
  );
};

/** Replicas alone have no keys that L1 knows. */
function compared({ batcherAddress, signerAddress }: GateChain): string {
  return batcherAddress === undefined && signerAddress === undefined
    ? 'contracts and genesis'
    : 'contracts, genesis and keys';
}

function contractsMismatch(contracts: ContractsSample, chain: GateChain): Verdict | undefined {
  if (contracts.portal !== undefined && chain.portal !== undefined && contracts.portal !== chain.portal) {
    return fail(
      'ChainMismatch',
      `the portal is ${contracts.portal} by SystemConfig and ${chain.portal} by deposit_contract_address of the rollup configuration`,
      'Use the rollup configuration of this chain, or correct spec.contracts.systemConfig.',
    );
  }
  const l1Genesis = contracts.l1GenesisHash;
  if (l1Genesis !== undefined && chain.l1Genesis !== undefined && l1Genesis !== chain.l1Genesis.hash) {
    return fail(
      'ChainMismatch',
      `L1 block ${chain.l1Genesis.number} has the hash ${l1Genesis}, genesis.l1.hash of the rollup configuration is ${chain.l1Genesis.hash}`,
      'Use the rollup configuration of this chain, or the L1 endpoint that the chain was made on.',
    );
  }
  if (chain.batcherAddress !== undefined && contracts.batcher !== chain.batcherAddress) {
    return fail(
      'ChainMismatch',
      `the batcher on L1 is ${contracts.batcher}, the configured key has the address ${chain.batcherAddress}`,
      'Give the OpBatcher the key of the on-chain batcher, or have the SystemConfig owner call setBatcherHash.',
    );
  }
  if (chain.signerAddress !== undefined && contracts.unsafeBlockSigner !== chain.signerAddress) {
    return fail(
      'ChainMismatch',
      `the unsafe block signer on L1 is ${contracts.unsafeBlockSigner}, the sequencer's key has the address ${chain.signerAddress}`,
      'Give the sequencers the key of the on-chain signer, or have the SystemConfig owner call setUnsafeBlockSigner.',
    );
  }
  return undefined;
}

function genesisMismatch({ nodes }: Sample, chain: GateChain): Verdict | undefined {
  for (const { pod, el } of nodes) {
    if (el.ok && el.value.genesisHash !== undefined && el.value.genesisHash !== chain.genesisHash) {
      return fail(
        'ChainMismatch',
        `block ${count(chain.genesisNumber)} of ${pod} is ${el.value.genesisHash}, the genesis is ${chain.genesisHash}`,
        'Use the genesis of this chain, or delete the volume of the pod if it is of another chain.',
      );
    }
  }
  return undefined;
}
