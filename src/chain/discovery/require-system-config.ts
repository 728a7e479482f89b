import { AbiCoder, getAddress } from 'ethers';
import { OperatorError } from '../../contract/failures.ts';
import type { ContractAnswers } from './contract-answers.ts';

/** `Error("Proxy: implementation not initialized")`, as a Proxy without implementation reverts. */
const NOT_INITIALISED = `0x08c379a0${AbiCoder.defaultAbiCoder().encode(['string'], ['Proxy: implementation not initialized']).slice(2)}`;

const FIX = 'Set spec.contracts.systemConfig to the SystemConfigProxy of the chain.';

/**
 * Makes sure that an address is the proxy of an initialised SystemConfig that tells its addresses.
 * @param found.implementation what the EIP-1967 slot of the address holds
 * @param found.portal the portal that counts: told by the SystemConfig, or given
 * @returns its batcher and its implementation, which are never zero
 * @throws OperatorError `ChainMismatch`, or `InvalidSpec` for contracts before v1.3 whose portal nobody has told
 */
export function requireSystemConfig(
  address: string,
  answers: ContractAnswers,
  { implementation, portal }: { readonly implementation: string | undefined; readonly portal: string | undefined },
): { readonly batcher: string; readonly implementation: string } {
  if (answers.revertData('systemConfig.version()') === NOT_INITIALISED) {
    throw mismatch(
      `${address} is a proxy without implementation: the chain's contracts are not deployed there yet.`,
      `${FIX} If it is, finish the deployment.`,
    );
  }
  if (!answers.has('systemConfig.batcherHash()')) {
    throw mismatch(`${address} has code on L1, but is not a SystemConfig: it has no batcherHash().`, FIX);
  }
  if (implementation === undefined) {
    throw mismatch(
      `${address} looks like the implementation of a SystemConfig, not its proxy: its values are nobody's.`,
      FIX,
    );
  }
  const batcher = answers.addressInWord('systemConfig.batcherHash()');
  if (batcher === undefined) {
    throw mismatch(
      `the SystemConfig ${address} is not initialised: its batcher is the zero address.`,
      `${FIX} If it is, finish the deployment.`,
    );
  }
  if (answers.has('systemConfig.optimismPortal()') && answers.address('systemConfig.optimismPortal()') === undefined) {
    throw mismatch(
      `the SystemConfig ${address} is not initialised: its portal is the zero address.`,
      `${FIX} If it is, finish the deployment.`,
    );
  }
  if (portal === undefined) {
    throw new OperatorError({
      type: 'InvalidSpec',
      message: `the SystemConfig ${address} (version ${answers.text('systemConfig.version()') ?? 'unknown'}) is older than v1.3 and does not tell the addresses of the other contracts.`,
      fix: 'Set spec.contracts.l1StandardBridge to the L1StandardBridgeProxy of the chain, or spec.contracts.addresses.optimismPortal; a chain of the registry only needs spec.network.',
    });
  }
  const owner = answers.address('optimismPortal.systemConfig()');
  const isTold = answers.address('systemConfig.optimismPortal()') === portal;
  if (!isTold && owner !== undefined && owner !== getAddress(address)) {
    throw mismatch(
      `the portal ${portal} belongs to the SystemConfig ${owner}, not to ${address}.`,
      'Use contracts of one chain: correct spec.contracts.',
    );
  }
  return { batcher, implementation };
}

function mismatch(message: string, fix: string): OperatorError {
  return new OperatorError({ type: 'ChainMismatch', message, fix });
}
