import type { Program } from '../program.ts';
import type { Clock } from './clock.ts';
import type { RecordEvent } from './events.ts';
import type { FaultRules } from './faults.ts';
import type { Pod } from './pod-object.ts';
import type { PodSandbox } from './pod-sandbox.ts';

/** What a pod gives to its containers. */
export interface ContainerHost {
  readonly clock: Clock;
  readonly faults: FaultRules;
  readonly programs: Readonly<Record<string, Program>>;
  /** Images that a slow pull has brought to the node. */
  readonly presentImages: Set<string>;
  readonly sandbox: PodSandbox;
  readonly event: RecordEvent;
  /** Aborts when the pod ends. */
  readonly ending: AbortSignal;
  readonly pod: () => Pod;
  readonly resolve: (host: string) => Promise<string | undefined>;
  /** The record of a container has changed. */
  readonly changed: () => void;
  /** Something that no program may do. */
  readonly problem: (message: string) => void;
}
