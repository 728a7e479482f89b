/** Heads of the audit chain that are known from other places than the chain itself. */
import { ANNOTATIONS } from '../api/names.ts';
import type { Anchor } from '../audit/verify.ts';
import type { KubeClient, KubeObject } from '../kube/index.ts';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import type { NetworkObject } from './networks.ts';

/** `<seq>:<hash>`, as `opstack audit verify` prints it and as events carry it. */
function parseAnchor(text: string, source: string): Anchor | undefined {
  const match = /^(\d+):([0-9a-f]{64})$/.exec(text.trim());
  return match ? { seq: Number(match[1]), hash: match[2] ?? '', source } : undefined;
}

/** @throws CliError of exit code 2 for what is no anchor */
export function requireAnchor(text: string): Anchor {
  const anchor = parseAnchor(text, '--anchor');
  if (anchor) return anchor;
  throw new CliError({
    what: `"${text.slice(0, 100)}" is no anchor`,
    why: 'it must be <seq>:<hash>, the hash in 64 hexadecimal digits',
    next: 'opstack audit verify prints the head in this form: keep it where nobody of the cluster can write',
    exitCode: EXIT.usage,
  });
}

/** Anchors in the network's status and on its events. */
export async function anchorsInCluster(kube: KubeClient, { metadata, status }: NetworkObject): Promise<Anchor[]> {
  const { items } = await kube.list<EventObject>(
    { apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace: metadata.namespace },
    { fieldSelector: `regarding.kind=OptimismNetwork,regarding.name=${metadata.name}` },
  );
  const fromEvents = items.flatMap((event) => {
    const text = event.metadata.annotations?.[ANNOTATIONS.audit];
    const anchor =
      event.regarding?.uid === metadata.uid && text ? parseAnchor(text, `event ${event.metadata.name}`) : undefined;
    return anchor ? [anchor] : [];
  });
  const { audit } = status ?? {};
  return [...(audit ? [{ seq: audit.seq, hash: audit.hash, source: 'status' }] : []), ...fromEvents];
}

interface EventObject extends KubeObject {
  readonly regarding?: { readonly uid?: string };
}
