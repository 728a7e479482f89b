/**
 * Names that are written into clusters. Free of imports, so that workflow code may use it. Whoever changes one of them
 * orphans objects that carry it.
 */

export const GROUP = 'optimism.io';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}` as const;

/** Finalizer on all five kinds: the operator tears down in order before the object goes. */
export const FINALIZER = 'optimism.io/operator';

/** Field manager of server-side apply for managed objects. */
export const FIELD_MANAGER = 'op-stack-operator';

export const LABELS = {
  /** Name of the OptimismNetwork that a managed object belongs to. */
  network: 'optimism.io/network',
  /** What a pod does for its chain: `sequencer`, `standby`, `replica`, `batcher`, `proposer`, `challenger`. */
  role: 'optimism.io/role',
  /** Component that a managed object belongs to: `<kind>.<name>`, kind in lower case. */
  component: 'optimism.io/component',
} as const;

/** Longest name of somebody who decides: as long as Kubernetes lets a user name be. Longer ones fit into no status. */
export const MAX_DECIDER_LENGTH = 253;

/** What the operator notes on managed objects. */
export const ANNOTATIONS = {
  /** Desired revision that the object was applied for. */
  appliedRevision: 'optimism.io/applied-revision',
  /** Workflow that applied the object, or that an event is about. */
  workflowId: 'optimism.io/workflow-id',
  /** Digest of the stored render that the object was applied from. */
  renderDigest: 'optimism.io/render-digest',
  /** Who let go of an executor Lease last, and when: `<run>/<scheduled at>/<attempt>@<unix milliseconds>`. */
  releasedBy: 'optimism.io/released-by',
  /** On the ConfigMap of who may sequence: who has written it last, and when, in the same words. */
  writtenBy: 'optimism.io/written-by',
  /** Sequence number and hash of the audit record that an event belongs to: `<seq>:<hash>`. */
  audit: 'optimism.io/audit',
  /** On pods that read the chain's configuration from a node, once: a digest of it, so that they restart when it changes. */
  chainConfig: 'optimism.io/chain-config',
} as const;

/**
 * Decisions that people write on the OptimismNetwork (design: decisions through Kubernetes). `approver` names the
 * writer and is checked by the admission policy, which is generated from this list; it goes with every other one.
 */
export const DECISION_ANNOTATIONS = {
  approve: 'optimism.io/approve',
  reject: 'optimism.io/reject',
  approver: 'optimism.io/approver',
  comment: 'optimism.io/comment',
  pause: 'optimism.io/pause',
  resume: 'optimism.io/resume',
  retry: 'optimism.io/retry',
  rollback: 'optimism.io/rollback',
  abort: 'optimism.io/abort',
  skipGate: 'optimism.io/skip-gate',
  confirmFenced: 'optimism.io/confirm-fenced',
  giveUpBlocks: 'optimism.io/give-up-blocks',
} as const;

/** Verb on an OptimismNetwork that lets somebody decide about its plans. */
export const APPROVE_VERB = 'approve';

/** ClusterRoles of people: who decides, and who edits. */
export const ROLES = { approver: 'optimism-approver', editor: 'optimism-editor' } as const;

/** ValidatingAdmissionPolicy that checks who writes decisions. The operator knows by its name that it is in force. */
export const DECISION_POLICY = 'op-stack-operator-decisions';

/** The name under which an object is one of ours, by kind. */
export const KIND_NAMES = ['OptimismNetwork', 'OpNode', 'OpBatcher', 'OpProposer', 'OpChallenger'] as const;
export type KindName = (typeof KIND_NAMES)[number];
