/** Shapes of what people and programs send us. Handlers never throw: what does not fit is recorded as refused. */
import { MAX_DECIDER_LENGTH } from '../api/names.ts';
import { type ChildHalted, isStepMove, type Move, type MoveAnswer } from '../contract/child-messages.ts';
import { type FailureType, NON_RETRYABLE_FAILURES, RETRYABLE_FAILURES } from '../contract/failures.ts';
import { type Decision, MOVES, type MoveAction } from '../contract/messages.ts';
import { FOREIGN, GATES, type GateName } from '../contract/plan.ts';

const FAILURES: readonly FailureType[] = [...NON_RETRYABLE_FAILURES, ...RETRYABLE_FAILURES];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown, maxLength = 1024): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= maxLength ? value : undefined;
}

export type Guarded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

function refuse(why: string): { ok: false; why: string } {
  return { ok: false, why };
}

/** `{"plan":"<hash or at least 8 characters of it>","approver":"<name>","comment":"…"}` */
export function guardDecision(value: unknown): Guarded<Decision> {
  if (!isRecord(value)) return refuse('expected one JSON object {"plan":"<hash>","approver":"<name>"}');
  const plan = text(value['plan']);
  const approver = text(value['approver'], MAX_DECIDER_LENGTH);
  const comment = text(value['comment']);
  if (!plan || !/^[0-9a-f]{8,64}$/.test(plan))
    return refuse('"plan" must be the plan hash or its first 8 or more hex digits');
  if (!approver) return refuse(`"approver" must say who decides, in at most ${MAX_DECIDER_LENGTH} characters`);
  return { ok: true, value: { plan, approver, ...(comment ? { comment } : {}) } };
}

/** `{"by":"<name>","reason":"…"}`, with `gate` for skipGate, `node` for confirmFenced and `above` for giveUpBlocks. */
export function guardMove(type: MoveAction, value: unknown): Guarded<Move> {
  if (!isRecord(value)) return refuse('expected one JSON object {"by":"<name>","reason":"<why>"}');
  const by = text(value['by'], MAX_DECIDER_LENGTH);
  const reason = text(value['reason']) ?? '';
  if (!by) return refuse(`"by" must say who asks, in at most ${MAX_DECIDER_LENGTH} characters`);
  if (type === 'skipGate') {
    const gate = GATES.find((name) => name === value['gate']);
    if (!gate) return refuse(`"gate" must be one of ${GATES.join(', ')}`);
    if (!reason) return refuse('"reason" must say why the gate may be skipped');
    return { ok: true, value: { type, gate: gate satisfies GateName, by, reason } };
  }
  if (type === 'confirmFenced') {
    const node = text(value['node']);
    if (!node)
      return refuse(
        `"node" must name what has been switched off: a sequencer OpNode or its Kubernetes node, or ${Object.values(FOREIGN).join(' or ')}`,
      );
    if (!reason) return refuse('"reason" must say how you know that it is off');
    return { ok: true, value: { type, node, by, reason } };
  }
  if (type === 'giveUpBlocks') {
    const above = value['above'];
    if (typeof above !== 'number' || !Number.isSafeInteger(above) || above < 0)
      return refuse('"above" must be the number of the block above which others are given up, as the step says it');
    if (!reason) return refuse('"reason" must say why these blocks may be lost');
    return { ok: true, value: { type, above, by, reason } };
  }
  return { ok: true, value: { type, by, reason } };
}

/** From the child that executes a plan; undefined when it is anything else. */
export function guardChildHalted(value: unknown): ChildHalted | undefined {
  if (!isRecord(value) || !isRecord(value['problem'])) return undefined;
  const { planHash, step } = value;
  const { type, message, fix } = value['problem'];
  const known = FAILURES.find((name) => name === type);
  if (typeof planHash !== 'string' || typeof step !== 'string' || !known) return undefined;
  if (typeof message !== 'string' || typeof fix !== 'string') return undefined;
  return { planHash, step, problem: { type: known, message, fix } };
}

/** From the child that executes a plan; undefined when it is anything else. */
export function guardMoveAnswer(value: unknown): MoveAnswer | undefined {
  if (!isRecord(value)) return undefined;
  const key = text(value['key']);
  const refused = text(value['refused']);
  // What can not be read is no word that it counts.
  if (key === undefined || (refused === undefined && value['refused'] !== undefined)) return undefined;
  return { key, ...(refused === undefined ? {} : { refused }) };
}

/** From the entity to its child; undefined when it is anything else. */
export function guardChildMove(value: unknown): Move | undefined {
  if (!isRecord(value)) return undefined;
  const { type } = value;
  if (type === 'supersede') return { type, by: text(value['by']) ?? '', reason: text(value['reason']) ?? '' };
  const known = MOVES.find((name) => name === type);
  const guarded = known && guardMove(known, value);
  if (!guarded?.ok) return undefined;
  const key = text(value['key']);
  return isStepMove(guarded.value) && key ? { ...guarded.value, key } : guarded.value;
}
