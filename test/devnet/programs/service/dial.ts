import type { Log } from '../log.ts';
import { canConnect } from '../op-node/startup.ts';
import type { Process } from '../process.ts';

export const DIAL_ATTEMPTS = 30;

/**
 * Waits until something listens; the messages differ by what is missing (recorded).
 * @param milliseconds how long the program waits in all
 */
export async function dialFor(process: Process, log: Log, milliseconds: number, url: string): Promise<boolean> {
  for (let attempt = 0; attempt < DIAL_ATTEMPTS; attempt += 1) {
    if (await canConnect(process, url)) return true;
    log.warn('failed to dial address, but may connect later', { addr: url });
    if (!(await process.sleep(milliseconds / DIAL_ATTEMPTS))) return false;
  }
  return false;
}
