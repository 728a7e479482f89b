import type { NamedChain } from '../catalogue/registry.ts';
import { RpcError } from '../chain/clients/rpc-error.ts';
import { OperatorError } from '../contract/failures.ts';
import { CliError } from './cli-error.ts';

/** A failure of discovery with a way out on the command line: its own is about the fields of a spec. */
export function discoveryFailure(error: unknown, network?: NamedChain): unknown {
  if (!(error instanceof OperatorError)) return error;
  return new CliError({ what: error.message, next: wayOut(error, network) }, { cause: error });
}

function wayOut({ type, cause, fix }: OperatorError, network: NamedChain | undefined): string {
  switch (type) {
    case 'ChainMismatch':
      return network
        ? `give --l1-rpc an endpoint of L1 chain ${network.chain.l1_chain_id}, where ${network.name} settles, or another --network`
        : 'give --system-config the SystemConfigProxy of the chain, and --l1-rpc an endpoint of its L1';
    case 'InvalidSpec':
      return 'name its --l1-standard-bridge as well; a chain of the superchain registry only needs --network';
    case 'NotReadyYet':
      return 'wait some blocks, then try again';
    case 'L1Unavailable':
      return cause instanceof RpcError ? (UNAVAILABLE[cause.kind] ?? NO_L1) : fix;
    default:
      return fix;
  }
}

const NO_L1 =
  'check that --l1-rpc is an execution client of L1 that keeps the state back to the finalized block (at least 128 blocks), or an archive';
const UNAVAILABLE: Partial<Record<RpcError['kind'], string>> = {
  unauthorised: 'check the key or password in the URL of --l1-rpc',
  unreachable: 'check --l1-rpc, and that it can be reached from here',
};
