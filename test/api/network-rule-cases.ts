/** The rules of OptimismNetwork. */
import { casesOf, KEY, REMOTE, type RuleCase, SIGNER } from './rule-case.ts';

const REGISTRY = {
  'spec.network': 'sepolia/op',
  'spec.l2': undefined,
  'spec.contracts': undefined,
  'spec.rollupConfig': undefined,
  'spec.genesis': undefined,
};

const network = casesOf('OptimismNetwork');

export const NETWORK_RULE_CASES: readonly RuleCase[] = [
  network(
    'a name fits Services and pods',
    { 'metadata.name': 'a'.repeat(40) },
    { 'metadata.name': 'a'.repeat(41) },
    'metadata: metadata.name must have at most 40',
  ),
  network(
    'a name begins with a letter',
    { 'metadata.name': 'a1' },
    { 'metadata.name': '1a' },
    'metadata: metadata.name must have at most 40',
  ),
  network(
    'a chain outside the registry says its L1',
    { ...REGISTRY, 'spec.l1.chainId': undefined },
    { 'spec.l1.chainId': undefined },
    'spec.l1.chainId: l1.chainId is required',
  ),
  network(
    'a chain outside the registry says its chain id',
    REGISTRY,
    { 'spec.l2': undefined },
    'spec.l2: l2.chainId is required',
  ),
  network(
    'L1 and L2 are two chains',
    { 'spec.l2.chainId': 1 },
    { 'spec.l2.chainId': 11155111 },
    'spec.l2.chainId: l2.chainId must differ',
  ),
  network(
    'a chain outside the registry brings its rollup configuration',
    REGISTRY,
    { 'spec.rollupConfig': undefined },
    'spec.rollupConfig: rollupConfig is required',
  ),
  network(
    'the registry has no rollup configuration of a chain outside',
    { ...REGISTRY, 'spec.rollupConfig': { registry: true } },
    { 'spec.rollupConfig': { registry: true } },
    'spec.rollupConfig: rollupConfig is required',
  ),
  network(
    'a chain outside the registry brings its genesis',
    REGISTRY,
    { 'spec.genesis': undefined },
    'spec.genesis: genesis is required',
  ),
  network(
    'the registry has no genesis of a chain outside',
    { ...REGISTRY, 'spec.genesis': { registry: true } },
    { 'spec.genesis': { registry: true } },
    'spec.genesis: genesis is required',
  ),
  network(
    'discovery has a start',
    { 'spec.contracts': { l1StandardBridge: REMOTE.address } },
    { 'spec.contracts': undefined },
    'spec.contracts: contracts.systemConfig is required',
  ),
  network(
    'the registry is asked by name',
    { ...REGISTRY, 'spec.contracts': { discovery: 'Registry' } },
    { 'spec.contracts': { discovery: 'Registry' } },
    'spec.contracts.discovery: contracts.discovery: Registry needs network',
  ),
  network(
    'manual discovery has addresses',
    { 'spec.contracts.discovery': 'Manual', 'spec.contracts.addresses': { optimismPortal: REMOTE.address } },
    { 'spec.contracts.discovery': 'Manual' },
    'spec.contracts.addresses: contracts.discovery: Manual needs',
  ),
  network(
    'blobs are read through a beacon API',
    { 'spec.l1.beacon': undefined, 'spec.l1.ignoreBeacon': true },
    { 'spec.l1.beacon': undefined },
    'spec.l1.beacon: beacon is required',
  ),
  network(
    'a beacon API is not ignored',
    { 'spec.l1.ignoreBeacon': false },
    { 'spec.l1.ignoreBeacon': true },
    'spec.l1.beacon: beacon is required',
  ),
  network(
    'fallbacks fall back from something',
    { 'spec.l1.beaconFallbacks': [{ url: 'http://archive' }] },
    {
      'spec.l1.beacon': undefined,
      'spec.l1.ignoreBeacon': true,
      'spec.l1.beaconFallbacks': [{ url: 'http://archive' }],
    },
    'spec.l1.beaconFallbacks: beaconFallbacks need beacon',
  ),
  network(
    'an unknown L1 has a configuration',
    { 'spec.l1.chainId': 900, 'spec.l1.chainConfig': { inline: '{}' } },
    { 'spec.l1.chainId': 900 },
    'spec.l1.chainConfig: op-node does not know this L1',
  ),
  network(
    'a chain configuration comes from one place',
    { 'spec.l1.chainConfig': { configMapRef: { name: 'acme', key: 'l1.json' } } },
    { 'spec.l1.chainConfig': {} },
    'spec.l1.chainConfig: set exactly one of configMapRef and inline',
  ),
  network(
    'an endpoint is one of URL and Secret',
    { 'spec.l1.rpc': { url: 'wss://reth:8546' } },
    { 'spec.l1.rpc.url': 'http://reth' },
    'spec.l1.rpc: set exactly one of url and secretKeyRef',
  ),
  network(
    'an endpoint is something',
    { 'spec.l1.rpc': { url: 'http://reth' } },
    { 'spec.l1.rpc': {} },
    'spec.l1.rpc: set exactly one of url and secretKeyRef',
  ),
  network(
    'no user info in a URL',
    { 'spec.l1.rpc': { url: 'http://reth:8545/path@2' } },
    { 'spec.l1.rpc': { url: 'http://me:secret@reth:8545' } },
    'spec.l1.rpc.url: url seems to hold a credential',
  ),
  network(
    'no API key in a path',
    { 'spec.l1.rpc': { url: 'https://rpc.example.com/ethereum/mainnet' } },
    { 'spec.l1.rpc': { url: 'https://mainnet.infura.io/v3/0123456789abcdef0123456789abcdef' } },
    'spec.l1.rpc.url: url seems to hold a credential',
  ),
  network(
    'no API key with dashes in a path',
    { 'spec.l1.rpc': { url: 'https://rpc.example.com/v2/execution-layer-main' } },
    { 'spec.l1.rpc': { url: 'https://eth-mainnet.g.alchemy.com/v2/aBcDeFgHiJ_lMnOpQrStUvWxYz-12345/' } },
    'spec.l1.rpc.url: url seems to hold a credential',
  ),
  network(
    'no API key as a query parameter',
    { 'spec.l1.rpc': { url: 'https://rpc.example.com/?network=mainnet' } },
    { 'spec.l1.rpc': { url: 'https://rpc.example.com/?apiKey=abc' } },
    'spec.l1.rpc.url: url seems to hold a credential',
  ),
  network(
    'no API key of a beacon API either',
    { 'spec.l1.beacon': { url: 'http://lighthouse:5052/' } },
    { 'spec.l1.beacon': { url: 'http://u:p@lighthouse:5052' } },
    'spec.l1.beacon.url: url seems to hold a credential',
  ),
  network(
    'a private key is no name of a key',
    { 'spec.l1.rpc.secretKeyRef.key': 'rpc-2' },
    { 'spec.l1.rpc.secretKeyRef.key': KEY },
    'spec.l1.rpc.secretKeyRef: looks like a private key itself',
  ),
  network(
    'a rollup configuration comes from one place',
    { 'spec.rollupConfig': { inline: '{}' } },
    { 'spec.rollupConfig.inline': '{}' },
    'spec.rollupConfig: set exactly one of configMapRef, inline and registry',
  ),
  network(
    'a genesis comes from one place',
    { 'spec.genesis': { url: 'https://files.example.com/genesis.json', sha256: 'ab'.repeat(32) } },
    { 'spec.genesis': {} },
    'spec.genesis: set exactly one of configMapRef, url',
  ),
  network(
    'a downloaded genesis is known by its hash',
    { 'spec.genesis': { url: 'https://files.example.com/genesis.json', sha256: 'ab'.repeat(32) } },
    { 'spec.genesis': { url: 'https://files.example.com/genesis.json' } },
    'spec.genesis.sha256: url and sha256 go together',
  ),
  network(
    'no credential in the URL of a genesis',
    { 'spec.genesis': { url: 'https://files.example.com/genesis.json', sha256: 'ab'.repeat(32) } },
    { 'spec.genesis': { url: 'https://files.example.com/genesis.json?token=1', sha256: 'ab'.repeat(32) } },
    'spec.genesis.url: url seems to hold a credential',
  ),
  network(
    'an image says something',
    { 'spec.images.opNode': { tag: 'v1.16.11' } },
    { 'spec.images.opNode': {} },
    'spec.images.opNode: set at least one of repository, tag and digest',
  ),
  network(
    'resources have names',
    { 'spec.defaults.resources': { limits: { 'nvidia.com/gpu': 1 } } },
    { 'spec.defaults.resources': { limits: { 'CPU!': 1 } } },
    'spec.defaults.resources.limits: keys must be resource names',
  ),
  network(
    'an amount as text is an amount',
    { 'spec.defaults.resources': { limits: { cpu: '1.5' } } },
    { 'spec.defaults.resources': { limits: { cpu: 'many' } } },
    'spec.defaults.resources.limits[cpu]: must be a quantity',
  ),
  network(
    'an amount as number is not negative',
    { 'spec.defaults.resources': { limits: { cpu: 0 } } },
    { 'spec.defaults.resources': { limits: { cpu: -1 } } },
    'spec.defaults.resources.limits[cpu]: must be a quantity',
  ),
  network(
    'labels have names',
    { 'spec.defaults.nodeSelector': { 'example.com/pool': 'chains' } },
    { 'spec.defaults.nodeSelector': { '-pool': 'chains' } },
    'spec.defaults.nodeSelector: keys must be names',
  ),
  network(
    'a probe is not more frequent than once a second',
    { 'spec.probeInterval': '1000ms' },
    { 'spec.probeInterval': '999ms' },
    'spec.probeInterval: must be at least 1s',
  ),
  network(
    'a probe is not rarer than once an hour',
    { 'spec.probeInterval': '60m' },
    { 'spec.probeInterval': '60m1s' },
    'spec.probeInterval: must be at most 1h',
  ),
  network(
    'a signer signs in one way',
    { 'spec.owner': { signer: { mnemonicSecretRef: SIGNER.secretKeyRef, hdPath: "m/44'/60'/0'/0/1" } } },
    { 'spec.owner': { signer: {} } },
    'spec.owner.signer: set exactly one of secretKeyRef, mnemonicSecretRef and remote',
  ),
  network(
    'a mnemonic has a path',
    { 'spec.owner': { signer: { mnemonicSecretRef: SIGNER.secretKeyRef, hdPath: "m/44'/60'/0'/0/1" } } },
    { 'spec.owner': { signer: { mnemonicSecretRef: SIGNER.secretKeyRef } } },
    'spec.owner.signer.hdPath: mnemonicSecretRef and hdPath go together',
  ),
];
