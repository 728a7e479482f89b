/**
 * What can go wrong between us and the API server. Two classes, because callers decide two things: the server refused
 * (and why), or nobody answered (and nothing is known about the effect).
 */

/** One reason of a refusal, from `Status.details.causes`: which field, what is wrong with it. */
export interface KubeErrorCause {
  readonly field?: string;
  readonly reason?: string;
  readonly message?: string;
}

interface KubeApiErrorFields {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly causes?: readonly KubeErrorCause[];
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * Server-side apply answers a field that is not in the schema, or of another type, with 500 and without a reason,
 * whatever `fieldValidation` says (seen on 1.34). No retry mends that.
 */
const SCHEMA_MISMATCH = /failed to create typed (patch|live) object/;

/** The API server answered with an error status. `message` is its own sentence, prefixed by what was asked. */
export class KubeApiError extends Error {
  override readonly name = 'KubeApiError';
  /** HTTP status, or the `code` of a `Status` object that came inside a watch. */
  readonly status: number;
  /** Kubernetes reason, e.g. `Conflict`, `Invalid`, `Forbidden`, `AlreadyExists`, `Expired`; `''` when it sent none. */
  readonly reason: string;
  readonly causes: readonly KubeErrorCause[];
  /** Seconds to wait before the next attempt, when the server named them (`Retry-After`). */
  readonly retryAfterSeconds: number | undefined;
  /** Whether the same request can succeed later without anybody changing it. */
  readonly retryable: boolean;

  constructor(fields: KubeApiErrorFields, options?: ErrorOptions) {
    super(fields.message, options);
    this.status = fields.status;
    this.reason = fields.reason;
    this.causes = fields.causes ?? [];
    this.retryAfterSeconds = fields.retryAfterSeconds;
    this.retryable = isRetryableStatus(fields.status) && !SCHEMA_MISMATCH.test(fields.message);
  }
}

/** No answer: refused, reset, timed out, or a certificate that does not fit. The effect of a write is unknown. */
export class KubeUnreachableError extends Error {
  override readonly name = 'KubeUnreachableError';
  readonly retryable = true;
}

/** The kubeconfig is missing, unreadable or names something that is not in it. Nothing was sent. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
  readonly retryable = false;
}

/** Whether `error` is the server's answer with one of these statuses. */
export function isKubeStatus(error: unknown, ...statuses: number[]): error is KubeApiError {
  return error instanceof KubeApiError && statuses.includes(error.status);
}

/**
 * Whether the server says that the object does not exist. A bare 404, without its reason, says nothing about objects:
 * the path is not served (a missing CRD), or something else than an API server has answered.
 */
export function isNotFound(error: unknown): boolean {
  return isKubeStatus(error, 404) && error.reason === 'NotFound';
}

/** What a ValidatingAdmissionPolicy said when it refused; undefined: something else is wrong. */
export function refusalOfPolicy(error: unknown, policy: string): string | undefined {
  if (!isKubeStatus(error, 403, 422)) return undefined;
  const denied = /ValidatingAdmissionPolicy '([^']+)' with binding '[^']*' denied request: (.*)/s.exec(error.message);
  return denied?.[1] === policy ? denied[2] : undefined;
}

function isRetryableStatus(status: number): boolean {
  // 401: tokens rotate, and the next attempt reads them anew.
  return status === 401 || status === 408 || status === 409 || status === 429 || status >= 500;
}

interface StatusBody {
  kind?: unknown;
  code?: unknown;
  reason?: unknown;
  message?: unknown;
  details?: { causes?: KubeErrorCause[]; retryAfterSeconds?: unknown };
}

/**
 * Makes the error of an answer.
 * @param what the request in words, e.g. `PATCH statefulsets/acme in namespace chains`
 * @param body the answer's text; normally a `Status` object, but proxies and `/readyz` answer in plain text
 * @param retryAfter value of the `Retry-After` header (seconds or an HTTP date)
 */
export function kubeApiError(what: string, status: number, body: string, retryAfter?: string): KubeApiError {
  const parsed = parseStatus(body);
  const seconds = retryAfterSeconds(retryAfter) ?? asSeconds(parsed?.details?.retryAfterSeconds);
  const reason = typeof parsed?.reason === 'string' ? parsed.reason : '';
  const hint =
    status === 404 && parsed === undefined ? ' (not served here: is the CRD installed, the server right?)' : '';
  const text = typeof parsed?.message === 'string' ? parsed.message : `${body.trim().slice(0, 500)}${hint}`;
  return new KubeApiError({
    status,
    reason,
    message: `${what}: ${status}${reason === '' ? '' : ` ${reason}`}${text === '' ? '' : `: ${text}`}`,
    causes: parsed?.details?.causes ?? [],
    retryAfterSeconds: seconds,
  });
}

function parseStatus(body: string): StatusBody | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && (parsed as StatusBody).kind === 'Status'
      ? (parsed as StatusBody)
      : undefined;
  } catch {
    return undefined;
  }
}

function retryAfterSeconds(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return asSeconds(seconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}

function asSeconds(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}
