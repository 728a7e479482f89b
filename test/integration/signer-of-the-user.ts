/** An op-signer that the user runs in the chain's namespace: a StatefulSet and a Service that are none of the operator's. */
import type { KubeObject } from '../../src/kube/index.ts';
import {
  makeSignerFiles,
  SIGNER_FOLDER,
  SIGNER_PORT,
  type SignerFiles,
  type SignerRow,
  signerEnv,
} from '../devnet/programs/testing/signer-files.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { patch } from './cluster-objects.ts';
import type { Devnet } from './devnet.ts';

export const SIGNER = 'signer';
export const SIGNER_URL = `https://${SIGNER}:${SIGNER_PORT}`;

export interface UsersSigner {
  /** Creates or renews the Secret with a client certificate. */
  putCertificate(secret: string, dnsName: string): Promise<void>;
  /** Starts it anew with other rows; certificates that were given out stay good. */
  configure(change: (rows: readonly SignerRow[]) => readonly SignerRow[]): Promise<void>;
  scale(replicas: 0 | 1): Promise<void>;
  /** How many transactions it has signed for a client since it was started. */
  signedFor(client: string): number;
}

const labels = { app: SIGNER };

/** Applies its objects with no pod. */
export async function prepareSigner(devnet: Devnet, first: readonly SignerRow[]): Promise<UsersSigner> {
  const { chain, namespace } = devnet;
  let rows = first;
  const files = await makeSignerFiles(SIGNER, rows);
  const storeFiles = (content: SignerFiles['server']) => chain.apply(secretOf(namespace, SIGNER, content));
  const scale = (replicas: number) => patch(devnet, 'StatefulSet', SIGNER, { spec: { replicas } }, 'user');
  await storeFiles(files.server);
  await chain.apply(...objectsOf(namespace));
  return {
    async putCertificate(secret, dnsName) {
      await chain.apply(secretOf(namespace, secret, await files.client(dnsName)));
    },
    async configure(change) {
      rows = change(rows);
      const { 'config.yaml': config = '' } = (await makeSignerFiles(SIGNER, rows)).server;
      await storeFiles({ ...files.server, 'config.yaml': config });
      await scale(0);
      await waitUntil('its pod is gone', async () => ((await podOf(devnet)) === undefined ? true : undefined), 60_000);
      await scale(1);
    },
    scale,
    signedFor: (client) =>
      chain.runner
        .logs(`${SIGNER}-0`)
        .filter((line) => line.includes('msg="Signed transaction"') && line.includes(`client.name=${client} `)).length,
  };
}

const podOf = ({ chain, namespace }: Devnet) =>
  chain.kube.get({ apiVersion: 'v1', kind: 'Pod', namespace, name: `${SIGNER}-0` });

function secretOf(namespace: string, name: string, stringData: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData };
}

function objectsOf(namespace: string): KubeObject[] {
  const metadata = { name: SIGNER, namespace };
  const ports = [{ name: 'rpc', port: SIGNER_PORT }];
  const container = {
    name: SIGNER,
    image: 'registry.example/op-signer:v1.6.2',
    command: ['op-signer'],
    env: Object.entries(signerEnv).map(([name, value]) => ({ name, value })),
    ports: [{ name: 'rpc', containerPort: SIGNER_PORT }],
    readinessProbe: { httpGet: { scheme: 'HTTPS', port: 'rpc', path: '/healthz' }, periodSeconds: 2 },
    volumeMounts: [{ name: 'files', mountPath: SIGNER_FOLDER, readOnly: true }],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
  const spec = {
    securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 5,
    containers: [container],
    volumes: [{ name: 'files', secret: { secretName: SIGNER } }],
  };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, ...{ spec: { selector: labels, ports } } },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata,
      ...{
        spec: {
          serviceName: SIGNER,
          replicas: 0,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec },
        },
      },
    },
  ];
}
