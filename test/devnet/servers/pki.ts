/** The certificates of the devnet. Made in this process: no openssl needed on a bare machine. */
import 'reflect-metadata'; // @peculiar/x509 refuses to load without it
import { generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000;

export interface PemPair {
  certificate: string;
  key: string;
}

export interface CertificateAuthority extends PemPair {
  /** Serving certificate for the given DNS names and IP addresses. */
  server(commonName: string, names: { dns: readonly string[]; ip: readonly string[] }): Promise<PemPair>;
  /** Client certificate that the API server reads as this user with these groups. */
  client(user: string, groups: readonly string[]): Promise<PemPair>;
  /** Client certificate of a program, which op-signer knows by its DNS name. */
  program(dnsName: string): Promise<PemPair>;
}

/** A new authority with its own key. */
export async function createAuthority(commonName: string): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...serialAndValidity(),
      name: [{ CN: [commonName] }],
      keys,
      signingAlgorithm: EC,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto,
  );
  const issue = async (
    subject: x509.JsonName,
    usage: x509.ExtendedKeyUsage,
    more: x509.Extension[],
  ): Promise<PemPair> => {
    const own = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.create(
      {
        ...serialAndValidity(),
        subject,
        issuer: root.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: EC,
        extensions: [
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([usage]),
          await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
          ...more,
        ],
      },
      webcrypto,
    );
    return { certificate: certificate.toString('pem'), key: await keyPem(own.privateKey) };
  };
  return {
    certificate: root.toString('pem'),
    key: await keyPem(keys.privateKey),
    server: (name, { dns, ip }) =>
      issue([{ CN: [name] }], x509.ExtendedKeyUsage.serverAuth, [
        new x509.SubjectAlternativeNameExtension([
          ...dns.map((value) => ({ type: 'dns' as const, value })),
          ...ip.map((value) => ({ type: 'ip' as const, value })),
        ]),
      ]),
    client: (user, groups) =>
      issue([...groups.map((group) => ({ O: [group] })), { CN: [user] }], x509.ExtendedKeyUsage.clientAuth, []),
    program: (value) =>
      issue([{ CN: [value] }], x509.ExtendedKeyUsage.clientAuth, [
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value }]),
      ]),
  };
}

/** Key pair that signs service account tokens (RSA: what the controller-manager expects). */
export function serviceAccountKeys(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
}

function serialAndValidity(): { serialNumber: string; notBefore: Date; notAfter: Date } {
  const now = Date.now();
  // The first bit must be 0, or the number would be negative, which Go refuses.
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return {
    serialNumber: serial.toString('hex'),
    notBefore: new Date(now - 60_000),
    notAfter: new Date(now + TEN_YEARS_MS),
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}
