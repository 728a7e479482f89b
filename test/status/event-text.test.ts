import { describe, expect, it } from 'vitest';
import { happeningEvent, MAX_NOTE, stepEvent } from '../../src/status/event-text.ts';
import { planHash, step } from './example-plan.ts';

describe('an event', () => {
  it('tells of a plan with the beginning of its hash', () => {
    expect(happeningEvent({ type: 'planProposed', planHash, message: 'install acme', n: 1 })).toEqual({
      type: 'Normal',
      reason: 'PlanProposed',
      action: 'Plan',
      note: 'Plan 1f2e3d4c: install acme',
    });
  });

  it('is a warning when somebody was refused', () => {
    expect(happeningEvent({ type: 'decisionRefused', message: 'approve refused', n: 1 })).toMatchObject({
      type: 'Warning',
      reason: 'DecisionRefused',
      action: 'Decide',
    });
  });

  it('tells of a step what it does and what came of it', () => {
    expect(stepEvent(step(4), 'failed', 'conflict with kubectl')).toEqual({
      type: 'Warning',
      reason: 'StepFailed',
      action: 'ApplyComponent',
      note: '04-apply/acme-sequencer: apply OpNode acme-sequencer: conflict with kubectl',
    });
  });

  it('never has a note that the API server would refuse', () => {
    const { note } = happeningEvent({ type: 'halted', message: '→ 🚧 '.repeat(1000), n: 1 });
    expect(Buffer.byteLength(note)).toBeLessThanOrEqual(MAX_NOTE);
    expect(note.isWellFormed()).toBe(true);
  });
});
