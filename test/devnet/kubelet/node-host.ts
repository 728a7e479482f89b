import type { KubeClient } from '../../../src/kube/index.ts';
import type { Program } from '../program.ts';
import type { Clock } from './clock.ts';
import type { FaultRules } from './faults.ts';
import type { NodeConnection } from './node-connection.ts';
import type { Pod } from './pod-object.ts';
import type { Service } from './service-links.ts';

/** What the node gives to its pods. */
export interface NodeHost {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly faults: FaultRules;
  readonly programs: Readonly<Record<string, Program>>;
  /** Images that a slow pull has brought to the node. */
  readonly presentImages: Set<string>;
  readonly connection: NodeConnection;
  /** Aborts when the runner is stopped. */
  readonly off: AbortSignal;
  readonly nodeName: string;
  readonly hostIP: string;
  /** Folder for volumes, logs and the like. */
  readonly dir: string;
  services(): Service[];
  /** Folder of the volume that a claim is bound to. @throws {MountError} */
  claimFolder(claim: string): Promise<string>;
  resolve(pod: Pod, podIP: string, host: string): Promise<string | undefined>;
  /** Each line of each container. */
  log(line: string): void;
  /** Something that no program and no pod may do. */
  problem(message: string): void;
}
