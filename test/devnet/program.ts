/**
 * The contract between the pod runner (`kubelet/`) and a simulated program (op-node, op-geth, …).
 *
 * A program runs inside the test process. It sees only what its container would see: the command line, the
 * environment, mounted files, its own address, DNS and the two signals. Everything it does stops when `kill` aborts.
 */
export interface ProgramContext {
  /** `command` followed by `args`, after `$(VAR)` expansion. Where the pod has no `command`, the arguments only. */
  readonly argv: readonly string[];
  /** What the pod spec asks for, and nothing else: no variable of this process is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Tag of the image, e.g. `v1.16.11`; `latest` when the image has none. */
  readonly imageTag: string;
  readonly pod: { readonly namespace: string; readonly name: string; readonly uid: string; readonly ip: string };
  readonly container: string;
  /** Content of a file by its path in the container. Throws ENOENT as the real program would see it. */
  readFile(path: string): Buffer;
  /**
   * Path on this machine for a path on a writable volume of the container.
   * Throws EROFS on the read-only root and on read-only volumes, EACCES on a root that is writable for root only,
   * ENOSPC while the volume is full: ask again before each write.
   */
  hostPath(path: string): string;
  /**
   * Where to listen for an address that the program was configured with. `0.0.0.0`, `127.0.0.1` and the pod's own
   * address all become the pod's loopback address; the runner remembers ports that were asked for on 127.0.0.1 only,
   * and refuses probes to them.
   */
  listen(address: string, port: number): { host: string; port: number };
  /**
   * Cluster DNS for dialling. `localhost` and `127.0.0.1` → the pod's own address;
   * `<pod>.<headless>[.<ns>[.svc[.cluster.local]]]` → that pod, if it is ready or the Service publishes unready ones;
   * `<service>[.<ns>…]` and cluster IPs of Services → a ready pod behind it; other plain addresses unchanged.
   * @returns undefined where real DNS says NXDOMAIN
   */
  resolve(host: string): Promise<string | undefined>;
  /** Appends one line to the container's log. */
  log(line: string): void;
  /** SIGTERM: finish and resolve. */
  readonly terminate: AbortSignal;
  /** SIGKILL: everything must stop at once, nothing may be written any more. */
  readonly kill: AbortSignal;
}

/**
 * Resolves with the exit code. A rejection is a crash: its message goes to the log and the exit code is 2.
 * `commands` are the file names that the image has in its PATH; a pod whose `command` is none of them fails as it would
 * in life. Without it every command is accepted.
 */
export type Program = ((context: ProgramContext) => Promise<number>) & { readonly commands?: readonly string[] };
