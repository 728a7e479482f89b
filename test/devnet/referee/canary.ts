/** Finds secrets where none may be: histories, logs, events, status, audit records. */

export interface ScannedText {
  /** Where the text is from, e.g. `event network/rollout`. */
  readonly where: string;
  readonly text: string;
}

/** Shorter secrets would be found everywhere by chance. */
const MIN_LENGTH = 12;

/**
 * Throws when a text holds a canary: as it is, in another case, without its 0x, or inside base64 (of anything).
 * The error names the places and the number of the canary, never the canary itself.
 */
export function assertNoCanary(texts: Iterable<ScannedText>, canaries: readonly string[]): void {
  const wanted = canaries.map((canary, index) => ({ index, ...needles(canary) }));
  const found: string[] = [];
  for (const { where, text } of texts) {
    const lower = text.toLowerCase();
    for (const { index, plain, encoded } of wanted) {
      if (lower.includes(plain)) found.push(`canary ${index} in ${where}`);
      else if (encoded.some((needle) => text.includes(needle))) found.push(`canary ${index} as base64 in ${where}`);
    }
  }
  if (found.length > 0) throw new Error(`secrets leaked: ${found.join('; ')}`);
}

function needles(canary: string): { readonly plain: string; readonly encoded: readonly string[] } {
  const bare = canary.trim().replace(/^0x/i, '');
  if (bare.length < MIN_LENGTH)
    throw new Error(`a canary needs at least ${MIN_LENGTH} characters, this one has ${bare.length}`);
  const spellings = new Set([bare, bare.toLowerCase(), bare.toUpperCase()]);
  const raw = /^[0-9a-fA-F]{32,}$/.test(bare) && bare.length % 2 === 0 ? [Buffer.from(bare, 'hex')] : [];
  const contents = [...[...spellings].map((text) => Buffer.from(text)), ...raw];
  return { plain: bare.toLowerCase(), encoded: contents.flatMap(insideBase64) };
}

/** What the content looks like inside base64, whatever stands before and after it. */
function insideBase64(content: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), content]);
    const text = padded.toString('base64');
    const start = before === 0 ? 0 : before + 1;
    const end = Math.floor((padded.length * 8) / 6);
    const stable = text.slice(start, end);
    return [stable, stable.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
