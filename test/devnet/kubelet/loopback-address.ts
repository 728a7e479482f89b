import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Who listens here owns the address. A socket needs no clean-up: the kernel gives it back when the process dies, and
 * two processes can't have the same one. Outside the ephemeral range, and no program of a pod uses it.
 */
const RESERVATION_PORT = 61_007;
const ATTEMPTS = 64;

export interface ReservedAddress {
  readonly ip: string;
  release(): void;
}

/**
 * Reserves an address of 127.0.0.0/8 that nobody else on this machine has, outside 127.0.0.0/16.
 * @param seed the same seed gives the same address while that is free
 */
export async function reserveLoopbackAddress(seed: string): Promise<ReservedAddress> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const ip = candidate(`${seed} ${attempt}`);
    const server = createServer((socket) => socket.destroy()).unref();
    try {
      server.listen({ host: ip, port: RESERVATION_PORT });
      await once(server, 'listening');
      return { ip, release: () => void server.close() };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) {
        throw new Error(
          `can't listen on ${ip}: the pod runner needs all of 127.0.0.0/8 on the loopback interface, as Linux has it`,
          { cause: error },
        );
      }
    }
  }
  throw new Error(`no free loopback address after ${ATTEMPTS} attempts; are there leftovers of earlier runs?`);
}

function candidate(seed: string): string {
  const [a = 0, b = 0, c = 0] = createHash('sha256').update(seed).digest();
  return `127.${1 + (a % 254)}.${b}.${1 + (c % 254)}`;
}
