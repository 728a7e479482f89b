import type { Version } from '../version.ts';
import { type Flag, flagTable } from './flag-table.ts';
import { serviceFlags } from './service-flags.ts';

/** Flags of op-signer (infra/op-signer/config.go). */
export const opSignerFlags = (version: Version): readonly Flag[] =>
  flagTable(
    'OP_SIGNER',
    version,
    `${serviceFlags(8545)}
  config       string  SERVICE_CONFIG  config.yaml
  tls.enabled  bool    TLS_ENABLED     true
  tls.ca       string  TLS_CA          tls/ca.crt
  tls.cert     string  TLS_CERT        tls/tls.crt
  tls.key      string  TLS_KEY         tls/tls.key
`,
  );
