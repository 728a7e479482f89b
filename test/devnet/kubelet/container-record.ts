import type { ContainerKind, ContainerState, Terminated } from './pod-object.ts';

/** What the runner knows of one container of a pod; the status is computed from it. */
export interface ContainerRecord {
  readonly kind: ContainerKind;
  readonly name: string;
  readonly image: string;
  state: ContainerState;
  lastTerminated: Terminated | undefined;
  /** Empty until a container was created once. */
  imageID: string;
  containerID: string | undefined;
  restartCount: number;
  started: boolean;
  ready: boolean;
}
