/** A chain that runs, and edits that are refused: each with words, nothing is touched, and repairs go on. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/kube/index.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { type Kind, read, remove, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { conditionOf, touchesNothingButMarks, type WantedCondition } from './refusals.ts';

const SEQUENCER = 'devnet-sequencer';
const BATCHER = 'devnet-batcher';
const SECRET = { secretKeyRef: { name: 'devnet-keys', key: 'challenger' } };

interface Edit {
  readonly field: string;
  readonly of: string;
  readonly change: Record<string, unknown>;
  readonly fix: string;
  /** Default: NotSupportedYet. */
  readonly reason?: string;
}

const REFUSED: readonly Edit[] = [
  {
    field: 'spec.genesis.url',
    of: NETWORK,
    change: {
      genesis: { configMapRef: undefined, url: 'https://files.example.com/genesis.json.gz', sha256: 'ab'.repeat(32) },
    },
    fix: 'genesis.configMapRef',
  },
  { field: 'spec.owner', of: NETWORK, change: { owner: { signer: SECRET } }, fix: 'leave it out' },
  { field: 'spec.audit.retain', of: NETWORK, change: { audit: { retain: true } }, fix: 'export the audit log' },
  {
    field: 'release u19 has no image for opGeth',
    of: NETWORK,
    change: { release: 'u19' },
    fix: 'choose a release that has one',
    reason: 'Incompatible',
  },
  {
    field: 'spec.sequencer.stopped',
    of: SEQUENCER,
    change: { sequencer: { stopped: true } },
    fix: 'delete the OpNode',
  },
];

/** What the API server refuses by itself: nothing of it ever reaches the operator. */
const REFUSED_BY_THE_API_SERVER: readonly Omit<Edit, 'fix'>[] = [
  {
    field: 'url seems to hold a credential',
    of: NETWORK,
    change: {
      l1: { rpc: { secretKeyRef: undefined, url: 'https://mainnet.infura.io/v3/0123456789abcdef0123456789abcdef' } },
    },
  },
  {
    field: 'set exactly one of url and secretKeyRef',
    of: NETWORK,
    change: { l1: { rpc: { url: 'http://reth:8545' } } },
  },
  { field: 'l1.chainId is fixed after creation', of: NETWORK, change: { l1: { chainId: 1 } } },
  { field: 'l2.chainId is fixed after creation', of: NETWORK, change: { l2: { chainId: 4242 } } },
  {
    field: 'contracts.discovery: Registry needs network',
    of: NETWORK,
    change: { contracts: { discovery: 'Registry' } },
  },
  { field: 'spec.networkRef', of: BATCHER, change: { networkRef: { name: 'another' } } },
  { field: 'spec.execution.client', of: SEQUENCER, change: { execution: { client: 'op-reth' } } },
  { field: 'spec.execution.storage', of: SEQUENCER, change: { execution: { storage: { size: '500Mi' } } } },
  { field: 'spec.role', of: SEQUENCER, change: { role: 'Replica' } },
];

describe('a running chain', { timeout: 400_000 }, () => {
  const devnetOf = useDevnet('refused-edits');
  let devnet: Devnet;

  beforeEach(() => {
    devnet = devnetOf();
  });

  const kindOf = (name: string): Kind =>
    name === NETWORK ? 'OptimismNetwork' : name.endsWith('batcher') ? 'OpBatcher' : 'OpNode';
  const copyOf = (name: string, newName: string): KubeObject => {
    const { metadata, ...rest } = resource(devnet, name);
    return { ...rest, metadata: { ...metadata, name: newName } };
  };
  const settled = async () => {
    await conditionOf(devnet, { status: 'True', reason: 'Valid' });
    await devnet.chain.waitForPhase('Ready', 120_000);
  };
  /** The network says it, and the object that it is about too. */
  const bothSay = async (name: string, wanted: WantedCondition) => {
    await conditionOf(devnet, wanted);
    if (name !== NETWORK) await conditionOf(devnet, { ...wanted, kind: kindOf(name), name });
  };

  it('is installed', async () => {
    await devnet.chain.apply(...devnet.chain.resources);
    await devnet.chain.waitForPhase('Ready', 240_000);
  });

  it.each(REFUSED_BY_THE_API_SERVER)(
    'keeps its object when an edit of $of breaks a rule: $field',
    async ({ field, of, change }) => {
      const before = (await read(devnet, kindOf(of), of)).metadata.generation;
      await expect(devnet.chain.apply(resource(devnet, of, change))).rejects.toThrow(field);
      expect((await read(devnet, kindOf(of), of)).metadata.generation).toBe(before);
    },
  );

  it.each(REFUSED)(
    'is not touched by a setting that is refused: $field of $of',
    async ({ field, of, change, fix, reason = 'NotSupportedYet' }) => {
      await touchesNothingButMarks(devnet, async () => {
        await devnet.chain.apply(resource(devnet, of, change));
        await bothSay(of, { reason, says: [field, fix] });
        await devnet.chain.apply(resource(devnet, of));
        await settled();
      });
    },
  );

  it('is repaired while an edit of the very component that broke is refused', async () => {
    // Older than a fork that the chain has scheduled.
    const refused = { reason: 'Incompatible', says: ['v1.12.0', 'jovian'] };
    await devnet.chain.apply(resource(devnet, BATCHER, { image: { tag: 'v1.12.0' } }));
    await bothSay(BATCHER, refused);
    const former = (await read(devnet, 'StatefulSet', BATCHER)).metadata.uid;
    await remove(devnet, 'StatefulSet', BATCHER);
    await waitUntil(
      'the StatefulSet is back',
      async () => ((await read(devnet, 'StatefulSet', BATCHER)).metadata.uid === former ? undefined : true),
      120_000,
    );
    await waitUntil(
      'the repair is in history',
      async () => {
        const { history, phase } = await devnet.chain.status();
        const [last] = history ?? [];
        if (last?.kind === 'drift' && last.outcome === 'completed' && phase === 'Invalid') return true;
        throw new Error(`${phase}: ${JSON.stringify(last)}`);
      },
      180_000,
    );
    await conditionOf(devnet, refused);
    await devnet.chain.apply(resource(devnet, BATCHER));
    await settled();
    expectFairPlay(devnet);
  });

  it('is not touched by a second sequencer, which is told what to do', async () => {
    await touchesNothingButMarks(devnet, async () => {
      await devnet.chain.apply(copyOf(SEQUENCER, 'second-sequencer'));
      await bothSay('second-sequencer', {
        reason: 'DuplicateRole',
        says: ['second-sequencer', `"${SEQUENCER}" is there already`, 'spec.sequencer.preferred', 'role: Replica'],
      });
      await remove(devnet, 'OpNode', 'second-sequencer');
      await settled();
    });
  });

  it('is not touched when its only sequencer is the preferred one, or is not there', async () => {
    await touchesNothingButMarks(devnet, async () => {
      await devnet.chain.apply(resource(devnet, NETWORK, { sequencer: { preferred: 'nobody' } }));
      await bothSay(NETWORK, { reason: 'ReferenceNotFound', says: ['spec.sequencer.preferred', 'OpNode nobody'] });
      await devnet.chain.apply(resource(devnet, NETWORK, { sequencer: { preferred: SEQUENCER } }));
      await settled();
      await devnet.chain.apply(resource(devnet, NETWORK));
      await settled();
    });
  });

  it('is not touched by a second batcher, which is told what to do', async () => {
    await touchesNothingButMarks(devnet, async () => {
      await devnet.chain.apply(copyOf(BATCHER, 'second-batcher'));
      await bothSay('second-batcher', {
        reason: 'DuplicateRole',
        says: ['second-batcher', `"${BATCHER}" is there already`, 'delete'],
      });
      await remove(devnet, 'OpBatcher', 'second-batcher');
      await settled();
    });
  });

  it('goes on with its former keys while a Secret is missing, says so, and is repaired meanwhile', async () => {
    const { apiVersion, kind, metadata, ...content } = await read<KubeObject & { data: object }>(
      devnet,
      'Secret',
      'devnet-keys',
    );
    await touchesNothingButMarks(devnet, async () => {
      await remove(devnet, 'Secret', 'devnet-keys');
      await conditionOf(devnet, {
        reason: 'ReferenceNotFound',
        says: ['Secret "devnet-keys" does not exist', 'create the Secret'],
      });
    }, ['Secret/devnet-keys']);
    await remove(devnet, 'Service', BATCHER);
    await waitUntil('the Service is back', () => read(devnet, 'Service', BATCHER), 120_000);
    await devnet.chain.kube.create({
      apiVersion,
      kind,
      metadata: { name: metadata.name, namespace: devnet.namespace },
      ...content,
    });
    await settled();
    expectFairPlay(devnet);
  });

  it('keeps its pods when the batcher key in the Secret becomes one that L1 does not know', async () => {
    const { keys, accounts } = devnet.chain.deployment;
    const put = (batcher: string) =>
      devnet.chain.kube.mergePatch(
        { apiVersion: 'v1', kind: 'Secret', namespace: devnet.namespace, name: 'devnet-keys' },
        { stringData: { batcher } },
      );
    await touchesNothingButMarks(devnet, async () => {
      await put(keys.challenger);
      await conditionOf(devnet, {
        reason: 'ChainMismatch',
        says: [new RegExp(accounts.challenger, 'i'), new RegExp(accounts.batcher, 'i')],
      });
      await put(keys.batcher);
      await settled();
    }, ['Secret/devnet-keys']);
    expectFairPlay(devnet);
  });
});
