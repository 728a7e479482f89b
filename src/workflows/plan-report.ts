/** The plan of an entity, as reports and queries show it. */
import type { ReportInput } from '../contract/activities.ts';
import type { EntityState } from './entity-state.ts';

export function planReport(state: EntityState): NonNullable<ReportInput['plan']> | null {
  const { running, proposal } = state;
  if (running) {
    const { plan, createdAt, expiresAt, approval, workflowId } = running;
    return {
      plan,
      createdAt: time(createdAt),
      ...(expiresAt === undefined ? {} : { expiresAt: time(expiresAt) }),
      approval,
      workflowId,
    };
  }
  if (!proposal) return null;
  const heldUntil = state.heldUntil(Date.now());
  const window = state.closedWindow(Date.now());
  return {
    plan: proposal.plan,
    createdAt: time(proposal.createdAt),
    ...(proposal.expiresAt === undefined ? {} : { expiresAt: time(proposal.expiresAt) }),
    ...(proposal.approval ? { approval: proposal.approval } : {}),
    ...(heldUntil === undefined ? {} : { heldUntil: time(heldUntil) }),
    ...(window === undefined ? {} : { window }),
    ...(proposal.status === 'rejected' || proposal.status === 'expired' ? { declined: proposal.status } : {}),
  };
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
