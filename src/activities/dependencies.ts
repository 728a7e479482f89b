/** What activities need from outside, made once at start and handed in, so that tests can hand in their own. */
import type { Logger } from 'pino';
import type { Registry } from '../catalogue/registry.ts';
import type { EventRecorder, KubeClient } from '../kube/index.ts';
import type { Redactor } from './redaction.ts';

export interface ActivityDependencies {
  /** Cluster id of this installation; an activity for another one fails before any I/O. */
  readonly cluster: string;
  readonly kube: KubeClient;
  readonly events: EventRecorder;
  readonly logger: Logger;
  readonly redactor: Redactor;
  /** Chains that the programs know by name. */
  readonly registry: Registry;
  /** Where the installation's own objects live (its key for tokens and derived identities). */
  readonly operatorNamespace: string;
  /** Base URL of Temporal's UI for links in status; absent: no links. */
  readonly temporalUiUrl?: string;
  readonly temporalNamespace: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called before and after each step and each effect, with the step's id; tests end or freeze the process here. */
  readonly reached: (point: string, step?: string) => Promise<void>;
}
