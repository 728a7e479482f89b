import type { BlockSigner, Signer } from '../api/signer.ts';
import { fromSecret, setting } from './environment.ts';
import type { Copies } from './input.ts';
import type { EnvVar, Volume, VolumeMount } from './manifest.ts';

const TLS_VOLUME = 'signer-tls';
const TLS_PATH = '/secrets/signer-tls';

export interface RenderedSigner {
  readonly env: EnvVar[];
  readonly volumes: Volume[];
  readonly volumeMounts: VolumeMount[];
}

/**
 * How a program signs: by a key (`keyVariable`), by a mnemonic, or by a remote signer.
 *
 * The certificate of a remote signer is the one Secret of the user's that is mounted as it is: it is renewed under its
 * name every few weeks, and the programs read it anew without a restart. Which key signs is said by the address.
 */
export function renderSigner(
  prefix: string,
  keyVariable: string,
  signer: Signer | BlockSigner,
  copies: Copies,
): RenderedSigner {
  const { secretKeyRef, remote } = signer;
  if (remote !== undefined) return remoteSigner(prefix, remote);
  if (secretKeyRef !== undefined) {
    return {
      env: [fromSecret(keyVariable, copies.secret(secretKeyRef.name, secretKeyRef.key))],
      volumes: [],
      volumeMounts: [],
    };
  }
  const { mnemonicSecretRef, hdPath } = 'mnemonicSecretRef' in signer ? signer : {};
  if (mnemonicSecretRef === undefined) return { env: [], volumes: [], volumeMounts: [] };
  const mnemonic = fromSecret(`${prefix}_MNEMONIC`, copies.secret(mnemonicSecretRef.name, mnemonicSecretRef.key));
  return { env: [mnemonic, ...setting(`${prefix}_HD_PATH`, hdPath)], volumes: [], volumeMounts: [] };
}

function remoteSigner(prefix: string, { endpoint, address, tls }: NonNullable<Signer['remote']>): RenderedSigner {
  const env = [
    ...setting(`${prefix}_SIGNER_ENDPOINT`, endpoint),
    ...setting(`${prefix}_SIGNER_ADDRESS`, address),
    ...setting(`${prefix}_SIGNER_TLS_ENABLED`, tls !== undefined),
  ];
  if (tls === undefined) return { env, volumes: [], volumeMounts: [] };
  return {
    env: [
      ...env,
      ...setting(`${prefix}_SIGNER_TLS_CA`, `${TLS_PATH}/ca.crt`),
      ...setting(`${prefix}_SIGNER_TLS_CERT`, `${TLS_PATH}/tls.crt`),
      ...setting(`${prefix}_SIGNER_TLS_KEY`, `${TLS_PATH}/tls.key`),
    ],
    volumes: [secretVolume(TLS_VOLUME, tls.secretName)],
    volumeMounts: [{ name: TLS_VOLUME, mountPath: TLS_PATH, readOnly: true }],
  };
}

/** Readable for the group of the pod only. Never optional: op-node makes up a JWT secret of its own when the file is missing. */
export function secretVolume(name: string, secretName: string, items?: Record<string, string>): Volume {
  return {
    name,
    secret: {
      secretName,
      defaultMode: 0o440,
      ...(items === undefined ? {} : { items: Object.entries(items).map(([key, path]) => ({ key, path })) }),
    },
  };
}
