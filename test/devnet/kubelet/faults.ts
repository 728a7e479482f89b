/**
 * Faults on demand. A match is a text that occurs in, or an expression that matches, `<pod>/<container> <image>`,
 * e.g. `sequencer-0/op-node` or `op-node:v1.18.2`. Durations are wall-clock time, whatever the time scale.
 */
export type Match = string | RegExp;

/** Takes the fault back. What it broke heals as it would in life, e.g. after the back-off. */
export type Undo = () => void;

interface Rules {
  imageMissing: { readonly match: Match };
  slowImage: { readonly match: Match; readonly milliseconds: number };
  crashLoop: { readonly match: Match };
  outOfMemory: { readonly match: Match };
  neverReady: { readonly match: Match };
  slowStart: { readonly match: Match; readonly milliseconds: number };
}

export class FaultRules {
  readonly #rules: { [K in keyof Rules]: Set<Rules[K]> } = {
    imageMissing: new Set(),
    slowImage: new Set(),
    crashLoop: new Set(),
    outOfMemory: new Set(),
    neverReady: new Set(),
    slowStart: new Set(),
  };
  readonly #fullClaims = new Map<string, number>();
  /** Called after each change. */
  onChange: () => void = () => undefined;

  add<K extends keyof Rules>(kind: K, rule: Rules[K]): Undo {
    const rules: Set<Rules[K]> = this.#rules[kind];
    rules.add(rule);
    this.onChange();
    return () => {
      if (rules.delete(rule)) this.onChange();
    };
  }

  /** The rule of this kind that fits a container, if there is one. */
  find<K extends keyof Rules>(kind: K, container: string): Rules[K] | undefined {
    const rules: Set<Rules[K]> = this.#rules[kind];
    for (const rule of rules) if (matches(rule.match, container)) return rule;
    return undefined;
  }

  fillClaim(claim: string): Undo {
    let undone = false;
    this.#fullClaims.set(claim, (this.#fullClaims.get(claim) ?? 0) + 1);
    return () => {
      if (undone) return;
      undone = true;
      this.#fullClaims.set(claim, (this.#fullClaims.get(claim) ?? 1) - 1);
    };
  }

  isFull(claim: string): boolean {
    return (this.#fullClaims.get(claim) ?? 0) > 0;
  }
}

function matches(match: Match, text: string): boolean {
  return typeof match === 'string' ? text.includes(match) : new RegExp(match).test(text);
}
