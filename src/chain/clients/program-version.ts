/**
 * Version in what a program calls its version: `v1.16.11` from `v1.16.11-`, `v1.18.2-commit` and
 * `v1.16.11-cba7aba0-1775073220`; the suffix of `v1.20.0-rc.1` stays. Anything else is returned as it is.
 */
export function programVersion(text: string): string {
  return /^v\d+\.\d+\.\d+(-rc\.\d+)?/.exec(text)?.[0] ?? text;
}
