/** An op-node that answers as a test says, at an address and port of a pod; with the words that were recorded of the real one. */
import { NODE_RPC } from '../../src/render/ports.ts';
import { type Answer, answering, recorded } from '../chain/answering-server.ts';
import { reserveLoopbackAddress } from '../devnet/kubelet/loopback-address.ts';

/**
 * `error`: every question is answered with an error. `hang`: none is answered. `starts`: its references are all zero, as
 * for a moment after every start.
 */
export type Mood = 'answers' | 'error' | 'hang' | 'starts';

interface SyncStatus {
  readonly unsafe_l2: { readonly number: number; readonly hash: string; readonly timestamp: number };
}

/** What happens to an order besides being done: `hang`: it is done, and nobody is told; `deaf`: neither. */
export type Hearing = 'hang' | 'deaf' | undefined;

export interface OpNode extends AsyncDisposable {
  readonly ip: string;
  /** Methods that it was asked for, oldest first. */
  readonly asked: string[];
  sequences: boolean;
  mood: Mood;
  /** Blocks by which its unsafe head is newer than recorded. */
  ahead: number;
  /** When its head was made, seconds since the epoch; else as recorded, long ago. */
  headTime: number | undefined;
  /** Called before it answers. */
  onAsked: (method: string) => Promise<void>;
  /** Its unsafe head, instead of the recorded one. It starts on no other block then. */
  head: { readonly number: number; readonly hash: string } | undefined;
  /** Runs without `--sequencer.enabled`. */
  isReplica: boolean;
  /** Called when it is told to start, before it does. */
  onStart: () => Promise<Hearing>;
  /** Called when it is told to stop, before it does. */
  onStop: () => Promise<Hearing>;
}

/** Number of the head of one that is not ahead, as recorded. */
export const RECORDED_HEAD = (recorded('op-node-1.16.11', 'syncStatus-standby').response.result as SyncStatus).unsafe_l2
  .number;

export async function opNodeAt(seed: string, sequences: boolean, mood: Mood = 'answers'): Promise<OpNode> {
  const address = await reserveLoopbackAddress(`op-node ${seed}`);
  const asked: string[] = [];
  const status = recorded('op-node-1.16.11', 'syncStatus-standby').response.result as SyncStatus;

  function unsafeHead(): SyncStatus['unsafe_l2'] {
    const { number, hash, ...rest } = { ...status.unsafe_l2, timestamp: node.headTime ?? status.unsafe_l2.timestamp };
    if (node.mood === 'starts') return { ...rest, number: 0, hash: `0x${'00'.repeat(32)}` };
    if (node.head) return { ...rest, ...node.head };
    return { ...rest, number: number + node.ahead, hash: node.ahead === 0 ? hash : `0x${'22'.repeat(32)}` };
  }

  async function answer(method: string, [wanted]: readonly unknown[]): Promise<Answer> {
    const say = (response: object): Answer => ({ body: { jsonrpc: '2.0', id: 1, ...response } });
    const refuse = (message: string) => say({ error: { code: -32000, message } });
    if (node.mood === 'hang') return 'hang';
    if (node.mood === 'error') return refuse('context deadline exceeded');
    switch (method) {
      case 'admin_sequencerActive':
        return say({ result: node.sequences });
      case 'optimism_syncStatus':
        return say({ result: { ...status, unsafe_l2: unsafeHead() } });
      case 'admin_stopSequencer': {
        if (!node.sequences) return refuse('sequencer not running');
        const hearing = await node.onStop();
        if (hearing !== 'deaf') node.sequences = false;
        return hearing ? 'hang' : say({ result: node.head?.hash ?? `0x${'11'.repeat(32)}` });
      }
      case 'admin_startSequencer': {
        if (node.isReplica) return refuse('sequencer is not enabled');
        if (node.sequences) return refuse('sequencer already running');
        const { head } = node;
        if (head && head.hash !== wanted)
          return refuse(`block hash does not match: head ${head.hash}:${head.number}, received ${wanted}`);
        const hearing = await node.onStart();
        if (hearing !== 'deaf') node.sequences = true;
        return hearing ? 'hang' : say({ result: null });
      }
      default:
        return say({ error: { code: -32601, message: `the method ${method} does not exist/is not available` } });
    }
  }

  const server = await answering(
    async ({ body }) => {
      asked.push(body?.method ?? '');
      await node.onAsked(body?.method ?? '');
      return answer(body?.method ?? '', body?.params ?? []);
    },
    { host: address.ip, port: NODE_RPC.number },
  );
  const node: OpNode = {
    ip: address.ip,
    asked,
    sequences,
    mood,
    ahead: 0,
    headTime: undefined,
    head: undefined,
    isReplica: false,
    onAsked: async () => undefined,
    onStart: async () => undefined,
    onStop: async () => undefined,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      address.release();
    },
  };
  return node;
}
