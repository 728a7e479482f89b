/** What the programs call a chain of the superchain registry, whose own name is `<superchain>/<chain>`. */

/** op-node and op-geth: `sepolia/op` → `op-sepolia`, `mainnet/op` → `op-mainnet`. */
export function opNetworkName(registryName: string): string {
  const [superchain, chain] = registryName.split('/');
  return `${chain}-${superchain}`;
}

/** op-reth leaves `-mainnet` out, and calls OP Mainnet, which began before Bedrock, `optimism`. */
export function opRethChainName(registryName: string): string {
  const [superchain, chain] = registryName.split('/');
  if (superchain !== 'mainnet') return `${chain}-${superchain}`;
  return chain === 'op' ? 'optimism' : `${chain}`;
}
