import { describe, expect, it } from 'vitest';
import { gatherIdentity } from '../../src/activities/gather/identities.ts';
import { installTokens } from '../../src/activities/gather/install-tokens.ts';
import { type References, referencesOf } from '../../src/activities/gather/references.ts';
import type { OpNode } from '../../src/api/op-node.ts';

const TOKENS = installTokens(Buffer.alloc(32, 7), { namespace: 'chains', name: 'acme' });
const NOTHING: References = { resolved: [], problems: [], lostCopies: [], find: () => undefined, copies: () => [] };

function identityOf(uid: string, replicas = 1) {
  const node = { metadata: { name: 'acme-replica', uid }, spec: { role: 'Replica', replicas } } as OpNode;
  return gatherIdentity(node, NOTHING, TOKENS);
}

describe('the generated identity of a node', () => {
  it('is another one in another Secret when the OpNode is created anew', () => {
    const [before, after] = [identityOf('first'), identityOf('second')];
    const names = [before, after].map(({ identity }) => identity.p2p.secretName);
    expect(names).toEqual([
      expect.stringMatching(/^acme-replica-p2p-[0-9a-f]{12}$/),
      expect.not.stringMatching(names[0] ?? ''),
    ]);
    expect(after.identity.peerIds).not.toEqual(before.identity.peerIds);
    expect(after.generated.map(({ secret }) => secret)).toContain(names[1]);
  });

  it('keeps its Secret when the node grows: only keys are added', () => {
    const [one, two] = [identityOf('first', 1), identityOf('first', 2)];
    expect(two.identity.p2p).toEqual(one.identity.p2p);
    expect(two.identity.peerIds.slice(0, 1)).toEqual(one.identity.peerIds);
    expect(two.identity.peerIds).toHaveLength(2);
  });
});

describe('the TLS Secret of a remote signer', () => {
  it('has to have its three keys, and is not copied', () => {
    const spec = { signer: { remote: { endpoint: 'https://signer', tls: { secretName: 'acme-tls' } } } };
    const uses = referencesOf('OpBatcher/acme-batcher', spec);
    expect(uses.map(({ name, key, uncopied }) => [name, key, uncopied])).toEqual([
      ['acme-tls', 'ca.crt', true],
      ['acme-tls', 'tls.crt', true],
      ['acme-tls', 'tls.key', true],
    ]);
  });
});
