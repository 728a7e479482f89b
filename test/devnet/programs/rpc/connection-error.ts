/** Codes of OpenSSL for a chain that does not end in an authority that is trusted. */
const UNTRUSTED = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/**
 * Go's words for a connection that could not be made or broke.
 * @param address as dialled, `<ip>:<port>`
 * @param hostname as configured
 */
export function connectionError(error: NodeJS.ErrnoException, address: string, hostname: string): string {
  const { code = '', message } = error;
  const unverified = (why: string) => `tls: failed to verify certificate: x509: ${why}`;
  if (code === 'ECONNREFUSED') return `dial tcp ${address}: connect: connection refused`;
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'EOF';
  if (UNTRUSTED.includes(code)) return unverified('certificate signed by unknown authority');
  if (code === 'CERT_HAS_EXPIRED') return unverified('certificate has expired or is not yet valid');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = [...message.matchAll(/DNS:([^\s,]+)/g)].map(([, name]) => name).join(', ');
    return unverified(`certificate is valid for ${names}, not ${hostname}`);
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO')
    return 'http: server gave HTTP response to HTTPS client';
  return error.name === 'AbortError' ? 'context canceled' : message;
}
