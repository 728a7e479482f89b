/**
 * Decodes the body of a watch: one JSON document per line, cut into chunks anywhere, also inside a character.
 */
import { KubeApiError } from './errors.ts';
import { type KubeObject, type ResourceType, withType } from './objects.ts';

/** One change, or a bookmark: the version up to which the server has told everything. */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

const NEWLINE = 0x0a;

/**
 * Yields events in the order in which they were sent; ends when the server ends the stream. What follows the last
 * newline is dropped: the connection was cut, and the event comes again when the watch continues from its version.
 * @throws KubeApiError for an ERROR event (410: the version is too old), SyntaxError for a line that is not JSON
 */
export async function* decodeWatchStream(
  chunks: AsyncIterable<Uint8Array>,
  type: ResourceType,
): AsyncGenerator<WatchEvent, void, undefined> {
  let pending: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      pending.push(chunk.subarray(start, end));
      // Only whole lines are decoded, so that a character cut in two by the network stays whole.
      const line = Buffer.concat(pending).toString('utf8');
      pending = [];
      start = end + 1;
      if (line.trim() !== '') yield decodeEvent(line, type);
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
}

function decodeEvent(line: string, type: ResourceType): WatchEvent {
  const event = JSON.parse(line) as { type: string; object: KubeObject & Record<string, unknown> };
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type: event.type, object: withType(event.object, type) };
    case 'BOOKMARK':
      return { type: 'BOOKMARK', resourceVersion: event.object.metadata.resourceVersion ?? '' };
    default:
      throw statusError(event.object, type);
  }
}

function statusError(status: Record<string, unknown>, type: ResourceType): KubeApiError {
  const details = status['details'] as { retryAfterSeconds?: number } | undefined;
  return new KubeApiError({
    status: typeof status['code'] === 'number' ? status['code'] : 500,
    reason: typeof status['reason'] === 'string' ? status['reason'] : '',
    message: `watch ${type.kind}: ${status['message'] ?? JSON.stringify(status)}`,
    retryAfterSeconds: details?.retryAfterSeconds,
  });
}
