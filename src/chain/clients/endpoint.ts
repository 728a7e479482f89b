/** A URL that may hold credentials, in a form that can be used and one that can be shown. */
export interface Endpoint {
  /** Without user information, which fetch refuses. */
  readonly url: string;
  /** What is to be shown. */
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Takes everything out of a text that this URL may keep secret: programs repeat keys in their errors. */
  redact(text: string): string;
}

/** Parts shorter than this are words of a path (`v2`, `rpc`), not keys. */
const SHORTEST_SECRET = 8;
const LONGEST_MESSAGE = 300;

/** @throws TypeError without the URL in it when it is none */
export function parseEndpoint(text: string): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new TypeError('not a http or https URL');
  const user = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  const asSent = [url.username, url.password, ...url.pathname.split('/'), ...url.search.slice(1).split(/[&=]/)];
  const secrets = [user, password, ...asSent, ...asSent.map(decoded), ...url.searchParams.values()]
    .filter((part) => part.length >= SHORTEST_SECRET || (part !== '' && part === password))
    .sort((a, b) => b.length - a.length);
  url.username = '';
  url.password = '';
  return {
    url: url.href,
    host: url.host,
    headers: user === '' && password === '' ? {} : { authorization: `Basic ${btoa(`${user}:${password}`)}` },
    redact: (message) =>
      secrets
        .reduce((redacted, secret) => redacted.replaceAll(secret, '***'), message)
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, LONGEST_MESSAGE),
  };
}

/** Programs repeat a key as it was sent, or as they understand it. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
