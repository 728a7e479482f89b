/** For every rule about updates: an update that keeps it and one that breaks it. */
import type { KindName } from '../../src/api/names.ts';
import type { Changes } from './sample-objects.ts';

export interface TransitionCase {
  readonly rule: string;
  readonly kind: KindName;
  /** What the object is like before. */
  readonly before: Changes;
  readonly good: Changes;
  readonly bad: Changes;
  readonly says: string;
}

const REGISTRY = { 'spec.network': 'sepolia/op' };

export const TRANSITION_CASES: readonly TransitionCase[] = [
  {
    rule: 'a network stays the same chain of the registry',
    kind: 'OptimismNetwork',
    before: REGISTRY,
    good: { ...REGISTRY, 'spec.paused': true },
    bad: { 'spec.network': 'mainnet/op' },
    says: 'spec.network: network is fixed after creation',
  },
  {
    rule: 'a network does not become one of the registry',
    kind: 'OptimismNetwork',
    before: {},
    good: { 'spec.release': 'u19' },
    bad: REGISTRY,
    says: 'spec.network: network is fixed after creation',
  },
  {
    rule: 'L1 stays the same',
    kind: 'OptimismNetwork',
    before: {},
    good: { 'spec.l1.trustRpc': true },
    bad: { 'spec.l1.chainId': 1 },
    says: 'spec.l1.chainId: l1.chainId is fixed after creation',
  },
  {
    rule: 'L2 stays the same',
    kind: 'OptimismNetwork',
    before: {},
    good: { 'spec.probeInterval': '10s' },
    bad: { 'spec.l2.chainId': 424243 },
    says: 'spec.l2: l2.chainId is fixed after creation',
  },
  {
    rule: 'L2 is not taken away',
    kind: 'OptimismNetwork',
    before: REGISTRY,
    good: REGISTRY,
    bad: { ...REGISTRY, 'spec.l2': undefined },
    says: 'spec.l2: l2.chainId is fixed after creation',
  },
  {
    rule: 'a node stays in its network',
    kind: 'OpNode',
    before: {},
    good: { 'spec.replicas': 3 },
    bad: { 'spec.networkRef.name': 'other' },
    says: 'spec.networkRef: networkRef is fixed after creation',
  },
  {
    rule: 'a node keeps its role',
    kind: 'OpNode',
    before: {},
    good: {},
    bad: { 'spec.role': 'Sequencer', 'spec.sequencer': { signer: { secretKeyRef: { name: 'k', key: 'k' } } } },
    says: 'spec.role: role is fixed after creation',
  },
  {
    rule: 'a node keeps its client',
    kind: 'OpNode',
    before: {},
    good: { 'spec.execution.image': { tag: 'v1' } },
    bad: { 'spec.execution.client': 'op-reth' },
    says: 'spec.execution.client: execution.client is fixed after creation',
  },
  {
    rule: 'a volume does not shrink',
    kind: 'OpNode',
    before: {},
    good: { 'spec.execution.storage.size': '1Ti' },
    bad: { 'spec.execution.storage.size': '500G' },
    says: 'spec.execution.storage.size: execution.storage.size may only grow',
  },
  {
    rule: 'a volume may be written in other units',
    kind: 'OpNode',
    before: {},
    good: { 'spec.execution.storage.size': '512000Mi' },
    bad: { 'spec.execution.storage.size': '511999Mi' },
    says: 'spec.execution.storage.size: execution.storage.size may only grow',
  },
  {
    rule: 'a volume keeps its class',
    kind: 'OpNode',
    before: {},
    good: {},
    bad: { 'spec.execution.storage.className': 'slow' },
    says: 'spec.execution.storage.className: execution.storage.className is fixed',
  },
  {
    rule: 'a volume does not lose its class',
    kind: 'OpNode',
    before: {},
    good: {},
    bad: { 'spec.execution.storage.className': undefined },
    says: 'spec.execution.storage.className: execution.storage.className is fixed',
  },
  {
    rule: 'a batcher stays in its network',
    kind: 'OpBatcher',
    before: {},
    good: { 'spec.stopped': true },
    bad: { 'spec.networkRef.name': 'other' },
    says: 'spec.networkRef: networkRef is fixed after creation',
  },
  {
    rule: 'a proposer stays in its network',
    kind: 'OpProposer',
    before: {},
    good: { 'spec.gameType': 1 },
    bad: { 'spec.networkRef.name': 'other' },
    says: 'spec.networkRef: networkRef is fixed after creation',
  },
  {
    rule: 'a challenger stays in its network',
    kind: 'OpChallenger',
    before: {},
    good: {},
    bad: { 'spec.networkRef.name': 'other' },
    says: 'spec.networkRef: networkRef is fixed after creation',
  },
  {
    rule: "a challenger's volume does not shrink",
    kind: 'OpChallenger',
    before: {},
    good: { 'spec.storage.size': '101Gi' },
    bad: { 'spec.storage.size': '99Gi' },
    says: 'spec.storage.size: storage.size may only grow',
  },
  {
    rule: "a challenger's volume keeps its class",
    kind: 'OpChallenger',
    before: {},
    good: {},
    bad: { 'spec.storage.className': 'fast' },
    says: 'spec.storage.className: storage.className is fixed',
  },
];
