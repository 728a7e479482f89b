/** Published artifacts of the OP Stack's contracts: npm `@eth-optimism/contracts-bedrock`. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Interface, type InterfaceAbi } from 'ethers';

export interface ContractArtifact {
  interface: Interface;
  /** Creation code without constructor arguments. */
  bytecode: string;
  /** Runtime code; only for contracts without immutables. */
  deployedBytecode: string;
}

const folder = join(
  dirname(createRequire(import.meta.url).resolve('@eth-optimism/contracts-bedrock/package.json')),
  'forge-artifacts',
);
const loaded = new Map<string, ContractArtifact>();

/** The artifact of a contract by its name, read once. */
export function artifact(name: string): ContractArtifact {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const file = JSON.parse(readFileSync(join(folder, `${name}.sol`, `${name}.json`), 'utf8')) as {
    abi: InterfaceAbi;
    bytecode: { object: string };
    deployedBytecode: { object: string };
  };
  const read = {
    interface: new Interface(file.abi),
    bytecode: file.bytecode.object,
    deployedBytecode: file.deployedBytecode.object,
  };
  loaded.set(name, read);
  return read;
}
