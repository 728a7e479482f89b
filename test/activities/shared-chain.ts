/** Blocks that op-nodes of a test make and hear of, and who has made them beside another one. */
import { id } from 'ethers';
import type { OpNode } from './op-node-at.ts';

/** Blocks are made much faster than the step thinks, so that nobody waits for them. */
const BLOCK_MS = 200;
const FIRST = { number: 100, hash: id('100') };

export class SharedChain implements Disposable {
  readonly #blockMs: number;
  /** When the newest block was made. Milliseconds since the epoch. */
  madeAt = 0;
  readonly #nodes: OpNode[] = [];
  /** Those that do not hear of the blocks of others. */
  readonly #deaf = new Set<OpNode>();
  #timer: NodeJS.Timeout | undefined;
  /** What must never happen. */
  readonly violations: string[] = [];
  readonly #made = new Map<number, string>();

  constructor(blockMs = BLOCK_MS) {
    this.#blockMs = blockMs;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** From now on whoever sequences makes blocks. */
  begin(...nodes: readonly OpNode[]): void {
    for (const node of nodes) node.head = FIRST;
    this.#nodes.push(...nodes);
    this.#timer = setInterval(() => this.#tick(), this.#blockMs);
  }

  /** From now on it hears of no block: as after one that it has missed (op-stack-observed-2.md 1). */
  cutOff(node: OpNode): void {
    this.#deaf.add(node);
  }

  /** One that hears again has everything at once, by derivation. */
  connect(node: OpNode): void {
    this.#deaf.delete(node);
    node.head = this.#nodes.flatMap(({ head }) => head ?? []).toSorted((a, b) => b.number - a.number)[0];
  }

  /** It makes a block. */
  make(maker: OpNode): void {
    const parent = maker.head ?? FIRST;
    const number = parent.number + 1;
    const hash = id(`${parent.hash} by ${maker.ip}`);
    const other = this.#made.get(number);
    if (other !== undefined) this.violations.push(`block ${number} was made twice: ${other} and ${hash}`);
    this.#made.set(number, hash);
    maker.head = { number, hash };
    this.madeAt = Date.now();
    for (const node of this.#nodes)
      if (!this.#deaf.has(node) && node.head?.hash === parent.hash) node.head = maker.head;
  }

  #tick(): void {
    const active = this.#nodes.filter(({ sequences }) => sequences);
    if (active.length > 1) this.violations.push(`${active.map(({ ip }) => ip).join(' and ')} sequence at once`);
    for (const node of active) this.make(node);
  }
}
