/** Remembers which ports of a pod are bound to 127.0.0.1 only: in a pod nobody outside reaches them. */
export class PodPorts {
  readonly #ip: string;
  readonly #loopbackOnly = new Set<number>();

  constructor(ip: string) {
    this.#ip = ip;
  }

  /** Where to listen instead. @throws EADDRNOTAVAIL for an address that the pod does not have */
  listen(address: string, port: number): { host: string; port: number } {
    const own = ['', '0.0.0.0', '::', '[::]', this.#ip].includes(address);
    if (!own && !isLoopback(address)) {
      throw Object.assign(new Error(`EADDRNOTAVAIL: cannot assign requested address, listen ${address}:${port}`), {
        code: 'EADDRNOTAVAIL',
      });
    }
    if (own) this.#loopbackOnly.delete(port);
    else this.#loopbackOnly.add(port);
    return { host: this.#ip, port };
  }

  isLoopbackOnly(port: number): boolean {
    return this.#loopbackOnly.has(port);
  }
}

/** What `localhost` means inside of a pod. */
export function isLoopback(host: string): boolean {
  return ['localhost', '127.0.0.1', '::1', '[::1]'].includes(host);
}
