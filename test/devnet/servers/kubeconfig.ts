import { stringify } from 'yaml';
import type { PemPair } from './pki.ts';

/** Text of a kubeconfig with one cluster, one user and one context. */
export function kubeconfig(
  cluster: { server: string; ca: string },
  user: string,
  credential: { token: string } | PemPair,
): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'devnet', cluster: { server: cluster.server, 'certificate-authority-data': base64(cluster.ca) } },
    ],
    users: [
      {
        name: user,
        user:
          'token' in credential
            ? { token: credential.token }
            : {
                'client-certificate-data': base64(credential.certificate),
                'client-key-data': base64(credential.key),
              },
      },
    ],
    contexts: [{ name: 'devnet', context: { cluster: 'devnet', user } }],
    'current-context': 'devnet',
  });
}
