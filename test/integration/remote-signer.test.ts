import { beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/kube/index.ts';
import type { SignerRow } from '../devnet/programs/testing/signer-files.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { managedVersions, podUids, readAll, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, waitForStatus } from './plans-in-status.ts';
import { conditionOf, footprint } from './refusals.ts';
import { prepareSigner, SIGNER, SIGNER_URL, type UsersSigner } from './signer-of-the-user.ts';

const SEQUENCER = 'devnet-sequencer';
const BATCHER = 'devnet-batcher';
const PROPOSER = 'devnet-proposer';
const CHALLENGER = 'devnet-challenger';
const TLS = {
  [SEQUENCER]: 'sequencer-tls',
  [BATCHER]: 'batcher-tls',
  [PROPOSER]: 'proposer-tls',
  [CHALLENGER]: 'challenger-tls',
} as const;
const STRANGER = `0x${'dd'.repeat(20)}`;

/** The signer's log tells a certificate from the renewed one by its name. */
function rows({ chain }: Devnet): SignerRow[] {
  const { keys, l2ChainId, addresses } = chain.deployment;
  const sequencer = { privateKey: keys.sequencerSigner, chainID: l2ChainId };
  const batcher = { privateKey: keys.batcher, toAddresses: [STRANGER] };
  return [
    { client: 'sequencer', ...sequencer },
    { client: 'sequencer-renewed', ...sequencer },
    { client: 'batcher', ...batcher },
    { client: 'batcher-renewed', ...batcher },
    { client: 'proposer', privateKey: keys.proposer, toAddresses: [String(addresses['DisputeGameFactoryProxy'])] },
    { client: 'challenger', privateKey: keys.challenger },
  ];
}

describe('a network whose keys are with a remote signer', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('remote-signer', { whole: true });
  let devnet: Devnet;
  let prepared: UsersSigner | undefined;
  let signer: UsersSigner;

  beforeEach(async () => {
    devnet = use();
    prepared ??= await prepareSigner(devnet, rows(devnet));
    signer = prepared;
  });

  const remote = (name: keyof typeof TLS, address: string) => ({
    secretKeyRef: undefined,
    remote: { endpoint: SIGNER_URL, address, tls: { secretName: TLS[name] } },
  });
  const applyAll = (addresses: Record<'batcher' | 'sequencerSigner' | 'proposer' | 'challenger', string>) =>
    devnet.chain.apply(
      ...devnet.chain.resources,
      resource(devnet, SEQUENCER, { sequencer: { signer: remote(SEQUENCER, addresses.sequencerSigner) } }),
      resource(devnet, BATCHER, { signer: remote(BATCHER, addresses.batcher) }),
      resource(devnet, PROPOSER, { signer: remote(PROPOSER, addresses.proposer) }),
      resource(devnet, CHALLENGER, { signer: remote(CHALLENGER, addresses.challenger) }),
    );
  const batches = () => devnet.chain.referee.events().filter(({ type }) => type === 'batch-submitted').length;
  const sayings = (pod: string, container: string, text: string) =>
    devnet.chain.runner.logs(pod, container).filter((line) => line.includes(text)).length;
  const until = (what: string, isSo: () => boolean) => waitUntil(what, () => isSo() || undefined, PATIENCE_MS);
  const unsafe = async () => (await devnet.chain.status()).health?.unsafe?.number ?? 0;
  const ownPods = async () => {
    const pods = await readAll<KubeObject & { status?: Record<string, { restartCount: number }[]> }>(devnet, 'Pod');
    return pods
      .filter(({ metadata }) => metadata.name !== `${SIGNER}-0`)
      .map(({ metadata, status }) => [
        metadata.name,
        metadata.uid,
        ...(status?.['containerStatuses'] ?? []).map(({ restartCount }) => restartCount),
      ]);
  };

  it('is not touched while a certificate is missing, or an address is not the one on L1', async () => {
    const { accounts } = devnet.chain.deployment;
    const before = await footprint(devnet);
    await applyAll({ ...accounts, batcher: STRANGER });
    await conditionOf(devnet, {
      reason: 'ReferenceNotFound',
      says: [
        `Secret "${TLS[BATCHER]}" does not exist; spec.signer.remote.tls.secretName of OpBatcher/${BATCHER} names it`,
        'create the Secret with the keys "ca.crt", "tls.crt", "tls.key"',
      ],
    });
    await signer.putCertificate(TLS[BATCHER], 'batcher');
    await signer.putCertificate(TLS[SEQUENCER], 'sequencer');
    await signer.putCertificate(TLS[PROPOSER], 'proposer');
    await signer.putCertificate(TLS[CHALLENGER], 'challenger');
    await conditionOf(devnet, {
      reason: 'ChainMismatch',
      says: [
        new RegExp(`the address that the OpBatcher signs with is ${STRANGER}`, 'i'),
        new RegExp(`the batcher on L1 is ${accounts.batcher}`, 'i'),
        'setBatcherHash',
      ],
    });
    const made = Object.keys(await footprint(devnet)).filter((object) => before[object] === undefined);
    expect(made.sort()).toEqual(
      Object.values(TLS)
        .map((name) => `Secret/${name}`)
        .sort(),
    );
  });

  it('waits for the signer at the pods of its sequencer, and says so', async () => {
    await applyAll(devnet.chain.deployment.accounts);
    await waitForStatus(devnet, 'the sequencer can not reach its signer', ({ plan }) =>
      (plan?.steps ?? []).some(
        ({ state, message = '' }) =>
          state === 'Waiting' &&
          message.includes(`op-node of pod ${SEQUENCER}-0 ended`) &&
          message.includes(`because it can't reach its remote signer ${SIGNER}:8080`),
      ),
    );
  });

  it('waits at the gate batching while the signer refuses what the batcher sends, and says so', async () => {
    await signer.scale(1);
    await waitForStatus(devnet, 'the batcher gets no signature', ({ plan }) =>
      (plan?.steps ?? []).some(
        ({ gates, state, message = '' }) =>
          gates?.includes('batching') &&
          state === 'Waiting' &&
          message.includes('no inbox transaction of') &&
          message.includes(`${BATCHER} gets no signature from its remote signer: to address not authorized`),
      ),
    );
    expect(batches()).toBe(0);
  });

  it('is installed as soon as the signer lets it', async () => {
    const inbox = String(devnet.chain.files.rollup['batch_inbox_address']);
    await signer.configure((rows) =>
      rows.map((row) => (row.client.startsWith('batcher') ? { ...row, toAddresses: [inbox] } : row)),
    );
    const status = await devnet.chain.waitForPhase('Ready', PATIENCE_MS);
    expect(status.history).toMatchObject([{ kind: 'install', outcome: 'completed' }]);
    expect(signer.signedFor('batcher')).toBeGreaterThan(0);
    await until('a proposal is signed', () => signer.signedFor('proposer') > 0);
    expect(sayings(`${CHALLENGER}-0`, 'op-challenger', 'Connected to op-signer server')).toBe(1);
    expectFairPlay(devnet);
  });

  it('has no private key of a role in anything that the operator has made', async () => {
    const { keys } = devnet.chain.deployment;
    const own = ['devnet-keys', SIGNER, ...Object.values(TLS)];
    const secrets = (await readAll<KubeObject & { data?: Record<string, string> }>(devnet, 'Secret')).filter(
      ({ metadata }) => !own.includes(metadata.name),
    );
    expect(secrets.map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^devnet-devnet-l1-/)]),
    );
    const values = secrets.flatMap(({ data = {} }) => Object.values(data)).map((value) => Buffer.from(value, 'base64'));
    const pods = JSON.stringify(await readAll(devnet, 'Pod'));
    for (const key of [keys.batcher, keys.sequencerSigner, keys.proposer, keys.challenger].map((text) =>
      text.replace(/^0x/, ''),
    )) {
      expect(values.filter((value) => value.toString().includes(key) || value.toString('hex').includes(key))).toEqual(
        [],
      );
      expect(pods).not.toContain(key);
    }
    expect(pods).not.toMatch(/_PRIVATE_KEY"|P2P_SEQUENCER_KEY"/);
  });

  it('goes on with a renewed certificate without a plan and without a restart', async () => {
    const [before, versions, { history }] = [
      await ownPods(),
      await managedVersions(devnet),
      await devnet.chain.status(),
    ];
    const loaded = 'certman: certificate and key loaded';
    const loads = sayings(`${SEQUENCER}-0`, 'op-node', loaded);
    await signer.putCertificate(TLS[BATCHER], 'batcher-renewed');
    await signer.putCertificate(TLS[SEQUENCER], 'sequencer-renewed');
    await until('a batch is signed for the new certificate', () => signer.signedFor('batcher-renewed') > 0);
    await until('the sequencer has the new one too', () => sayings(`${SEQUENCER}-0`, 'op-node', loaded) > loads);
    const sent = batches();
    await until('batches go on', () => batches() > sent + 1);
    expect(await ownPods()).toEqual(before);
    const changed = Object.entries(await managedVersions(devnet)).filter(
      ([object, version]) => /^(StatefulSet|Secret)\//.test(object) && versions[object] !== version,
    );
    expect(changed.map(([object]) => object).sort()).toEqual([`Secret/${TLS[BATCHER]}`, `Secret/${TLS[SEQUENCER]}`]);
    const status = await devnet.chain.status();
    expect([status.phase, status.history]).toEqual(['Ready', history]);
  });

  it('goes on making blocks while the signer is away, and sends its batches when it is back', async () => {
    const before = await ownPods();
    await signer.scale(0);
    await until('the batcher gets no signature', () => sayings(`${BATCHER}-0`, 'op-batcher', 'will retry') > 0);
    await until(
      'the sequencer publishes nothing',
      () => sayings(`${SEQUENCER}-0`, 'op-node', 'failed to sign execution payload with signer') > 0,
    );
    const [head, sent] = [await unsafe(), batches()];
    await waitForStatus(devnet, 'the chain goes on', ({ health }) => (health?.unsafe?.number ?? 0) > head);
    expect(batches()).toBe(sent);
    await signer.scale(1);
    await until('batches go on', () => batches() > sent + 1);
    const { conditions = [] } = await waitForStatus(
      devnet,
      'everything is well again',
      ({ phase, health }) => phase === 'Ready' && health?.class === 'Healthy',
    );
    expect(conditions.find(({ type }) => type === 'Following')).toMatchObject({ status: 'True' });
    expect(await ownPods()).toEqual(before);
    expect(Object.keys(await podUids(devnet))).toContain(`${SIGNER}-0`);
    expectFairPlay(devnet);
  });
});
