/** What an op-signer and its clients have as files: certificates of one authority, keys, and who may use which. */
import { createPrivateKey } from 'node:crypto';
import { computeAddress, SigningKey } from 'ethers';
import { stringify } from 'yaml';
import { createAuthority } from '../../servers/pki.ts';

export interface SignerRow {
  /** DNS name in the certificate of the client. */
  readonly client: string;
  readonly privateKey: string;
  readonly chainID?: number;
  readonly toAddresses?: readonly string[];
  readonly maxValue?: string;
  /** Where it is not the address of the key, as after a mistake. */
  readonly fromAddress?: string;
}

/** `ca.crt`, `tls.crt` and `tls.key`, as a Secret of type kubernetes.io/tls has them. */
export type TlsFiles = Readonly<Record<'ca.crt' | 'tls.crt' | 'tls.key', string>>;

export interface SignerFiles {
  /** Of the server: its certificate, `config.yaml` and the keys, all for {@link SIGNER_FOLDER}. */
  readonly server: Readonly<Record<string, string>>;
  client(dnsName: string): Promise<TlsFiles>;
}

/** Where the server has its files. */
export const SIGNER_FOLDER = '/signer';
export const SIGNER_PORT = 8080;

/** @param host name under which clients reach the server */
export async function makeSignerFiles(host: string, rows: readonly SignerRow[]): Promise<SignerFiles> {
  const authority = await createAuthority('signer-ca');
  const serving = await authority.server(host, { dns: [host], ip: [] });
  const auth = rows.map(({ client, privateKey, fromAddress, ...row }, index) => ({
    name: client,
    key: `${SIGNER_FOLDER}/key-${index}.pem`,
    fromAddress: fromAddress ?? computeAddress(privateKey),
    ...row,
  }));
  return {
    server: {
      'ca.crt': authority.certificate,
      'tls.crt': serving.certificate,
      'tls.key': serving.key,
      'config.yaml': stringify({ provider: 'LOCAL', auth }),
      ...Object.fromEntries(rows.map(({ privateKey }, index) => [`key-${index}.pem`, sec1(privateKey)])),
    },
    async client(dnsName) {
      const { certificate, key } = await authority.program(dnsName);
      return { 'ca.crt': authority.certificate, 'tls.crt': certificate, 'tls.key': key };
    },
  };
}

/** Settings of the server. */
export const signerEnv: Readonly<Record<string, string>> = {
  OP_SIGNER_SERVICE_CONFIG: `${SIGNER_FOLDER}/config.yaml`,
  OP_SIGNER_RPC_PORT: String(SIGNER_PORT),
  OP_SIGNER_TLS_CA: `${SIGNER_FOLDER}/ca.crt`,
  OP_SIGNER_TLS_CERT: `${SIGNER_FOLDER}/tls.crt`,
  OP_SIGNER_TLS_KEY: `${SIGNER_FOLDER}/tls.key`,
};

/** A private key as a PEM file, as `openssl ecparam -name secp256k1 -genkey` makes it. */
function sec1(privateKey: string): string {
  const point = Buffer.from(new SigningKey(privateKey).publicKey.slice(4), 'hex');
  const coordinate = (from: number) => point.subarray(from, from + 32).toString('base64url');
  const d = Buffer.from(privateKey.replace(/^0x/, ''), 'hex').toString('base64url');
  const jwk = { kty: 'EC', crv: 'secp256k1', d, x: coordinate(0), y: coordinate(32) };
  return String(createPrivateKey({ key: jwk, format: 'jwk' }).export({ type: 'sec1', format: 'pem' }));
}
