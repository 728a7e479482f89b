/** Somebody else who wants a field of a managed object otherwise, and sets it back each time: an autoscaler, a GitOps tool. */
import { waitUntil } from '../devnet/servers/wait-until.ts';

/** For as long as anybody watches a fight. */
const PATIENCE_MS = 1_800_000;

export interface Rival {
  /** How often it has set the field. */
  readonly times: () => number;
  stop(): Promise<void>;
}

export interface RivalOptions {
  /** Whether the field is as the rival wants it. */
  readonly isContent: () => Promise<boolean>;
  readonly set: () => Promise<void>;
}

export function startRival({ isContent, set }: RivalOptions): Rival {
  let times = 0;
  let stopped = false;
  const run = async () => {
    for (;;) {
      await waitUntil(
        'somebody has set the field otherwise',
        async () => (stopped || !(await isContent()) ? true : undefined),
        PATIENCE_MS,
      );
      if (stopped) return;
      await set();
      times += 1;
    }
  };
  const running = run();
  return {
    times: () => times,
    async stop() {
      stopped = true;
      await running;
    },
  };
}
