/** Which ways from version to version are refused, and what is said of the others. */
import { describe, expect, test } from 'vitest';
import { PROGRAMS, type ProgramKey, type Release, release } from '../../src/catalogue/releases.ts';
import { checkUpgrade, type UpgradeInput } from '../../src/plan/upgrade-rules.ts';

const named = (name: string): Release => release(name) ?? expect.fail(`there is no release ${name}`);
const KINDS = { opBatcher: 'OpBatcher', opProposer: 'OpProposer', opChallenger: 'OpChallenger' } as const;

/** One program from one tag to another, on a chain that has Jovian and contracts v5, from u18 to u18. */
function move(program: ProgramKey, from: string, to: string, more: Partial<UpgradeInput> = {}): UpgradeInput {
  const image = (tag: string) => ({ [PROGRAMS[program]]: `registry:5000/${PROGRAMS[program]}:${tag}` });
  const kind = program in KINDS ? KINDS[program as keyof typeof KINDS] : 'OpNode';
  return {
    component: { kind, name: 'acme' },
    from: image(from),
    to: image(to),
    forks: active('isthmus', 'jovian'),
    formerRelease: named('u18'),
    wishedRelease: named('u18'),
    generation: 'v5',
    ...more,
  };
}

/** All images of one kind of component, from release to release. */
function between(former: string, wished: string, program: ProgramKey, more: Partial<UpgradeInput> = {}): UpgradeInput {
  const tag = (name: string) => named(name).images[program]?.tag ?? expect.fail(`${name} has no ${program}`);
  const releases = { formerRelease: named(former), wishedRelease: named(wished) };
  return move(program, tag(former), tag(wished), { ...releases, ...more });
}

const active = (...names: string[]) => names.map((name) => ({ name, active: true }));
const said = (input: UpgradeInput) => {
  const { problems, warnings } = checkUpgrade(input);
  return [...problems.map(({ message, fix }) => `refused: ${message} → ${fix}`), ...warnings];
};

describe('an upgrade is refused', () => {
  test.each<[string, UpgradeInput, string]>([
    [
      'below what an active fork needs, from a version that knew it',
      move('opNode', 'v1.16.11', 'v1.13.5'),
      'refused: op-node v1.16.11 → v1.13.5: jovian is active on the chain, and v1.13.5 does not know it: nothing leads back before a fork → use op-node v1.16.2 or later',
    ],
    [
      'below what an active fork needs, from one that did not know it either',
      move('opNode', 'v1.13.5', 'v1.16.1'),
      'refused: op-node v1.13.5 → v1.16.1: jovian is active on the chain, and v1.16.1 does not know it → use op-node v1.16.2 or later',
    ],
    [
      'of an execution client below it',
      move('opReth', 'v2.2.2', 'v1.9.1'),
      'refused: op-reth v2.2.2 → v1.9.1: jovian is active on the chain, and v1.9.1 does not know it: nothing leads back before a fork → use op-reth v1.9.2 or later',
    ],
    [
      'from release to release across an activated fork',
      between('u19', 'u18', 'opNode', { forks: active('isthmus', 'jovian', 'karst') }),
      'refused: op-node v1.19.7 → v1.18.2: karst is active on the chain, and v1.18.2 does not know it: nothing leads back before a fork → use op-node v1.19.1 or later',
    ],
    [
      'of op-geth on a chain with Karst, whatever its version',
      move('opGeth', 'v1.101702.2', 'v1.101999.0', { forks: active('karst') }),
      'refused: op-geth v1.101702.2 → v1.101999.0: karst is active on the chain, and op-geth of release u18 knows forks up to jovian → use a release that knows karst',
    ],
    [
      'to a release that does not know a fork of which no version is known',
      between('u19', 'u20', 'opNode', { forks: active('karst', 'lagoon') }),
      'refused: op-node v1.19.7 → v1.19.8: lagoon is active on the chain, and op-node of release u20 knows forks up to karst → use a release that knows lagoon',
    ],
    [
      'of a challenger back before contracts that changed the games',
      between('u19', 'u18', 'opChallenger', { generation: 'v7' }),
      'refused: op-challenger v1.9.3 → v1.8.0: the chain has the contracts of op-contracts/v7.0.0 or later, which change the respected game from CANNON to CANNON_KONA (8), and v1.8.0 is older than that → use op-challenger v1.9.3 or later',
    ],
    [
      'of a proposer back before contracts v8',
      move('opProposer', 'v1.16.6', 'v1.16.3', { generation: 'v8' }),
      'refused: op-proposer v1.16.6 → v1.16.3: the chain has the contracts of op-contracts/v8.0.0 or later, which bring games about super roots (types 5 and 9), and v1.16.3 is older than that → use op-proposer v1.16.4 or later',
    ],
    [
      'past a release that has to come before',
      between('u17', 'u18', 'opNode', { wishedRelease: { ...named('u18'), requires: ['acme-1'] } }),
      'refused: release u17 → u18 (op-node v1.16.11 → v1.18.2) skips acme-1, which has to be rolled out before → set spec.release to acme-1 first',
    ],
    [
      'from one execution client to the other',
      {
        ...move('opNode', 'v1.18.2', 'v1.18.2'),
        from: { 'op-geth': 'op-geth:v1.101702.2', 'op-node': 'op-node:v1.18.2' },
        to: { 'op-reth': 'op-reth:v2.2.2', 'op-node': 'op-node:v1.18.2' },
      },
      'refused: the execution client of a node that runs can not become another one (op-geth v1.101702.2 → op-reth v2.2.2): its database is of op-geth → set execution.client back to op-geth, create another OpNode with op-reth, and delete acme when that has caught up',
    ],
  ])('%s', (_, input, expected) => {
    expect(said(input)).toContain(expected);
    for (const problem of checkUpgrade(input).problems) {
      expect(problem).toMatchObject({ type: 'Incompatible', object: `${input.component.kind}/acme` });
    }
  });
});

describe('an upgrade is let through with a word', () => {
  test.each<[string, UpgradeInput, string]>([
    [
      'about a tag that is no version',
      move('opNode', 'v1.18.2', 'stable'),
      'OpNode/acme: op-node registry:5000/op-node:v1.18.2 → registry:5000/op-node:stable: the tag is no version, so what it goes back behind, or skips, is not checked',
    ],
    [
      'about a database that an older client may not read',
      move('opReth', 'v2.5.0', 'v2.4.4'),
      'OpNode/acme: op-reth v2.5.0 → v2.4.4 goes back: an older client may not read the database that a newer one has written, and then has to sync anew. Copy the volume first',
    ],
    [
      'about what an execution client writes otherwise',
      move('opReth', 'v2.5.0', 'v2.8.1'),
      'OpNode/acme: op-reth v2.5.0 → v2.8.1: from v2.6.0 on it writes blocks later (persistence threshold 7 instead of 2, 5 blocks stay in memory): after a crash it replays more of them',
    ],
    [
      'about missed blocks that op-node hands out no more',
      move('opNode', 'v1.19.8', 'v1.20.2'),
      'OpNode/acme: op-node v1.19.8 → v1.20.2: from v1.20.0 on it no longer answers peers that ask for blocks which they have missed: these wait for the next batch',
    ],
    [
      'about the batches that pause',
      move('opBatcher', 'v1.16.7', 'v1.17.0'),
      'OpBatcher/acme: op-batcher v1.16.7 → v1.17.0: op-batcher restarts, and the safe head stands still for 2 to 10 s',
    ],
    [
      'about a challenger that is better, and still too old for the contracts',
      move('opChallenger', 'v1.7.0', 'v1.8.0', { generation: 'v7' }),
      'OpChallenger/acme: op-challenger v1.7.0 → v1.8.0: the chain has the contracts of op-contracts/v7.0.0 or later, for which v1.9.3 is the least',
    ],
    [
      'about contracts that nobody knows, when it goes back',
      move('opChallenger', 'v1.9.3', 'v1.8.0', { generation: 'unknown' }),
      'OpChallenger/acme: op-challenger v1.9.3 → v1.8.0: which contracts the chain has is not known, so whether it still goes with them is not checked',
    ],
    [
      'about a release before it that nobody remembers',
      between('u17', 'u18', 'opNode', {
        formerRelease: undefined,
        wishedRelease: { ...named('u18'), requires: ['u17'] },
      }),
      'OpNode/acme: release u18 wants u17 before it, and nobody knows which release ran last',
    ],
  ])('%s', (_, input, expected) => {
    expect(checkUpgrade(input)).toMatchObject({ problems: [], warnings: [expected] });
  });
});

describe('an upgrade is let through without a word', () => {
  test.each<[string, UpgradeInput]>([
    ['from op-node 1.16.11 to 1.18.2, as it was recorded', between('u17', 'u18', 'opNode')],
    ['and back, with the same fork', between('u18', 'u17', 'opNode')],
    [
      'back before a fork that is only scheduled',
      between('u19', 'u18', 'opNode', { forks: [{ name: 'karst', active: false }] }),
    ],
    ['of a challenger within what the contracts need', between('u19', 'u20', 'opChallenger', { generation: 'v7' })],
    [
      'of a challenger back, on contracts of before the games',
      between('u18', 'u17', 'opChallenger', { generation: 'v4.1' }),
    ],
    [
      'from one registry to another',
      { ...move('opNode', 'v1.18.2', 'v1.18.2'), to: { 'op-node': 'mirror/op-node:v1.18.2' } },
    ],
    [
      'from the release that has to come before, or from a later one',
      between('u18', 'u19', 'opNode', { wishedRelease: { ...named('u19'), requires: ['u18'] } }),
    ],
    [
      'from a later one than that which has to come before',
      between('u19', 'u20', 'opNode', {
        formerRelease: { ...named('u19'), requires: ['u18'] },
        wishedRelease: { ...named('u20'), requires: ['u18'] },
      }),
    ],
    ['back from it', between('u20', 'u19', 'opNode', { wishedRelease: { ...named('u19'), requires: ['u18'] } })],
    ['where nothing changes', move('opNode', 'v1.13.2', 'v1.13.2')],
    [
      'of a shell that unpacks files',
      {
        ...move('opNode', 'v1.18.2', 'v1.18.2'),
        from: { genesis: 'busybox:1.36.0' },
        to: { genesis: 'busybox:1.37.0' },
      },
    ],
    ['of a program that was not there', { ...move('opNode', 'v1.18.2', 'v1.18.2'), from: {} }],
  ])('%s', (_, input) => {
    expect(said(input)).toEqual([]);
  });
});
