/** An op-node that answers as a test says, at an address and port of a pod; with the words that were recorded of the real one. */
import { NODE_RPC } from '../../src/render/ports.ts';
import { type Answer, answering, recorded } from '../chain/answering-server.ts';
import { reserveLoopbackAddress } from '../devnet/kubelet/loopback-address.ts';

/** `error`: every question is answered with an error. `hang`: none is answered. */
export type Mood = 'answers' | 'error' | 'hang';

export interface OpNode extends AsyncDisposable {
  readonly ip: string;
  /** Methods that it was asked for, oldest first. */
  readonly asked: string[];
  sequences: boolean;
  mood: Mood;
  /** When its head was made, seconds since the epoch; else as recorded, long ago. */
  headTime: number | undefined;
  /** Called when it is told to start, before it does; `hang`: it starts and does not say so. */
  onStart: () => Promise<'hang' | undefined>;
}

export async function opNodeAt(seed: string, sequences: boolean, mood: Mood = 'answers'): Promise<OpNode> {
  const address = await reserveLoopbackAddress(`op-node ${seed}`);
  const asked: string[] = [];
  const head = recorded('op-node-1.16.11', 'syncStatus-standby').response.result as {
    unsafe_l2: { timestamp: number };
  };

  async function answer(method: string): Promise<Answer> {
    const say = (response: object): Answer => ({ body: { jsonrpc: '2.0', id: 1, ...response } });
    const refuse = (message: string) => say({ error: { code: -32000, message } });
    if (node.mood === 'hang') return 'hang';
    if (node.mood === 'error') return refuse('context deadline exceeded');
    switch (method) {
      case 'admin_sequencerActive':
        return say({ result: node.sequences });
      case 'optimism_syncStatus':
        return say({
          result: {
            ...head,
            unsafe_l2: { ...head.unsafe_l2, timestamp: node.headTime ?? head.unsafe_l2.timestamp },
          },
        });
      case 'admin_stopSequencer':
        if (!node.sequences) return refuse('sequencer not running');
        node.sequences = false;
        return say({ result: `0x${'11'.repeat(32)}` });
      case 'admin_startSequencer': {
        if (node.sequences) return refuse('sequencer already running');
        const silence = await node.onStart();
        node.sequences = true;
        return silence ?? say({ result: null });
      }
      default:
        return say({ error: { code: -32601, message: `the method ${method} does not exist/is not available` } });
    }
  }

  const server = await answering(
    ({ body }) => {
      asked.push(body?.method ?? '');
      return answer(body?.method ?? '');
    },
    { host: address.ip, port: NODE_RPC.number },
  );
  const node: OpNode = {
    ip: address.ip,
    asked,
    sequences,
    mood,
    headTime: undefined,
    onStart: async () => undefined,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      address.release();
    },
  };
  return node;
}
