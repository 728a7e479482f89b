/**
 * The command lines with which the real programs were recorded (fixtures/cmd): the tables of flags know all of it, and
 * what is rendered agrees with it in every setting that both make, but for what is listed here.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Container } from '../../src/render/manifest.ts';
import type { Flag } from '../devnet/programs/settings/flag-table.ts';
import { gethFlags } from '../devnet/programs/settings/geth-flags.ts';
import { opBatcherFlags } from '../devnet/programs/settings/op-batcher-flags.ts';
import { opNodeFlags } from '../devnet/programs/settings/op-node-flags.ts';
import { opProposerFlags } from '../devnet/programs/settings/op-proposer-flags.ts';
import { parseSettings, type Settings } from '../devnet/programs/settings/settings.ts';
import { versionOfTag } from '../devnet/programs/version.ts';
import { inputFile } from './golden-cases.ts';
import { devnet, renderInput } from './render-input.ts';
import { container } from './rendered.ts';

const RECORDED = versionOfTag('v1.16.11');
const flagsOf = {
  geth: gethFlags(versionOfTag('v1.101701.0')),
  'op-node': opNodeFlags(RECORDED),
  'op-batcher': opBatcherFlags(RECORDED),
  'op-proposer': opProposerFlags(RECORDED),
} as const;
type Program = keyof typeof flagsOf;

/** Words of a line as `printf %q` of bash writes them. */
function recorded(name: string): { readonly program: Program; readonly argv: readonly string[] } {
  const line = readFileSync(`${import.meta.dirname}/fixtures/cmd/${name}.txt`, 'utf8').trim();
  const [program = '', ...argv] = [...line.matchAll(/(?:\\.|[^\\ ])+/g)].map(([word]) =>
    word.replaceAll(/\\(.)/g, '$1'),
  );
  return { program: program as Program, argv };
}

const renderedDevnet = renderInput(devnet());
const renderedChain = renderInput(inputFile('chain.yaml'));

function rendered(flags: readonly Flag[], { args = [], env = [] }: Container): Settings {
  // A reference is to a value that only the cluster has; that something is set is what can be seen.
  const values = env.map(({ name, value, valueFrom }) => [name, valueFrom ? 'true' : (value ?? '')]);
  return parseSettings(flags, args, Object.fromEntries(values));
}

/** What runs in a container of its own: other addresses, ports and paths, and logs for machines. */
const PLACE = {
  'op-node': ['rpc.addr', 'rpc.port', 'metrics.addr', 'metrics.port', 'log.format'],
  geth: ['http.addr', 'http.port', 'ws.addr', 'ws.port', 'authrpc.port', 'metrics.addr', 'metrics.port'],
};
const SERVICE = ['l1-eth-rpc', 'rollup-rpc', 'rpc.addr', 'metrics.addr', 'metrics.port', 'log.format', 'private-key'];
const BATCHER = [...SERVICE, 'l2-eth-rpc'];
const NODE = [
  ...['l1', 'l1.beacon', 'l2', 'l2.jwt-secret', 'rollup.config', 'rollup.l1-chain-config', ...PLACE['op-node']],
  ...['p2p.listen.ip', 'p2p.listen.tcp', 'p2p.listen.udp', 'p2p.priv.path', 'p2p.peerstore.path'],
  // One blank is how to say "none" to a shell; as a variable it may be empty.
  'p2p.bootnodes',
  'l1.runtime-config-reload-interval',
];
/** What only the recording set, to see more or to keep the machine to itself. */
const NODE_ALONE = 'l1.beacon.ignore';

const CASES = [
  {
    name: 'geth-a',
    ours: container(renderedDevnet, 'devnet-sequencer', 'op-geth'),
    // Blocks come from op-node alone: no peers at all.
    differs: ['datadir', 'http.api', ...PLACE.geth, 'authrpc.jwtsecret', 'maxpeers'],
    unset: ['netrestrict', 'port'],
  },
  {
    name: 'op-node-a',
    ours: container(renderedDevnet, 'devnet-sequencer', 'op-node'),
    differs: [...NODE, 'p2p.sequencer.key', 'safedb.path'],
    unset: [NODE_ALONE, 'verifier.l1-confs'],
  },
  {
    // As a standby: stopped, with the other one as its peer.
    name: 'op-node-b',
    ours: container(renderedDevnet, 'devnet-sequencer', 'op-node'),
    differs: [...NODE, 'p2p.static', 'p2p.sequencer.key', 'safedb.path'],
    unset: [NODE_ALONE, 'verifier.l1-confs'],
  },
  {
    name: 'op-node-c',
    ours: container(renderedDevnet, 'devnet-replica', 'op-node'),
    // Nobody controls a replica.
    differs: [...NODE, 'rpc.enable-admin', 'p2p.static'],
    unset: [NODE_ALONE, 'safedb.path'],
  },
  {
    name: 'op-node-ha-a',
    ours: container(renderedDevnet, 'devnet-sequencer', 'op-node'),
    differs: [...NODE, 'p2p.sequencer.key', 'safedb.path'],
    // The operator does the work of a conductor.
    unset: [NODE_ALONE, 'verifier.l1-confs', 'conductor.enabled', 'conductor.rpc'],
  },
  {
    name: 'op-batcher',
    ours: container(renderedChain, 'acme-batcher', 'op-batcher'),
    differs: [...BATCHER, 'max-channel-duration', 'txmgr.cell-proof-time'],
    unset: ['poll-interval', 'num-confirmations', 'sub-safety-margin'],
  },
  {
    name: 'op-batcher2',
    ours: container(renderedDevnet, 'devnet-batcher', 'op-batcher'),
    differs: [...BATCHER, 'rpc.port'],
    unset: ['sub-safety-margin'],
  },
  {
    name: 'op-batcher-ha',
    ours: container(renderedDevnet, 'devnet-batcher', 'op-batcher'),
    differs: BATCHER,
    unset: ['sub-safety-margin'],
  },
  {
    name: 'op-proposer',
    ours: container(renderedChain, 'acme-proposer', 'op-proposer'),
    differs: [...SERVICE, 'proposal-interval'],
    unset: ['poll-interval', 'num-confirmations'],
  },
];

describe.each(CASES)('the command line of $name', ({ name, ours, differs, unset }) => {
  const { program, argv } = recorded(name);
  const flags = flagsOf[program];
  const theirs = parseSettings(flags, argv, {});
  const given = flags.map((flag) => flag.name).filter(theirs.isSet);

  test('is known whole, each flag with its value', () => {
    expect(theirs.args).toEqual([]);
    const named = argv
      .filter((word) => word.startsWith('--'))
      .map((word) => word.replace(/^--([^=]+).*/s, '$1'))
      .sort();
    expect([...given].sort()).toEqual(named);
    for (const [, flag = '', value = ''] of argv.flatMap((word) => [/^--([^=]+)=(.*)$/s.exec(word) ?? []])) {
      if (flag !== '') expect(theirs.string(flag)).toBe(value);
    }
  });

  test('is what is rendered, where both say something', () => {
    const settings = rendered(flags, ours);
    const both = given.filter(settings.isSet);
    expect(given.filter((flag) => !settings.isSet(flag)).sort()).toEqual([...unset].sort());
    expect(both.filter((flag) => settings.string(flag) !== theirs.string(flag)).sort()).toEqual([...differs].sort());
    expect(both.length).toBeGreaterThan(differs.length);
  });
});

test('an API that the recorded geth served is missing only where nobody needs it', () => {
  const { argv } = recorded('geth-a');
  const apis = (settings: Settings) => settings.list('http.api');
  const ours = apis(rendered(flagsOf.geth, container(renderedDevnet, 'devnet-sequencer', 'op-geth')));
  expect(apis(parseSettings(flagsOf.geth, argv, {})).filter((api) => !ours.includes(api))).toEqual(['admin']);
});
