import { describe, expect, test } from 'vitest';
import { diffObjects, type KubeObject } from '../../src/render/index.ts';
import { customChain, devnet, renderInput } from './render-input.ts';
import { objects } from './rendered.ts';

function changes(before: string, after: string) {
  return diffObjects(objects(renderInput(before)), objects(renderInput(after)));
}

/** The devnet with one edit. */
function edited(from: string, to: string): string {
  const text = devnet().replace(from, to);
  if (text === devnet()) throw new Error(`the devnet has no "${from}"`);
  return text;
}

describe('the difference of two renders', () => {
  test('is empty for the same wish', () => {
    expect(changes(devnet(), devnet())).toEqual([]);
  });

  test('names an environment variable by its name, with both values, and says that pods restart', () => {
    expect(changes(devnet(), edited('maxChannelDuration: 2', 'maxChannelDuration: 5'))).toEqual([
      {
        action: 'change',
        object: 'StatefulSet/devnet-batcher',
        fields: [
          {
            path: 'spec.template.spec.containers[op-batcher].env[OP_BATCHER_MAX_CHANNEL_DURATION]',
            from: '2',
            to: '5',
          },
        ],
        restartsPods: true,
      },
    ]);
  });

  test('shows references instead of secret values', () => {
    const [change] = changes(devnet(), edited('key: batcher', 'key: batcher-2'));
    expect(change?.fields).toEqual([
      {
        path: 'spec.template.spec.containers[op-batcher].env[OP_BATCHER_PRIVATE_KEY]',
        from: 'Secret devnet-keys-copy-c0de/batcher',
        to: 'Secret devnet-keys-copy-c0de/batcher-2',
      },
    ]);
  });

  test('shows what is added without a former value, and what is removed without a new one', () => {
    const added = changes(devnet(), edited('pollInterval: 1s', 'pollInterval: 1s\n  targetNumFrames: 3'));
    expect(added[0]?.fields).toEqual([
      { path: 'spec.template.spec.containers[op-batcher].env[OP_BATCHER_TARGET_NUM_FRAMES]', to: '3' },
    ]);
    const removed = changes(edited('pollInterval: 1s', 'pollInterval: 1s\n  targetNumFrames: 3'), devnet());
    expect(removed[0]?.fields).toEqual([
      { path: 'spec.template.spec.containers[op-batcher].env[OP_BATCHER_TARGET_NUM_FRAMES]', from: '3' },
    ]);
  });

  test('knows that more replicas restart no pod', () => {
    const [budget, statefulSet] = changes(devnet(), edited('role: Replica', 'role: Replica\n  replicas: 2'));
    expect(budget).toMatchObject({ action: 'create', object: 'PodDisruptionBudget/devnet-replica' });
    expect(statefulSet).toMatchObject({
      action: 'change',
      fields: [
        { path: 'spec.replicas', from: '1', to: '2' },
        { path: 'spec.updateStrategy.rollingUpdate.partition', from: '1', to: '2' },
      ],
      restartsPods: false,
    });
  });

  test('knows which fields Kubernetes only accepts in a new object', () => {
    const [change] = changes(devnet(), edited('storage: {size: 1Gi}', 'storage: {size: 2Gi}'));
    expect(change).toMatchObject({
      action: 'recreate',
      fields: [{ path: 'spec.volumeClaimTemplates[data].spec.resources.requests.storage', from: '1Gi', to: '2Gi' }],
      restartsPods: false,
    });
  });

  test('names flags by their name', () => {
    const text = edited('storage: {size: 1Gi}', 'storage: {size: 1Gi}\n    extraArgs: ["--txpool.lifetime=1h"]');
    const [change] = changes(text, text.replace('lifetime=1h', 'lifetime=2h'));
    expect(change?.fields).toEqual([
      {
        path: 'spec.template.spec.initContainers[op-geth].args[--txpool.lifetime]',
        from: '--txpool.lifetime=1h',
        to: '--txpool.lifetime=2h',
      },
    ]);
  });

  test('names objects that come and go', () => {
    const without = devnet()
      .split('\n---\n')
      .filter((text) => !text.includes('kind: OpBatcher'))
      .join('\n---\n');
    const names = changes(devnet(), without).map(({ action, object }) => `${action} ${object}`);
    expect(names).toEqual([
      'delete ServiceAccount/devnet-batcher',
      'delete Service/devnet-batcher',
      'delete NetworkPolicy/devnet-batcher',
      'delete StatefulSet/devnet-batcher',
    ]);
  });

  test('follows a new content of a ConfigMap by the name of its copy', () => {
    const rollup = { name: 'devnet-rollup-ffff', key: 'rollup.json' };
    const chain = { ...customChain, config: { ...customChain.config, rollup } };
    const found = diffObjects(objects(renderInput(devnet())), objects(renderInput(devnet(), { chain })));
    expect(found.map(({ object }) => object)).toEqual([
      'StatefulSet/devnet-sequencer',
      'StatefulSet/devnet-replica',
      // By a digest of it alone: it asks op-node for the content.
      'StatefulSet/devnet-batcher',
      'StatefulSet/devnet-challenger',
    ]);
    expect(found.every(({ restartsPods }) => restartsPods)).toBe(true);
  });

  test('is whole: every field with its whole value', () => {
    const configMap = (value: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'big', namespace: 'chains', labels: {} },
      data: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`key${index}`, value])),
    });
    const [change] = diffObjects([configMap('a')], [configMap('b'.repeat(10_000))]);
    expect(change?.fields).toHaveLength(100);
    expect(change?.fields[99]).toEqual({ path: 'data.key99', from: 'a', to: 'b'.repeat(10_000) });
  });
});
