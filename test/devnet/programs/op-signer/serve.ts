import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import { answerRequest, json, listen } from '../rpc/server.ts';
import { SetupError } from '../service/setup-error.ts';
import type { Settings } from '../settings/settings.ts';
import { watchCertificate } from '../signer/certificate-files.ts';
import { type SignerParts, signerMethods } from './methods.ts';

/**
 * Serves the signer's API. A client may show no certificate, as the kubelet's probes do, and is not answered then; whose
 * certificate is of another authority can not connect at all.
 */
export async function serveSigner(
  process: Process,
  settings: Settings,
  log: Log,
  parts: SignerParts,
  hanging: () => boolean,
): Promise<void> {
  const server = settings.bool('tls.enabled') ? secureServer(process, settings, log) : createHttpServer();
  server.on('request', (request: IncomingMessage, response) => {
    const client = clientOf(request);
    answerRequest(request, response, {
      methods: 'name' in client ? signerMethods(parts, client.name) : {},
      get: (path) => (path === '/healthz' ? json({ version: parts.version }) : undefined),
      refuse: () => ('refused' in client && request.url !== '/healthz' ? client.refused : undefined),
      hanging,
    });
  });
  const address = settings.string('rpc.addr');
  const port = settings.number('rpc.port');
  await listen(process, server, { address, port });
  log.info('Started op-signer RPC server', { addr: `https://${address}:${port}` });
}

function secureServer(process: Process, settings: Settings, log: Log): Server {
  let ca: Buffer;
  try {
    ca = process.context.readFile(settings.string('tls.ca'));
  } catch {
    throw new SetupError('rpc error: failed to read tls ca cert: '); // the real one does not say more either
  }
  const paths = { cert: settings.string('tls.cert'), key: settings.string('tls.key') };
  const options = { ca, requestCert: true, rejectUnauthorized: false };
  const pair = watchCertificate(process, log, paths, (renewed) => server.setSecureContext({ ca, ...renewed }));
  const server = createHttpsServer({ ...options, ...pair() });
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.getPeerX509Certificate() !== undefined && !socket.authorized) socket.destroy();
  });
  return server;
}

/** A client is who the first DNS name of its certificate says. */
function clientOf({ socket }: IncomingMessage): { readonly name: string } | { readonly refused: string } {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (certificate === undefined) return { refused: 'client certificate was not provided' };
  const name = /DNS:([^\s,]+)/.exec(certificate.subjectAltName ?? '')?.[1];
  return name === undefined
    ? { refused: 'client certificate verified but did not contain DNS SAN extension' }
    : { name };
}
