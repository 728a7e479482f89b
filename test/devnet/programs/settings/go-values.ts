const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** A Go duration such as `1h30m` in milliseconds; undefined when Go would not parse it. */
export function parseGoDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^[+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  const sign = text.startsWith('-') ? -1 : 1;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * (UNITS[unit ?? 's'] ?? 0);
  }
  return sign * total;
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** As strconv.ParseBool. */
export function parseGoBool(text: string): boolean | undefined {
  if (TRUE.has(text)) return true;
  return FALSE.has(text) ? false : undefined;
}

/** As strconv.ParseInt/ParseUint with base 0 (underscores left out). */
export function parseGoInt(text: string, signed: boolean): number | undefined {
  const pattern = signed ? /^[+-]?(\d+|0x[0-9a-fA-F]+)$/ : /^(\d+|0x[0-9a-fA-F]+)$/;
  return pattern.test(text) ? Number(text) : undefined;
}
