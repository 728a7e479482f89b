/** A URL and the quotes or stops that a sentence puts behind it. */
const URLS = /\b[a-z][a-z0-9+.-]*:\/\/(\S*?)(?=['",.)]*(?:\s|$))/gi;

/**
 * A text in which URLs show no more than their host: one that was typed in the wrong place may hold a key, and the
 * message about it is read by others, in a terminal that is shared or in the log of a pipeline.
 */
export function withoutUrlSecrets(text: string): string {
  return text.replace(URLS, (url) => (URL.canParse(url) ? `${new URL(url).protocol}//${new URL(url).host}/…` : '…'));
}
