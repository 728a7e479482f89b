/** Step ids that can be read in a list of activities: `04-await-batching/acme-batcher`. */
import type { Step } from '../contract/plan.ts';
import type { StepDraft } from './sections.ts';

export function numberedSteps(drafts: readonly StepDraft[]): Step[] {
  const width = Math.max(2, String(drafts.length).length);
  return drafts.map((draft, index) => ({
    ...draft,
    id: `${String(index + 1).padStart(width, '0')}-${stepName(draft)}/${draft.component.name}`,
  }));
}

function stepName({ type, gates }: StepDraft): string {
  return type === 'awaitGate'
    ? `await-${gates?.at(-1)}`
    : type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
