/** Connection to Temporal, and what must be true of the server before anything is started on it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import type { Settings } from './settings.ts';

type TemporalSettings = Pick<
  Settings,
  'temporalAddress' | 'temporalNamespace' | 'temporalTlsCert' | 'temporalTlsKey' | 'temporalTlsCa'
>;

/** Absolute path of the payload converter, for client, worker, workflow bundle and replay alike. */
export const PAYLOAD_CONVERTER_PATH = createRequire(import.meta.url).resolve(
  import.meta.url.endsWith('.ts') ? './payload-converter.ts' : './payload-converter.js',
);

function tls(settings: TemporalSettings) {
  const { temporalTlsCa: ca, temporalTlsCert: cert, temporalTlsKey: key } = settings;
  if (!ca && !cert) return {};
  return {
    tls: {
      ...(ca ? { serverRootCACertificate: readFileSync(ca) } : {}),
      ...(cert && key ? { clientCertPair: { crt: readFileSync(cert), key: readFileSync(key) } } : {}),
    },
  };
}

/** gRPC waits up to two minutes between attempts by itself; pokes must flow again soon after the server is back. */
const RECONNECT = {
  'grpc.initial_reconnect_backoff_ms': 500,
  'grpc.min_reconnect_backoff_ms': 500,
  'grpc.max_reconnect_backoff_ms': 5000,
};

/** A client that connects when it is first used, so that the process starts without Temporal and says that it waits. */
export function createTemporalClient(settings: TemporalSettings): Client {
  const connection = Connection.lazy({ address: settings.temporalAddress, channelArgs: RECONNECT, ...tls(settings) });
  return new Client({
    connection,
    namespace: settings.temporalNamespace,
    dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER_PATH },
  });
}

export function connectWorker(settings: TemporalSettings): Promise<NativeConnection> {
  return NativeConnection.connect({ address: settings.temporalAddress, ...tls(settings) });
}

/** temporal.api.enums.v1.IndexedValueType, as numbers: the package that names them does not load as an ES module. */
const TYPES = { KEYWORD: 2, BOOL: 5 } as const;

/**
 * Registers our search attributes and compares them with the server's list: adding one that exists with another type
 * is answered with success, and an upsert of a missing one wedges the workflow.
 * @throws Error with the command that registers what is missing
 */
export async function ensureSearchAttributes(client: Client, namespace: string): Promise<void> {
  const connection = client.connection as Connection;
  const wanted = Object.entries(SEARCH_ATTRIBUTES).map(
    ([name, type]) => [name, type === 'BOOL' ? TYPES.BOOL : TYPES.KEYWORD] as const,
  );
  const before = await registered(connection, namespace);
  const missing = wanted.filter(([name]) => before[name] === undefined);
  if (missing.length > 0) {
    try {
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing),
      });
    } catch (error) {
      throw new Error(
        `search attributes ${missing.map(([name]) => name).join(', ')} are missing in Temporal namespace ${namespace} and could not be added ` +
          `(${error instanceof Error ? error.message : String(error)}); add them with: ` +
          missing
            .map(
              ([name]) =>
                `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${typeName(name)}`,
            )
            .join(' && '),
      );
    }
  }
  const after = await registered(connection, namespace);
  for (const [name, type] of wanted) {
    if (after[name] === type) continue;
    throw new Error(
      after[name] === undefined
        ? `search attribute ${name} was added to Temporal namespace ${namespace} but is not listed yet; it is tried again`
        : `search attribute ${name} of Temporal namespace ${namespace} has another type than ${typeName(name)}: remove it (temporal operator search-attribute remove --name ${name}) or use another namespace`,
    );
  }
}

async function registered(connection: Connection, namespace: string): Promise<Record<string, number>> {
  const answer = await connection.operatorService.listSearchAttributes({ namespace });
  return answer.customAttributes ?? {};
}

function typeName(name: string): string {
  return SEARCH_ATTRIBUTES[name as keyof typeof SEARCH_ATTRIBUTES] === 'BOOL' ? 'Bool' : 'Keyword';
}
