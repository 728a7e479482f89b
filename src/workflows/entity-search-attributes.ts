/** Columns of an entity in the lists of the Temporal UI. */
import { defineSearchAttributeKey } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { EntityState } from './entity-state.ts';

const KEYS = {
  OpPhase: defineSearchAttributeKey('OpPhase', 'KEYWORD'),
  OpPlanKind: defineSearchAttributeKey('OpPlanKind', 'KEYWORD'),
  OpRelease: defineSearchAttributeKey('OpRelease', 'KEYWORD'),
  OpChainId: defineSearchAttributeKey('OpChainId', 'KEYWORD'),
  OpApprovalPending: defineSearchAttributeKey('OpApprovalPending', 'BOOL'),
} as const;

export class EntitySearchAttributes {
  #shown = '';

  /** Each upsert is an event in history: only what has changed is written. */
  show(state: EntityState): void {
    const values = [
      { key: KEYS.OpPhase, value: state.phase },
      { key: KEYS.OpPlanKind, value: (state.running?.plan ?? state.proposal?.plan)?.kind ?? 'none' },
      { key: KEYS.OpRelease, value: state.look?.release || 'none' },
      { key: KEYS.OpChainId, value: state.look?.chainId || 'unknown' },
      { key: KEYS.OpApprovalPending, value: state.proposal?.status === 'awaiting' && !state.running },
    ];
    const content = JSON.stringify(values.map(({ value }) => value));
    if (content === this.#shown) return;
    this.#shown = content;
    upsertSearchAttributes(values);
  }
}
