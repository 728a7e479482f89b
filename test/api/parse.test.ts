import { describe, expect, test } from 'vitest';
import { problemText } from '../../src/api/field-problem.ts';
import type { KindName } from '../../src/api/names.ts';
import { parseObject, validateUpdate } from '../../src/api/parse.ts';
import { type Changes, sample } from './sample-objects.ts';

function problems(kind: KindName, changes: Changes): string[] {
  const result = parseObject(kind, sample(kind, changes), { unknownFields: 'refuse' });
  return result.ok ? [] : result.problems.map(problemText);
}

describe('parsing objects', () => {
  test('a valid object comes back with defaults', () => {
    const result = parseObject('OptimismNetwork', sample('OptimismNetwork'));
    if (!result.ok) expect.fail(result.problems.map(problemText).join('\n'));
    expect(result.value.spec).toMatchObject({
      approval: { install: 'Automatic', upgrade: 'Required', expiresAfter: '24h', sources: ['Kubernetes', 'Temporal'] },
      rollout: { onFailure: 'Halt', gates: { nodeSync: { maxLag: 10 }, batching: { safeHeadTimeout: '30m' } } },
      l1: { rpcKind: 'standard', trustRpc: false, confirmations: 4 },
      defaults: { logging: { level: 'info', format: 'json' } },
      probeInterval: '30s',
      paused: false,
    });
  });

  test('amounts may be numbers and come back as text', () => {
    const result = parseObject(
      'OpNode',
      sample('OpNode', { 'spec.execution.resources': { requests: { cpu: 2, memory: '8Gi' } } }),
    );
    expect(result).toMatchObject({
      ok: true,
      value: { spec: { execution: { resources: { requests: { cpu: '2', memory: '8Gi' } } } } },
    });
  });

  test.each<[string, KindName, Changes, string]>([
    [
      'a missing field',
      'OpNode',
      { 'spec.role': undefined },
      'spec.role: is required: one of Sequencer, Replica. Sequencer: makes blocks, or stands by to do so when the network has several. Replica: follows. Fixed after creation.',
    ],
    ['a wrong type', 'OpNode', { 'spec.replicas': '2' }, 'spec.replicas: must be a whole number, not text (is "2").'],
    [
      'a choice that there is not',
      'OpBatcher',
      { 'spec.dataAvailability': 'blobs' },
      'spec.dataAvailability: must be one of Blobs, Calldata, Auto (is "blobs").',
    ],
    [
      'a wrong form',
      'OpNode',
      { 'spec.execution.storage.size': '500Gb' },
      'spec.execution.storage.size: must be a whole number with a unit (is "500Gb"). For example 500Gi.',
    ],
    ['a number out of range', 'OpNode', { 'spec.replicas': 51 }, 'spec.replicas: must be at most 50 (is 51).'],
    [
      'a rule between fields',
      'OpNode',
      {
        'spec.sequencerRef': { name: 'acme-sequencer' },
        'spec.role': 'Sequencer',
        'spec.sequencer': { signer: { secretKeyRef: { name: 'k', key: 'k' } } },
      },
      'spec.sequencerRef: sequencerRef is for replicas. Leave it out for a sequencer, or set role: Replica.',
    ],
    [
      'a mistyped field',
      'OpNode',
      { 'spec.replica': 2 },
      'spec.replica: is no field of this kind, and would be dropped. Did you mean replicas?',
    ],
    [
      'a field in the wrong case',
      'OpNode',
      { 'spec.networkref': { name: 'acme' } },
      'spec.networkref: is no field of this kind, and would be dropped. Did you mean networkRef?',
    ],
    [
      'two variables of one name',
      'OpBatcher',
      {
        'spec.env': [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      },
      'spec.env: has two entries with the same name; keep one.',
    ],
  ])('%s is told with path, value and a good one', (_, kind, changes, expected) => {
    const found = problems(kind, changes);
    expect(
      found.some((text) => text.startsWith(expected)),
      found.join('\n'),
    ).toBe(true);
  });

  test('several mistakes are told at once', () => {
    expect(
      problems('OptimismNetwork', { 'spec.l2.chainId': 0, 'spec.probeInterval': '10ms', 'spec.genesis': undefined }),
    ).toHaveLength(3);
  });

  const KEY = `0x${'c0ffee'.repeat(11).slice(0, 64)}`;
  const MNEMONIC = 'test test test test test test test test test test test junk';
  test.each<[string, KindName, Changes]>([
    [
      'an RPC with a key in its path',
      'OptimismNetwork',
      { 'spec.l1.rpc': { url: `https://eth.example.com/v3/${KEY}` } },
    ],
    [
      'a private key where its name belongs',
      'OpBatcher',
      { 'spec.signer': { secretKeyRef: { name: 'keys', key: KEY } } },
    ],
    [
      'a mnemonic where its name belongs',
      'OpBatcher',
      { 'spec.signer': { mnemonicSecretRef: { name: MNEMONIC, key: MNEMONIC }, hdPath: MNEMONIC } },
    ],
    ['a private key in the environment', 'OpBatcher', { 'spec.env': [{ name: 'OP_BATCHER_PRIVATE_KEY', value: KEY }] }],
    ['a private key in an argument', 'OpBatcher', { 'spec.extraArgs': [`--private-key=${KEY}`] }],
    ['a private key as an address', 'OptimismNetwork', { 'spec.contracts.systemConfig': KEY }],
  ])('%s is refused without being repeated', (_, kind, changes) => {
    const found = problems(kind, changes).join('\n');
    expect(found).not.toBe('');
    expect(found).not.toContain(KEY.slice(2, 40));
    expect(found).not.toContain('junk');
  });

  test('unknown fields are dropped, as the API server does, unless they are to be refused', () => {
    const raw = sample('OpNode', { 'spec.nonsense': true });
    const result = parseObject('OpNode', raw);
    expect(result.ok && 'nonsense' in result.value.spec).toBe(false);
    expect(parseObject('OpNode', raw, { unknownFields: 'refuse' }).ok).toBe(false);
  });

  test('null is no value', () => {
    expect(parseObject('OpNode', sample('OpNode', { 'spec.jwtSecretRef': null })).ok).toBe(true);
    expect(problems('OpNode', { 'spec.role': null })[0]).toContain('is required');
  });

  test('a status of another version is left out instead of refused', () => {
    const known = parseObject('OpNode', { ...sample('OpNode'), status: { phase: 'Ready' } });
    expect(known).toMatchObject({ ok: true, value: { status: { phase: 'Ready' } } });
    const other = parseObject('OpNode', { ...sample('OpNode'), status: { phase: 'Sublime' } });
    expect(other.ok && other.value.status).toBe(undefined);
  });

  test.each([
    [undefined],
    [null],
    [[]],
    ['text'],
    [{}],
    [{ ...sample('OpNode'), apiVersion: 'v1' }],
    [sample('OpBatcher')],
  ])('what is no OpNode at all is refused with its first two lines: %j', (raw) => {
    const result = parseObject('OpNode', raw);
    expect(result.ok ? [] : result.problems.map(problemText)).toEqual([
      'kind: must be OpNode of optimism.io/v1alpha1. Begin with apiVersion: optimism.io/v1alpha1 and kind: OpNode.',
    ]);
  });
});

describe('updates', () => {
  test('an update that changes what is fixed names the field and the way out', () => {
    const [former, next] = ['500Gi', '400Gi'].map((size) => {
      const result = parseObject('OpNode', sample('OpNode', { 'spec.execution.storage.size': size }));
      return result.ok ? result.value.spec : expect.fail('sample is not valid');
    });
    if (former === undefined || next === undefined) expect.fail('no samples');
    expect(validateUpdate('OpNode', former, former)).toEqual([]);
    expect(validateUpdate('OpNode', next, former)).toEqual([]);
    expect(validateUpdate('OpNode', former, next).map(problemText)).toEqual([
      'spec.execution.storage.size: execution.storage.size may only grow, because Kubernetes cannot shrink a volume. For a smaller one create another object with it, let it sync, and delete this one.',
    ]);
  });
});
