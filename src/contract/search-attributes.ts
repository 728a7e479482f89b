/** Search attributes of our workflows: columns and filters of the Temporal UI. Never holds a secret. */

export const SEARCH_ATTRIBUTES = {
  OpNetwork: 'KEYWORD',
  OpNamespace: 'KEYWORD',
  OpPhase: 'KEYWORD',
  OpPlanKind: 'KEYWORD',
  OpRelease: 'KEYWORD',
  OpChainId: 'KEYWORD',
  OpApprovalPending: 'BOOL',
} as const;
