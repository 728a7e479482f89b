/** `kubectl delete namespace`: nothing can be created there any more, Secrets may be gone; it must not hang on us. */
import { beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { type Devnet, entityEnded, expectFairPlay, useDevnet } from './devnet.ts';

describe('a namespace that is deleted with a running chain in it', { timeout: 400_000 }, () => {
  // The installation's own objects are elsewhere, as in life: an operator in a namespace that ends has ended itself.
  const devnetOf = useDevnet('namespace-deletion', { env: { OPSTACK_OPERATOR_NAMESPACE: 'default' } });
  let devnet: Devnet;

  beforeEach(() => {
    devnet = devnetOf();
  });

  it('is gone within a minute: finalizers are released without a drain, and the log has the audit records', async () => {
    const { chain, namespace } = devnet;
    await chain.apply(...chain.resources);
    await chain.waitForPhase('Ready', 240_000);
    const from = Date.now();
    await chain.kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    await waitUntil(
      'the last custom resource is gone',
      async () => {
        const kinds = ['OptimismNetwork', 'OpNode', 'OpBatcher'];
        const lists = await Promise.all(
          kinds.map((kind) => chain.kube.list({ apiVersion: 'optimism.io/v1alpha1', kind, namespace })),
        );
        const left = lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.name));
        if (left.length > 0) throw new Error(`left: ${left.join(', ')}`);
        return true;
      },
      90_000,
    );
    expect(Date.now() - from).toBeLessThan(60_000);
    await waitUntil(
      'the namespace is gone',
      async () => ((await chain.kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })) ? undefined : true),
      120_000,
    );
    const log = devnet.operators[0]?.process.logTail(2000) ?? '';
    expect(log).toMatch(/"type":"stepStarted"[^\n]*remove-finalizers\/devnet[^-]/);
    expect(log).not.toMatch(/stop-batcher/);
    expectFairPlay(devnet);
  });

  it('leaves no workflow that runs on', async () => {
    await entityEnded(devnet);
  });
});
