import { BackOff } from './back-off.ts';
import { type Clock, sleep } from './clock.ts';
import type { RecordEvent } from './events.ts';
import type { FaultRules } from './faults.ts';

/** Between a failed pull and the status that says that the kubelet waits. */
const SYNC_SECONDS = 2;
/** How often a container that can't be created is tried again. */
export const CONFIG_RETRY_SECONDS = 10;

export interface ImagePull {
  readonly image: string;
  readonly policy: string;
  /** What faults are matched against. */
  readonly container: string;
  /** False for an image that no registry has. */
  readonly exists: boolean;
  readonly faults: FaultRules;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly event: RecordEvent;
  readonly waiting: (reason: string, message: string) => void;
  /** Images that a slow pull has brought to the node. */
  readonly present: Set<string>;
}

/**
 * Waits until the image is on the node, with the recorded states, events and back-off while it is not.
 * @returns false when the signal ended it
 */
export async function pullImage(pull: ImagePull): Promise<boolean> {
  const { image, policy, faults, clock, signal, event, waiting } = pull;
  const backOff = new BackOff(clock);
  while (!signal.aborted) {
    const missing = !pull.exists || faults.find('imageMissing', pull.container) !== undefined;
    if (!missing) return slowPull(pull);
    if (policy === 'Never') {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      event('Warning', 'ErrImageNeverPull', message);
      event('Warning', 'Failed', 'Error: ErrImageNeverPull');
      waiting('ErrImageNeverPull', message);
      await sleep(clock.milliseconds(CONFIG_RETRY_SECONDS), signal);
      continue;
    }
    const message = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
    event('Normal', 'Pulling', `Pulling image "${image}"`);
    event('Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
    event('Warning', 'Failed', 'Error: ErrImagePull');
    waiting('ErrImagePull', message);
    const failedAt = clock.now();
    backOff.advance();
    await sleep(clock.milliseconds(SYNC_SECONDS), signal);
    if (signal.aborted) return false;
    event('Normal', 'BackOff', `Back-off pulling image "${image}"`);
    event('Warning', 'Failed', 'Error: ImagePullBackOff');
    waiting('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${message}`);
    await sleep(clock.milliseconds(backOff.remaining(failedAt)), signal);
  }
  return false;
}

/** Like a large image on a slow line; ends early when the fault is taken back. */
async function slowPull({ image, policy, container, faults, signal, event, present }: ImagePull): Promise<boolean> {
  const start = Date.now();
  for (;;) {
    const rule = faults.find('slowImage', container);
    if (!rule || (present.has(image) && policy !== 'Always')) return !signal.aborted;
    const left = start + rule.milliseconds - Date.now();
    if (left <= 0) break;
    event('Normal', 'Pulling', `Pulling image "${image}"`);
    if (!(await sleep(Math.min(left, 100), signal))) return false;
  }
  present.add(image);
  const took = `${((Date.now() - start) / 1000).toFixed(3)}s`;
  event('Normal', 'Pulled', `Successfully pulled image "${image}" in ${took} (${took} including waiting).`);
  return true;
}
