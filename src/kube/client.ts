/**
 * The operator's Kubernetes client: raw JSON over pooled connections, server-side apply, paged lists, watches. Every
 * request has a time-out and takes an AbortSignal. Writes are never retried here: whoever writes knows whether a second
 * attempt is safe.
 */
import { type KubeconfigOptions, loadCredentialSource } from './credentials.ts';
import { isKubeStatus, isNotFound } from './errors.ts';
import { type KubeObject, type ResourceRef, type ResourceType, refOf, withType } from './objects.ts';
import { createResourceLookup, resourcePath } from './resources.ts';
import { createTransport, type RequestSample, type Transport, type TransportRequest } from './transport.ts';
import { decodeWatchStream, type WatchEvent } from './watch-stream.ts';

const DEFAULT_TIMEOUT_MS = 15_000;
const DEFAULT_PAGE_SIZE = 500;
/** How often a list that expired between two pages is started again with pages before it is read in one piece. */
const PAGED_LIST_ATTEMPTS = 2;

const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const METADATA_OBJECT = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

export interface RequestControl {
  readonly signal?: AbortSignal | undefined;
  /** Default: the client's time-out. */
  readonly timeoutMs?: number | undefined;
}

export interface Selection {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Only `metadata` of each object: less for the API server to send and for us to keep. */
  readonly metadataOnly?: boolean | undefined;
}

export interface ListControl extends Selection, RequestControl {
  /** Objects per page; all pages are read. Default 500. */
  readonly limit?: number | undefined;
}

export interface WriteControl extends RequestControl {
  readonly fieldManager?: string | undefined;
  readonly subresource?: 'status' | undefined;
  /** Everything happens but the write; the answer is what the object would be. */
  readonly dryRun?: boolean | undefined;
  /** What becomes of fields that the schema does not have. Absent: they are dropped. */
  readonly fieldValidation?: 'Strict' | undefined;
}

export interface ApplyControl extends RequestControl {
  readonly fieldManager: string;
  /** Take fields that other managers own. */
  readonly force?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly subresource?: 'status' | undefined;
}

export interface DeleteControl extends RequestControl {
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan' | undefined;
  /** The object is deleted only while these hold; else KubeApiError 409. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
  readonly gracePeriodSeconds?: number | undefined;
}

export interface WatchControl extends Selection {
  /** Where to start: the version of a list, of an event or of a bookmark. */
  readonly resourceVersion: string;
  /** After how many seconds the server ends the stream. */
  readonly serverTimeoutSeconds: number;
  /** Ends the stream. Give each watch its own. */
  readonly signal: AbortSignal;
}

export interface RawRequest extends RequestControl {
  readonly query?: TransportRequest['query'];
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

export interface KubeList<T> {
  readonly items: T[];
  readonly resourceVersion: string;
}

/**
 * All methods throw {@link KubeApiError} when the server refused, {@link KubeUnreachableError} when nobody answered,
 * and the signal's reason when the caller aborted.
 */
export interface KubeClient {
  /** Base URL of the API server. */
  readonly server: string;
  /** @returns undefined when the object does not exist */
  get<T extends KubeObject>(ref: ResourceRef, control?: RequestControl): Promise<T | undefined>;
  /** Reads all pages, at one resource version. */
  list<T extends KubeObject>(type: ResourceType, control?: ListControl): Promise<KubeList<T>>;
  create<T extends KubeObject>(object: T, control?: WriteControl): Promise<T>;
  /** Optimistic: fails with 409 when the object is not at its `resourceVersion` any more. */
  replace<T extends KubeObject>(object: T, control?: WriteControl): Promise<T>;
  /** @returns false when the object did not exist */
  delete(ref: ResourceRef, control?: DeleteControl): Promise<boolean>;
  /**
   * Server-side apply. Send the full intent every time: owned fields that are left out are removed. Creates the object
   * when it is missing; give `metadata.uid` to refuse that, or a successor of the same name, with 409.
   * A field that is not in the schema fails the whole apply (status 500, not retryable).
   */
  apply<T extends KubeObject>(object: KubeObject, control: ApplyControl): Promise<T>;
  mergePatch<T extends KubeObject>(ref: ResourceRef, body: unknown, control?: WriteControl): Promise<T>;
  jsonPatch<T extends KubeObject>(
    ref: ResourceRef,
    operations: readonly JsonPatchOperation[],
    control?: WriteControl,
  ): Promise<T>;
  /** One watch, until the server or `signal` ends it. Use a reflector unless one stream is really what is wanted. */
  watch(type: ResourceType, control: WatchControl): Promise<AsyncIterable<WatchEvent>>;
  /** Anything else, e.g. `raw('GET', '/readyz')`. @returns status below 400 and the body's text */
  raw(
    method: TransportRequest['method'],
    path: string,
    request?: RawRequest,
  ): Promise<{ status: number; text: string }>;
  /** Ends all requests and watches. */
  close(): Promise<void>;
}

export interface KubeClientOptions extends KubeconfigOptions {
  /** Milliseconds for one request from sending to the end of the answer. Default 15,000. */
  readonly timeoutMs?: number | undefined;
  /** Called after each request, for metrics. */
  readonly onRequest?: ((sample: RequestSample) => void) | undefined;
}

/**
 * Makes a client from `KUBECONFIG`, `~/.kube/config` or the pod's service account. Does no I/O but reading those files.
 * @throws KubeConfigError when there is no usable configuration
 */
export function createKubeClient(options: KubeClientOptions = {}): KubeClient {
  const transport = createTransport({
    credentials: loadCredentialSource(options),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    onRequest: options.onRequest,
  });
  return clientOver(transport);
}

function clientOver(transport: Transport): KubeClient {
  const lookup = createResourceLookup(async (path) => {
    const { text } = await transport.request({ method: 'GET', path });
    return JSON.parse(text);
  });

  async function pathOf(type: ResourceType, name?: string, subresource?: string): Promise<string> {
    return resourcePath(type, await lookup(type), name, subresource);
  }

  async function send<T>(request: TransportRequest): Promise<T> {
    const { text } = await transport.request(request);
    return JSON.parse(text) as T;
  }

  async function patch<T>(
    ref: ResourceRef,
    contentType: string,
    body: unknown,
    control: WriteControl,
    force?: boolean,
  ) {
    const { subresource } = control;
    return send<T>({
      method: 'PATCH',
      path: await pathOf(ref, ref.name, subresource),
      query: { ...writeQuery(control), force },
      contentType,
      body,
      ...controlOf(control),
      what: describe(contentType === APPLY ? 'apply' : 'patch', ref, subresource),
    });
  }

  /** All pages, or undefined when the list expired between two of them. */
  async function listPages<T extends KubeObject>(
    type: ResourceType,
    control: ListControl,
    limit: number | undefined,
  ): Promise<KubeList<T> | undefined> {
    const path = await pathOf(type);
    const items: T[] = [];
    let continueToken: string | undefined;
    for (;;) {
      let page: ListBody<T>;
      try {
        page = await send<ListBody<T>>({
          method: 'GET',
          path,
          query: { ...selectionQuery(control), limit, continue: continueToken },
          ...(control.metadataOnly === true ? { accept: METADATA_LIST } : {}),
          ...controlOf(control),
          what: describe('list', type),
        });
      } catch (error) {
        if (continueToken !== undefined && isKubeStatus(error, 410)) return undefined;
        throw error;
      }
      for (const item of page.items ?? []) items.push(withType(item, type));
      continueToken = page.metadata.continue || undefined;
      if (continueToken === undefined) return { items, resourceVersion: page.metadata.resourceVersion };
    }
  }

  return {
    server: transport.server,
    async get<T extends KubeObject>(ref: ResourceRef, control: RequestControl = {}) {
      try {
        const path = await pathOf(ref, ref.name);
        return await send<T>({ method: 'GET', path, ...controlOf(control), what: describe('get', ref) });
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async list<T extends KubeObject>(type: ResourceType, control: ListControl = {}) {
      for (let attempt = 0; attempt < PAGED_LIST_ATTEMPTS; attempt++) {
        const pages = await listPages<T>(type, control, control.limit ?? DEFAULT_PAGE_SIZE);
        if (pages !== undefined) return pages;
      }
      const whole = await listPages<T>(type, control, undefined);
      if (whole === undefined) throw new Error(`list ${type.kind}: the server paged a list that asked for no pages`);
      return whole;
    },
    async create<T extends KubeObject>(object: T, control: WriteControl = {}) {
      const ref = refOf(object);
      return send<T>({
        method: 'POST',
        path: await pathOf(ref),
        query: writeQuery(control),
        body: object,
        ...controlOf(control),
        what: describe('create', ref),
      });
    },
    async replace<T extends KubeObject>(object: T, control: WriteControl = {}) {
      const ref = refOf(object);
      return send<T>({
        method: 'PUT',
        path: await pathOf(ref, ref.name, control.subresource),
        query: writeQuery(control),
        body: object,
        ...controlOf(control),
        what: describe('replace', ref, control.subresource),
      });
    },
    async delete(ref, control = {}) {
      const { propagationPolicy, preconditions, gracePeriodSeconds } = control;
      try {
        await transport.request({
          method: 'DELETE',
          path: await pathOf(ref, ref.name),
          body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy, preconditions, gracePeriodSeconds },
          ...controlOf(control),
          what: describe('delete', ref),
        });
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },
    async apply<T extends KubeObject>(object: KubeObject, control: ApplyControl) {
      // The server refuses an apply that carries managedFields, and what was read always does.
      const { managedFields: _, ...metadata } = object.metadata;
      return patch<T>(refOf(object), APPLY, { ...object, metadata }, control, control.force);
    },
    async mergePatch<T extends KubeObject>(ref: ResourceRef, body: unknown, control: WriteControl = {}) {
      return patch<T>(ref, 'application/merge-patch+json', body, control);
    },
    async jsonPatch<T extends KubeObject>(
      ref: ResourceRef,
      operations: readonly JsonPatchOperation[],
      control: WriteControl = {},
    ) {
      return patch<T>(ref, 'application/json-patch+json', operations, control);
    },
    async watch(type, control) {
      const chunks = await transport.stream({
        method: 'GET',
        path: await pathOf(type),
        query: {
          ...selectionQuery(control),
          watch: true,
          allowWatchBookmarks: true,
          resourceVersion: control.resourceVersion,
          timeoutSeconds: control.serverTimeoutSeconds,
        },
        ...(control.metadataOnly === true ? { accept: METADATA_OBJECT } : {}),
        signal: control.signal,
        what: describe('watch', type),
      });
      return decodeWatchStream(chunks, type);
    },
    raw: (method, path, request = {}) => transport.request({ method, path, ...request }),
    close: () => transport.close(),
  };
}

/** JSON is valid YAML, so the body needs no YAML library. */
const APPLY = 'application/apply-patch+yaml';

interface ListBody<T> {
  readonly items?: T[];
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

function controlOf(control: RequestControl): Pick<TransportRequest, 'signal' | 'timeoutMs'> {
  return { signal: control.signal, timeoutMs: control.timeoutMs };
}

function writeQuery({ fieldManager, dryRun, fieldValidation }: WriteControl): TransportRequest['query'] {
  return { fieldManager, dryRun: dryRun === true ? 'All' : undefined, fieldValidation };
}

function selectionQuery({ labelSelector, fieldSelector }: Selection): TransportRequest['query'] {
  return { labelSelector, fieldSelector };
}

function describe(verb: string, ref: ResourceType & { readonly name?: string }, subresource?: string): string {
  const object = ref.name === undefined ? ref.kind : `${ref.kind} ${ref.name}`;
  const where = ref.namespace === undefined ? '' : ` in namespace ${ref.namespace}`;
  return `${verb} ${subresource === undefined ? '' : `${subresource} of `}${object}${where}`;
}
