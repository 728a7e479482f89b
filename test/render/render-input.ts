/** Inputs for rendering tests: objects as users write them, and made-up facts about their chain. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KindName } from '../../src/api/names.ts';
import { parseObject } from '../../src/api/parse.ts';
import { loadRegistry } from '../../src/catalogue/registry.ts';
import { release as findRelease, type Release } from '../../src/catalogue/releases.ts';
import type { ChainFacts, ContractFacts, RenderInput } from '../../src/render/index.ts';
import { registryFacts } from '../../src/render/registry-facts.ts';

function release(name: string): Release {
  const found = findRelease(name);
  if (found === undefined) throw new Error(`There is no release ${name}`);
  return found;
}

/** A chain of one's own on an L1 that op-node does not know. */
export const customChain: ChainFacts = {
  l1ChainId: 900,
  l2ChainId: 901,
  blockTimeSeconds: 2,
  seqWindowSize: 3600,
  genesisHash: '0x76f68922965c00d7dff70be5692d43917278df7f6aa1c9638f865d93ba2c69ca',
  custom: true,
  forks: [
    { name: 'holocene', time: 0 },
    { name: 'isthmus', time: 1795347428 },
  ],
  batchInbox: '0xff00000000000000000000000000000000000901',
  config: {
    rollup: { name: 'devnet-rollup-3f1c', key: 'rollup.json' },
    genesis: { name: 'devnet-genesis-9a07', key: 'genesis.json.gz', compression: 'gzip' },
    l1ChainConfig: { name: 'devnet-l1-config-77aa', key: 'l1.json' },
  },
};

/** A chain that the programs know by its name. */
export const registryChain: ChainFacts = {
  l1ChainId: 11155111,
  l2ChainId: 1301,
  blockTimeSeconds: 1,
  seqWindowSize: 3600,
  genesisHash: '0xb7fe0bc9f98ca03294ca0094ff9374cc3e64130b6ec85850d6e260191f48bfe7',
  ...registryFacts('sepolia/unichain', loadRegistry().find('sepolia/unichain')),
  forks: [{ name: 'jovian', time: 1763568001 }],
  batchInbox: '0xff00000000000000000000000000000000001301',
  config: {},
};

/** What L1 says of a chain whose games only its proposer makes. */
export const permissionedGames: ContractFacts = {
  disputeGameFactory: '0xa513E6E4b8f2a923D98304ec87F64353C4D5C853',
  gameType: 1,
  registeredGameTypes: [1],
};

const UIDS: Record<KindName, string> = {
  OptimismNetwork: '11111111',
  OpNode: '22222222',
  OpBatcher: '33333333',
  OpProposer: '44444444',
  OpChallenger: '55555555',
};

/** Objects of a YAML text (documents separated by `---`), as the API server would hand them back. */
export function renderInput(
  yaml: string,
  facts: { chain?: ChainFacts; contracts?: ContractFacts; release?: string; uids?: boolean } = {},
): RenderInput {
  const raw = parseAllDocuments(yaml).map((document) => document.toJS());
  const of = <K extends KindName>(kind: K) =>
    raw
      .filter((object) => object.kind === kind)
      .map((object) => {
        const uid = facts.uids === false ? {} : { uid: `${UIDS[kind]}-0000-4000-8000-000000000000` };
        const parsed = parseObject(kind, { ...object, metadata: { namespace: 'chains', ...uid, ...object.metadata } });
        if (!parsed.ok) throw new Error(`${kind} ${object.metadata?.name}: ${JSON.stringify(parsed.problems)}`);
        return parsed.value;
      });
  const [network] = of('OptimismNetwork');
  if (network === undefined) throw new Error('The input has no OptimismNetwork');
  return {
    network,
    nodes: of('OpNode'),
    batchers: of('OpBatcher'),
    proposers: of('OpProposer'),
    challengers: of('OpChallenger'),
    contracts: facts.contracts ?? permissionedGames,
    chain: facts.chain ?? customChain,
    release: release(facts.release ?? network.spec.release ?? 'u18'),
    secret: (name, key) => ({ name: `${name}-copy-c0de`, key }),
    configMap: (name, key) => ({ name: `${name}-copy-c0de`, key }),
    identity: (node) => ({
      jwt: { name: `${node}-jwt-5eed`, key: 'jwt.hex' },
      p2p: { secretName: `${node}-p2p` },
      peerIds: Array.from({ length: 3 }, (_, ordinal) => `16Uiu2HA${node.replaceAll('-', '')}${ordinal}`),
    }),
  };
}

/** The files of a folder of examples as one text. */
export function example(folder: string, ...files: string[]): string {
  const root = join(import.meta.dirname, '..', '..', 'examples', folder);
  return files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n---\n');
}

export const devnet = (): string =>
  example(
    'devnet',
    'network.yaml',
    'sequencer.yaml',
    'replica.yaml',
    'batcher.yaml',
    'proposer.yaml',
    'challenger.yaml',
  );
