import { describe, expect, it } from 'vitest';
import { engineReady } from '../../../src/plan/gates/engine-ready.ts';
import { at, context, failed, GENESIS_HASH, node, ok } from './scene.ts';

const subject = { node: 'acme' };
const head = { number: 3, hash: GENESIS_HASH, timestamp: 0 };

describe('engine-ready', () => {
  it('passes when the execution client has the chain id and block 0', () => {
    const verdict = engineReady([at(0, { nodes: [node('acme-0')] })], context({ subject }));
    expect(verdict).toEqual({ outcome: 'pass', message: 'the execution client of acme-0 answers, head 5,000' });
  });

  it.each([
    ['chain id', { chainId: 10, head, genesisHash: GENESIS_HASH, syncing: false }, 'chain id 10, the network 901'],
    [
      'block 0',
      { chainId: 901, head, genesisHash: `0x${'0b'.repeat(32)}`, syncing: false },
      `block 0 of acme-0 is 0x${'0b'.repeat(32)}`,
    ],
  ])('fails on another %s', (_, el, message) => {
    const verdict = engineReady([at(0, { nodes: [node('acme-0', { el: ok(el) })] })], context({ subject }));
    expect(verdict).toMatchObject({
      outcome: 'fail',
      reason: 'ChainMismatch',
      message: expect.stringContaining(message),
    });
  });

  it('asks for the block that the chain begins with, which an execution client that syncs may not have yet', () => {
    const chain = { genesisNumber: 105_235_063 };
    const judge = (el: object) =>
      engineReady([at(0, { nodes: [node('acme-0', { el: ok({ chainId: 901, head, syncing: true, ...el }) })] })], {
        ...context({ subject, chain }),
      });
    expect(judge({ genesisHash: GENESIS_HASH }).outcome).toBe('pass');
    expect(judge({})).toMatchObject({
      outcome: 'wait',
      message: expect.stringContaining('does not have block 105,235,063 yet'),
    });
    expect(judge({ genesisHash: `0x${'0b'.repeat(32)}` })).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('block 105,235,063 of acme-0 is 0x0b'),
    });
  });

  it('waits while there is no pod', () => {
    expect(engineReady([at(0)], context({ subject }))).toEqual({ outcome: 'wait', message: 'acme has no pod yet' });
  });

  it('waits while one of several pods does not answer', () => {
    const nodes = [node('acme-0'), node('acme-1', { el: failed() })];
    expect(engineReady([at(0, { nodes })], context({ subject }))).toMatchObject({
      outcome: 'wait',
      message: 'the execution client of acme-1 does not answer (connect ECONNREFUSED)',
    });
  });

  it('asks only the pod that it is about', () => {
    const nodes = [node('acme-0', { el: failed() }), node('acme-1')];
    expect(engineReady([at(0, { nodes })], context({ subject: { node: 'acme', pod: 'acme-1' } })).outcome).toBe('pass');
  });
});
