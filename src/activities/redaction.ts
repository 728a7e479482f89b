/**
 * Keeps secret values out of everything that leaves this process. Every Secret value that is read is remembered here,
 * and every text that goes out (errors, status, events, audit, logs) passes `redact`. Knowing the values beats guessing
 * by pattern: a private key looks exactly like a transaction hash.
 */

const MASK = '[redacted]';
/** Shorter values would tear holes into ordinary sentences, and are no secrets worth the name. */
const SHORTEST_SECRET = 8;

export interface Redactor {
  /** Remembers a secret value in the forms in which it may turn up: as it is, trimmed, without 0x, in base64. */
  remember(value: string): void;
  redact(text: string): string;
  /** Redacts every string in a JSON value but the identities of things ({@link IDENTITIES}). */
  redactJson<T>(value: T): T;
}

/**
 * Fields that say which thing is meant. They hold names of objects and hashes, which are no secrets; and a component whose
 * name happens to contain a Secret's value must not become another one half-way.
 */
const IDENTITIES: readonly string[] = [
  'name',
  'namespace',
  'id',
  'uid',
  'hash',
  'render',
  'digest',
  'desiredRevision',
  'wish',
  'abortedWish',
  'sequencer',
];

export function createRedactor(): Redactor {
  /** The longest first: a secret that is the beginning of another must not uncover the rest of it. */
  let forms: readonly string[] = [];

  function redact(text: string): string {
    let result = text;
    // Whole values before parts of them: what a pattern has cut is not found any more.
    for (const form of forms) {
      if (result.includes(form)) result = result.replaceAll(form, MASK);
    }
    // To the last @: a password may have others in it.
    return result.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s"/]+@/gi, `$1${MASK}@`);
  }

  return {
    remember(value) {
      const known = new Set([...forms, ...formsOf(value)]);
      if (known.size > forms.length) forms = [...known].sort((a, b) => b.length - a.length);
    },
    redact,
    redactJson<T>(value: T): T {
      return JSON.parse(JSON.stringify(value), (key, item: unknown) =>
        typeof item === 'string' && !IDENTITIES.includes(key) ? redact(item) : item,
      ) as T;
    },
  };
}

function formsOf(value: string): string[] {
  const trimmed = value.trim();
  const bare = trimmed.replace(/^0x/i, '');
  const forms = [
    value,
    trimmed,
    bare,
    bare.toLowerCase(),
    bare.toUpperCase(),
    Buffer.from(value).toString('base64'),
    Buffer.from(trimmed).toString('base64'),
  ];
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  // An endpoint's secret is what follows the host; the host itself is wanted in messages.
  if (url)
    return [...forms, ...passwordOf(trimmed, url), url.pathname, url.search, ...url.searchParams.values()].filter(
      isWorthHiding,
    );
  return forms.filter(isWorthHiding);
}

/** As it was written, as a URL writes it, and as it is meant: programs print all three. */
function passwordOf(text: string, { password }: URL): string[] {
  const [, raw = ''] = /^[^/]*\/\/[^\s"/:]*:([^\s"/]*)@/.exec(text) ?? [];
  return [raw, decoded(raw), password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isWorthHiding(form: string): boolean {
  return form.length >= SHORTEST_SECRET;
}
