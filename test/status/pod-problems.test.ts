import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explainLogLines } from '../../src/status/pods/log-explanations.ts';
import type { PodObject, StatefulSetObject } from '../../src/status/pods/pod-objects.ts';
import { podProblems } from '../../src/status/pods/pod-problems.ts';

const FOLDER = `${import.meta.dirname}/fixtures/pods`;

interface Recording {
  readonly pod?: PodObject;
  readonly statefulset?: StatefulSetObject;
  readonly events: readonly { readonly reason: string; readonly message: string }[];
  readonly log_tail?: readonly string[];
}

function recording(state: string): Recording {
  return JSON.parse(readFileSync(`${FOLDER}/${state}.json`, 'utf8')) as Recording;
}

function problemsOf(
  { pod, statefulset, events, log_tail }: Recording,
  withLog: boolean,
  now = timeOf(pod ?? statefulset),
) {
  const object = pod ?? statefulset;
  const regarding = { kind: pod ? 'Pod' : 'StatefulSet', name: object?.metadata.name ?? '' };
  return podProblems(pod ? [pod] : [], {
    statefulSets: statefulset ? [statefulset] : [],
    events: events.map((event) => ({ ...event, regarding })),
    ...(withLog ? { lastLines: () => log_tail ?? [] } : {}),
    now,
  });
}

/** Some seconds after the last thing that the object tells of; for a pod that is being deleted, before its end. */
function timeOf(object: unknown): Date {
  const text = JSON.stringify(object);
  const times = [...text.matchAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g)].map(([time]) => Date.parse(time));
  const deletion = /"deletionTimestamp":"([^"]+)"/.exec(text)?.[1];
  return new Date(deletion ? Date.parse(deletion) - 60_000 : Math.max(...times) + 5_000);
}

/** State → [reason, failure type, what the sentence must say, what the fix must say]; undefined: nothing is wrong. */
const WITHOUT_LOG: Record<string, [string, string, string, string] | undefined> = {
  'bootnodes-dns': [
    'CrashLoopBackOff',
    'NodeUnavailable',
    'Container op-node of pod h-bootnodes-unset ended 2 times with exit code 1',
    'kubectl logs -n op-test h-bootnodes-unset -c op-node --previous',
  ],
  'command-not-found': ['CommandNotFound', 'InvalidSpec', 'has no program op-nodee', 'use the image of this component'],
  'configmap-key-missing': [
    'ConfigMapKeyNotFound',
    'ReferenceNotFound',
    'ConfigMap chain-config has no key rollup-v2.json',
    'add key rollup-v2.json to ConfigMap chain-config',
  ],
  'configmap-missing': [
    'ConfigMapNotFound',
    'ReferenceNotFound',
    'ConfigMap no-such-config does not exist',
    'create ConfigMap no-such-config',
  ],
  'crashloop-wrong-flag': ['CrashLoopBackOff', 'NodeUnavailable', 'ended 3 times with exit code 1', '--previous'],
  'dependency-missing-challenger': [
    'Restarted',
    'NotReadyYet',
    'ended once with exit code 1 and runs again',
    '--previous',
  ],
  'dependency-missing-l1-name': [
    'Restarted',
    'NotReadyYet',
    'ended once with exit code 1 and runs again',
    '--previous',
  ],
  'exit0-batcher-no-miner-api': [
    'EndsWithoutError',
    'NodeUnavailable',
    'ended 4 times with exit code 0; op-batcher does that',
    'add miner to execution.apis',
  ],
  'healthy-sequencer': undefined,
  'image-never-pull': [
    'ErrImageNeverPull',
    'NodeUnavailable',
    'it is not on the node, and the pull policy is Never',
    'load it on the node',
  ],
  'image-pull-fails': [
    'ImagePullBackOff',
    'NodeUnavailable',
    'op-node:v9.9.9: its registry does not answer',
    'check DNS',
  ],
  'init-crashloop': [
    'CrashLoopBackOff',
    'NodeUnavailable',
    'Init container geth-init of pod bad-init ended 3 times',
    '-c geth-init --previous',
  ],
  'liveness-killed': [
    'LivenessProbeFailed',
    'NodeUnavailable',
    'was stopped 4 times because its liveness probe failed',
    'kubectl logs',
  ],
  'never-ready-authrpc-http-probe': [
    'NotReady',
    'NotReadyYet',
    'the readiness probe got HTTP 401',
    'not the engine port',
  ],
  'never-ready-loopback': ['NotReady', 'NotReadyYet', "the readiness probe's connection is refused", 'kubectl logs'],
  'oom-killed': [
    'OOMKilled',
    'NodeUnavailable',
    'needs more memory than its limit of 64Mi',
    'raise resources.limits.memory',
  ],
  'podsecurity-refused': [
    'PodSecurityRefused',
    'Forbidden',
    'restricted:latest (allowPrivilegeEscalation, unrestricted capabilities, runAsNonRoot, seccompProfile)',
    'pod overrides',
  ],
  'pvc-missing': [
    'ClaimNotFound',
    'ReferenceNotFound',
    'PersistentVolumeClaim no-such-claim does not exist',
    'create PersistentVolumeClaim',
  ],
  'readonly-root': ['CrashLoopBackOff', 'NodeUnavailable', 'ended 3 times with exit code 1', '--previous'],
  'readonly-root-p2p-key': ['CrashLoopBackOff', 'NodeUnavailable', 'ended 2 times with exit code 1', '--previous'],
  // The StatefulSet alone looks fine; together with its pod see below.
  'rollout-stuck-orderedready': undefined,
  'rollout-stuck-pod': [
    'ImagePullBackOff',
    'NodeUnavailable',
    'op-proposer:v9.9.9: its registry does not answer',
    'check DNS',
  ],
  'runasnonroot-image-user-root': ['RootUserRefused', 'InvalidSpec', 'its image runs as root', 'runAsUser'],
  'secret-key-missing-env': [
    'SecretKeyNotFound',
    'ReferenceNotFound',
    'Secret replica-p2p has no key sequencer-key',
    'add key sequencer-key',
  ],
  'secret-missing-env': [
    'SecretNotFound',
    'ReferenceNotFound',
    'Secret no-such-secret does not exist',
    'create Secret no-such-secret',
  ],
  'secret-missing-volume': [
    'SecretNotFound',
    'ReferenceNotFound',
    'Secret no-such-jwt does not exist',
    'create Secret no-such-jwt',
  ],
  'service-link-env-collision': [
    'CrashLoopBackOff',
    'NodeUnavailable',
    'Init container i of pod h-geth-links ended 4 times',
    '-c i --previous',
  ],
  'service-link-env-collision-node': [
    'CrashLoopBackOff',
    'NodeUnavailable',
    'ended 5 times with exit code 1',
    '--previous',
  ],
  'terminating-el-gone-clnode-hangs': [
    'Terminating',
    'NotReadyYet',
    'at the latest at 2026-11-22T12:53:13Z: op-geth and op-node still run',
    'wait',
  ],
  'unschedulable-cpu': ['Unschedulable', 'NodeUnavailable', 'no node has enough cpu left', 'lower resources.requests'],
  'waiting-for-l1-not-started': [
    'NotStarted',
    'NotReadyYet',
    'op-node does so once L1 and its execution client have answered. It has ended once before',
    'wait',
  ],
};

/** What the last log lines add. */
const WITH_LOG: Record<string, [reason: string, why: string, fix: string]> = {
  'bootnodes-dns': [
    'BootnodesUnresolved',
    "because it can't resolve the public bootnode bootnode.conduit.xyz",
    'consensus.p2p.bootnodes',
  ],
  'crashloop-wrong-flag': [
    'UnknownFlag',
    'does not know the flag --sequencer.max-speed',
    'remove --sequencer.max-speed from extraArgs',
  ],
  'dependency-missing-challenger': ['DependencyUnreachable', "but can't reach no-such:9545", 'resolves and answers'],
  'dependency-missing-l1-name': [
    'DependencyUnreachable',
    "can't reach no-such-service.op-test.svc.cluster.local:8545",
    'resolves and answers',
  ],
  'init-crashloop': [
    'InvalidGenesis',
    "does not accept the genesis file: missing required field 'gasLimit'",
    'spec.genesis',
  ],
  'readonly-root': ['ReadOnlyRoot', 'wants to write to /data', 'mounted volume'],
  'readonly-root-p2p-key': ['ReadOnlyRoot', 'wants to write to opnode_p2p_priv.txt', 'mounted volume'],
  'service-link-env-collision': ['ServiceLinkCollision', 'took GETH_PORT for a setting', 'enableServiceLinks: false'],
  'service-link-env-collision-node': [
    'ServiceLinkCollision',
    'took OP_NODE_RPC_PORT for a setting',
    'enableServiceLinks: false',
  ],
  'terminating-el-gone-clnode-hangs': ['Terminating', 'it waits for its execution client, which is gone', 'wait'],
  'waiting-for-l1-not-started': ['DependencyUnreachable', "can't reach 10.254.0.1:1", 'resolves and answers'],
};

describe('a broken pod as it was recorded', () => {
  it('has a row in this table for every recording', () => {
    const states = readdirSync(FOLDER).map((file) => file.replace('.json', ''));
    expect(Object.keys(WITHOUT_LOG).toSorted()).toEqual(states.toSorted());
  });

  it.each(Object.entries(WITHOUT_LOG))('%s is described without its log', (state, expected) => {
    const problems = problemsOf(recording(state), false);
    if (!expected) return expect(problems).toEqual([]);
    const [reason, type, message, fix] = expected;
    expect(problems).toEqual([
      expect.objectContaining({
        reason,
        type,
        message: expect.stringContaining(message),
        fix: expect.stringContaining(fix),
      }),
    ]);
  });

  it.each(Object.entries(WITH_LOG))('%s is explained by its log', (state, [reason, message, fix]) => {
    expect(problemsOf(recording(state), true)).toEqual([
      expect.objectContaining({ reason, message: expect.stringContaining(message), fix: expect.stringContaining(fix) }),
    ]);
  });

  it('that its StatefulSet waits for instead of replacing it has to be deleted', () => {
    const { pod } = recording('rollout-stuck-pod');
    const { statefulset } = recording('rollout-stuck-orderedready');
    if (!pod || !statefulset) throw new Error('recordings are incomplete');
    expect(podProblems([pod], { statefulSets: [statefulset], now: timeOf(pod) })).toEqual([
      expect.objectContaining({ reason: 'RolloutStuck', fix: 'kubectl delete pod -n op-test proposer-0' }),
    ]);
  });

  it('that should be gone long since names the node and the way out', () => {
    const [problem] = problemsOf(
      recording('terminating-el-gone-clnode-hangs'),
      false,
      new Date('2026-11-22T13:10:00Z'),
    );
    expect(problem).toMatchObject({
      reason: 'StuckTerminating',
      fix: expect.stringMatching(
        /kubectl delete node \S+, or kubectl taint node \S+ node.kubernetes.io\/out-of-service=nodeshutdown:NoExecute$/,
      ),
    });
  });

  it('that should be gone long since, and is a sequencer, names what to say to a plan that asks for it', () => {
    const labels = {
      'optimism.io/network': 'acme',
      'optimism.io/component': 'opnode.acme-a',
      'app.kubernetes.io/component': 'sequencer',
    };
    const metadata = { name: 'acme-a-0', namespace: 'chains', labels, deletionTimestamp: '2026-11-22T13:00:00Z' };
    const pod: PodObject = { kind: 'Pod', metadata, spec: { nodeName: 'machine-1' } };
    expect(podProblems([pod], { now: new Date('2026-11-22T13:10:00Z') })[0]?.fix).toBe(
      'check its machine; only when it is off for certain: kubectl delete node machine-1, or kubectl taint node machine-1 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute; to a plan that asks for it: opstack confirm-fenced acme acme-a --reason "…" -n chains',
    );
  });

  it('is not mentioned any more ten minutes after a restart', () => {
    const restarted = recording('dependency-missing-challenger');
    expect(problemsOf(restarted, false, new Date('2026-11-22T13:30:00Z'))).toEqual([]);
  });

  it('that was evicted waits to be replaced', () => {
    const pod: PodObject = {
      kind: 'Pod',
      metadata: { name: 'acme-0' },
      status: { phase: 'Failed', reason: 'Evicted' },
    };
    expect(podProblems([pod], { now: new Date(0) })).toEqual([
      expect.objectContaining({ reason: 'Evicted', object: 'Pod/acme-0', type: 'NodeUnavailable' }),
    ]);
  });

  it('that was just created is being set up', () => {
    const pod: PodObject = { kind: 'Pod', metadata: { name: 'acme-0' }, status: { phase: 'Pending' } };
    expect(podProblems([pod], { now: new Date(0) })[0]?.reason).toBe('BeingCreated');
  });
});

describe('a pod whose image is on its way', () => {
  const image = 'registry.example/op-geth:v1';
  const pod: PodObject = { kind: 'Pod', metadata: { name: 'p' }, status: { phase: 'Pending' } };
  const regarding = { kind: 'Pod', name: 'p' };
  const pulling = { reason: 'Pulling', message: `Pulling image "${image}"`, regarding };
  const pulled = { reason: 'Pulled', message: `Successfully pulled image "${image}" in 3m`, regarding };
  const said = (...events: (typeof pulling)[]) => podProblems([pod], { events, now: new Date(0) })[0]?.message;

  it('waits for it by name', () => {
    expect(said(pulling)).toBe(`Pod p waits for image ${image}, which is being pulled`);
  });

  it('is being set up when the image has come', () => {
    expect(said(pulling, pulled)).toBe('Pod p is being set up');
  });
});

describe('what is said about log lines', () => {
  it('never holds a credential of an endpoint', () => {
    const line =
      'lvl=warn msg="failed to dial address, but may connect later" addr=https://user:hunt@er22@rpc.example.com:8545/v2/0123456789abcdef';
    const explanation = JSON.stringify(explainLogLines([line]));
    expect(explanation).toContain('rpc.example.com:8545');
    expect(explanation).not.toMatch(/hunt|er22|0123456789abcdef/);
  });

  const SETUP =
    'failed to setup: failed to init Tx manager: could not init signer: failed to create the signer client: ';
  it.each([
    [
      'away',
      `lvl=crit msg="Application failed" message="${SETUP}Post \\"https://signer:8080\\": dial tcp 10.96.0.7:8080: connect: connection refused"`,
      'SignerUnreachable',
      "can't reach its remote signer signer:8080",
    ],
    [
      'not there for a sequencer',
      'message="failed to setup: unable to create the rollup node config: failed to load p2p signer: Post \\"https://user:hunt@er22@signer.keys:8080/v1\\": dial tcp: lookup signer.keys on 10.96.0.10:53: no such host"',
      'SignerUnreachable',
      "can't reach its remote signer signer.keys:8080",
    ],
    [
      'of another authority',
      `message="${SETUP}Post \\"https://signer:8080\\": tls: failed to verify certificate: x509: certificate signed by unknown authority"`,
      'SignerNotTrusted',
      'does not trust its remote signer signer:8080: certificate signed by unknown authority',
    ],
    [
      'strange to our certificate',
      `message="${SETUP}Post \\"https://signer:8080\\": remote error: tls: expired certificate"`,
      'SignerRefusesCertificate',
      'is not let in by its remote signer signer:8080: its client certificate is not accepted',
    ],
    [
      'without a certificate of ours',
      `message="${SETUP}401 Unauthorized: client certificate was not provided\\n"`,
      'SignerRefusesCertificate',
      'is not let in by its remote signer: its client certificate is not accepted',
    ],
    [
      'without a row for the client',
      `err="eth_signTransaction failed: Forbidden: client 'batcher.chains' is not authorized to use any keys"`,
      'SignerKnowsNoKey',
      'has no key at its remote signer, which knows it as batcher.chains',
    ],
    [
      'strict about the receiver',
      'msg="Failed to create a transaction, will retry" err="eth_signTransaction failed: to address not authorized"',
      'SignerRefuses',
      'gets no signature from its remote signer: to address not authorized',
    ],
    [
      'for another chain',
      'err="failed to sign execution payload with signer: opsigner_signBlockPayload failed: unexpected chainId"',
      'SignerRefuses',
      'gets no signature from its remote signer: unexpected chainId',
    ],
  ])('tells a remote signer that is %s', (_, line, reason, why) => {
    const explanation = explainLogLines([line]);
    expect(explanation).toMatchObject({ reason, why });
    expect(JSON.stringify(explanation)).not.toContain('hunter22');
  });

  it('is nothing when no line is known', () => {
    expect(explainLogLines(['INFO all good', 'private key 0xabc'])).toBeUndefined();
  });
});
