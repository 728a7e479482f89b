/** OptimismNetwork: one OP Stack chain. Everything that its components share, and the policy for changing them. */
import { z } from 'zod';
import { approval } from './approval.ts';
import { genesis, rollupConfig } from './chain-files.ts';
import { contracts } from './contracts.ts';
import { image } from './images.ts';
import { l1 } from './l1.ts';
import { annotations } from './maps.ts';
import { optimismNetworkStatus } from './network-status.ts';
import { wholeObject } from './object-meta.ts';
import { loggingDefaults, metricsDefaults } from './observability.ts';
import { placement, podSecurity } from './pod-overrides.ts';
import { resources } from './quantities.ts';
import { configMapKeyRef } from './references.ts';
import { rollout } from './rollout.ts';
import { type TransitionRule, withRules } from './rule.ts';
import { signer } from './signer.ts';
import { chainId, duration, objectName, patterned, resourceName } from './text-fields.ts';

export { optimismNetworkStatus };

const images = z.object({
  opNode: image('Image of op-node.', 'op-node').optional(),
  opGeth: image('Image of op-geth.', 'op-geth').optional(),
  opReth: image('Image of op-reth.', 'op-reth').optional(),
  opBatcher: image('Image of op-batcher.', 'op-batcher').optional(),
  opProposer: image('Image of op-proposer.', 'op-proposer').optional(),
  opChallenger: image('Image of op-challenger.', 'op-challenger').optional(),
  init: image(
    'Image of the init container that unpacks or fetches the genesis (needs sh, gunzip, wget).',
    'init',
  ).optional(),
});

const defaults = z.object({
  logging: loggingDefaults.prefault({}).describe('Logs of the programs.'),
  metrics: metricsDefaults.prefault({}).describe('Metrics of the programs.'),
  resources: resources('CPU and memory of containers that say nothing themselves.').optional(),
  ...placement,
  securityContext: podSecurity.optional().describe('User and group ids of the pods.'),
  storageClassName: resourceName(
    "Storage class of volumes that name none. Absent: the cluster's default.",
    'fast-ssd',
  ).optional(),
  serviceAnnotations: annotations('Annotations of the Services.').optional(),
});

export const optimismNetworkSpec = withRules(
  z.object({
    network: patterned(
      {
        pattern: '^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9_-]*$',
        maxLength: 64,
        expected: 'a name of the superchain registry, <superchain>/<chain>',
      },
      {
        description:
          'Name in the superchain registry: fills chain ids, rollup configuration, genesis and addresses. Explicit fields win; a contradiction is shown in `ConfigurationValid`. Fixed after creation.',
        example: 'sepolia/op',
      },
    ).optional(),
    l1: l1.describe('The L1 that the chain settles on.'),
    l2: z
      .object({ chainId: chainId('Chain id of L2. Fixed after creation.') })
      .optional()
      .describe('The chain itself. Absent: as `network` says.'),
    contracts: contracts.prefault({}).describe('Contracts on L1.'),
    rollupConfig: rollupConfig.optional().describe("The chain's rollup.json. Absent: from the registry."),
    genesis: genesis
      .optional()
      .describe("The chain's genesis. Absent: from the registry, whose chains the programs know by name."),
    release: patterned(
      { pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', maxLength: 63, expected: 'the name of a release' },
      {
        description:
          "Release of the operator's catalogue, or of `catalogue`: versions of all components that belong together. Absent: the recommended one at installation. A change is an upgrade.",
        example: 'u18',
      },
    ).optional(),
    catalogue: z
      .object({
        configMapRef: configMapKeyRef('ConfigMap with releases, as JSON or YAML.', {
          name: 'acme-releases',
          key: 'releases.yaml',
        }),
      })
      .optional()
      .describe(
        'Releases of your own beside those of the operator; docs/compatibility.md has the form. A name that the operator has is refused.',
      ),
    images: images.optional().describe("Images that differ from the release. A component's own `image` wins."),
    sequencer: z
      .object({
        preferred: objectName('OpNode that should sequence. A change hands the sequencer over.', 'acme-sequencer-a'),
      })
      .optional()
      .describe('Which sequencer is active when there are several. Absent: the active one stays.'),
    defaults: defaults.prefault({}).describe('What components inherit where they say nothing themselves.'),
    approval: approval.prefault({}).describe('Which plans wait for a decision.'),
    rollout: rollout.prefault({}).describe('How plans are executed.'),
    owner: z
      .object({
        signer: signer('Signer of owner transactions.', 'owner'),
      })
      .optional()
      .describe(
        'Lets the operator send owner transactions of SystemConfig and DisputeGameFactory. Absent: plans wait for them, and print the calldata.',
      ),
    paused: z
      .boolean()
      .default(false)
      .describe('Stop at the next step and start no plan. Everything that runs goes on.'),
    deletionPolicy: z
      .enum(['Delete', 'Retain'])
      .default('Delete')
      .describe(
        'What happens to volumes when components are deleted. Retain: they stay, and are found again under the same name.',
      ),
    audit: z
      .object({
        retain: z.boolean().default(false).describe('Whether the audit log outlives this object.'),
      })
      .prefault({})
      .describe('The audit log.'),
    probeInterval: duration('How often an idle network is looked at: heads, balances, contracts, drift.', {
      example: '30s',
      min: '1s',
      max: '1h',
    }).default('30s'),
  }),
  [
    {
      cel: 'has(self.network) || has(self.l1.chainId)',
      holds: (self) => self.network !== undefined || self.l1.chainId !== undefined,
      message: 'l1.chainId is required for a chain outside the registry',
      fix: 'for example l1: {chainId: 11155111}; or name the chain: network: sepolia/op',
      field: 'l1.chainId',
    },
    {
      cel: 'has(self.network) || has(self.l2)',
      holds: (self) => self.network !== undefined || self.l2 !== undefined,
      message: 'l2.chainId is required for a chain outside the registry',
      fix: 'for example l2: {chainId: 424242}; or name the chain: network: sepolia/op',
      field: 'l2',
    },
    {
      cel: '!has(self.l2) || !has(self.l1.chainId) || self.l2.chainId != self.l1.chainId',
      holds: (self) => self.l2 === undefined || self.l2.chainId !== self.l1.chainId,
      message: 'l2.chainId must differ from l1.chainId',
      fix: 'for example l1: {chainId: 11155111} and l2: {chainId: 424242}',
      field: 'l2.chainId',
    },
    {
      cel: 'has(self.network) || (has(self.rollupConfig) && !has(self.rollupConfig.registry))',
      holds: (self) =>
        self.network !== undefined || (self.rollupConfig !== undefined && self.rollupConfig.registry === undefined),
      message: 'rollupConfig is required for a chain outside the registry',
      fix: 'for example rollupConfig: {configMapRef: {name: acme-chain, key: rollup.json}}; or name the chain: network: sepolia/op',
      field: 'rollupConfig',
    },
    {
      cel: 'has(self.network) || (has(self.genesis) && !has(self.genesis.registry))',
      holds: (self) =>
        self.network !== undefined || (self.genesis !== undefined && self.genesis.registry === undefined),
      message: 'genesis is required for a chain outside the registry',
      fix: 'for example genesis: {configMapRef: {name: acme-chain, key: genesis.json.gz}}; or name the chain: network: sepolia/op',
      field: 'genesis',
    },
    {
      cel: "self.contracts.discovery != 'Auto' || has(self.network) || has(self.contracts.systemConfig) || has(self.contracts.l1StandardBridge)",
      holds: ({ contracts: c, network }) =>
        c.discovery !== 'Auto' ||
        network !== undefined ||
        c.systemConfig !== undefined ||
        c.l1StandardBridge !== undefined,
      message:
        'contracts.systemConfig is required for a chain outside the registry: all other contracts are found from it',
      fix: 'for example contracts: {systemConfig: 0x034edd2a225f7f429a63e0f1d2084b9e0a93b538}',
      field: 'contracts',
    },
    {
      cel: "self.contracts.discovery != 'Registry' || has(self.network)",
      holds: (self) => self.contracts.discovery !== 'Registry' || self.network !== undefined,
      message: 'contracts.discovery: Registry needs network',
      fix: 'for example network: sepolia/op',
      field: 'contracts.discovery',
    },
    {
      cel: "self.contracts.discovery != 'Manual' || (has(self.contracts.systemConfig) && has(self.contracts.addresses) && has(self.contracts.addresses.optimismPortal))",
      holds: ({ contracts: c }) =>
        c.discovery !== 'Manual' || (c.systemConfig !== undefined && c.addresses?.optimismPortal !== undefined),
      message: 'contracts.discovery: Manual needs contracts.systemConfig and contracts.addresses.optimismPortal',
      fix: 'for example addresses: {optimismPortal: 0x16fc5058f25648194471939df75cf27a2fdc48bc}',
      field: 'contracts.addresses',
    },
  ],
).describe('What is wanted.');

export const optimismNetwork = wholeObject(
  'OptimismNetwork',
  optimismNetworkSpec,
  optimismNetworkStatus,
  'One OP Stack chain: what its components share, and the policy for changing them. One durable workflow drives it.',
);

export type OptimismNetworkSpec = z.output<typeof optimismNetworkSpec>;
export type OptimismNetworkStatus = z.output<typeof optimismNetworkStatus>;
export type OptimismNetwork = z.output<typeof optimismNetwork>;

const otherChain = {
  message: 'is fixed after creation, because it would be another chain',
  fix: 'create an OptimismNetwork under another name instead, for example acme-2',
};

export const optimismNetworkTransitions: readonly TransitionRule<OptimismNetworkSpec>[] = [
  {
    cel: 'has(self.network) == has(oldSelf.network) && (!has(self.network) || self.network == oldSelf.network)',
    holds: (self, oldSelf) => self.network === oldSelf.network,
    message: `network ${otherChain.message}`,
    fix: otherChain.fix,
    field: 'network',
  },
  {
    cel: 'has(self.l1.chainId) == has(oldSelf.l1.chainId) && (!has(self.l1.chainId) || self.l1.chainId == oldSelf.l1.chainId)',
    holds: (self, oldSelf) => self.l1.chainId === oldSelf.l1.chainId,
    message: `l1.chainId ${otherChain.message}`,
    fix: otherChain.fix,
    field: 'l1.chainId',
  },
  {
    cel: 'has(self.l2) == has(oldSelf.l2) && (!has(self.l2) || self.l2.chainId == oldSelf.l2.chainId)',
    holds: (self, oldSelf) => self.l2?.chainId === oldSelf.l2?.chainId,
    message: `l2.chainId ${otherChain.message}`,
    fix: otherChain.fix,
    field: 'l2',
  },
];
