/** Errors of the command line: what, why, and the next command. */
import { ROLES } from '../api/names.ts';
import { OperatorError } from '../contract/failures.ts';
import { KubeApiError, KubeConfigError, KubeUnreachableError } from '../kube/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface CliErrorFields {
  readonly what: string;
  readonly why?: string;
  /** What to do next, best a command to copy. */
  readonly next?: string;
  readonly exitCode?: ExitCode;
}

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly why: string | undefined;
  readonly next: string | undefined;
  readonly exitCode: ExitCode;

  constructor({ what, why, next, exitCode = EXIT.failed }: CliErrorFields, options?: ErrorOptions) {
    super(what, options);
    this.why = why;
    this.next = next;
    this.exitCode = exitCode;
  }
}

/** Any error as one that can be shown. */
export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof OperatorError) return new CliError({ what: error.message, next: error.fix }, { cause: error });
  if (error instanceof KubeConfigError) {
    return new CliError(
      { what: error.message, next: 'opstack --kubeconfig <file> --context <name> …' },
      { cause: error },
    );
  }
  if (error instanceof KubeUnreachableError) {
    return new CliError(
      {
        what: 'The API server does not answer',
        why: error.message,
        next: 'kubectl cluster-info; for approve, reject, retry, … also --via temporal',
      },
      { cause: error },
    );
  }
  if (error instanceof KubeApiError) return refused(error);
  return new CliError({ what: error instanceof Error ? error.message : String(error) }, { cause: error });
}

function refused(error: KubeApiError): CliError {
  if (error.status === 401) {
    return new CliError(
      { what: 'The API server does not know you', why: error.message, next: 'log in again, then kubectl auth whoami' },
      { cause: error },
    );
  }
  if (error.status === 403) {
    return new CliError(
      {
        what: 'You may not do that',
        why: error.message,
        next: `kubectl auth can-i --list; ask for the ClusterRole ${ROLES.approver} or ${ROLES.editor}`,
      },
      { cause: error },
    );
  }
  if (error.status === 404 && /the server could not find the requested resource/i.test(error.message)) {
    return new CliError(
      {
        what: 'The cluster does not have the OP Stack kinds',
        why: error.message,
        next: 'opstack crds | kubectl apply -f -',
      },
      { cause: error },
    );
  }
  return new CliError({ what: 'The API server refused', why: error.message }, { cause: error });
}
