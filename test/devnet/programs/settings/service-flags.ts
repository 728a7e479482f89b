/** Flags that every op-* service with an RPC port has (op-stack.md 2.1). */
export const serviceFlags = (rpcPort: number): string => `
  rpc.addr            string    RPC_ADDR            0.0.0.0
  rpc.port            int       RPC_PORT            ${rpcPort}
  rpc.enable-admin    bool      RPC_ENABLE_ADMIN    false
${observabilityFlags}`;

/** Metrics, profiles and the log. */
export const observabilityFlags = `
  metrics.enabled     bool      METRICS_ENABLED     false
  metrics.addr        string    METRICS_ADDR        0.0.0.0
  metrics.port        int       METRICS_PORT        7300
  pprof.enabled       bool      PPROF_ENABLED       false
  pprof.addr          string    PPROF_ADDR          0.0.0.0
  pprof.port          int       PPROF_PORT          6060
  pprof.path          string    PPROF_PATH          -
  pprof.type          string    PPROF_TYPE          -
  log.level           choice(trace|debug|info|warn|error|crit)          LOG_LEVEL   info
  log.format          choice(text|terminal|logfmt|logfmtms|json|jsonms) LOG_FORMAT  text
  log.color           bool      LOG_COLOR           false
  log.pid             bool      LOG_PID             false
`;

/** Flags of the remote signer. */
export const signerFlags = `
  signer.endpoint     string    SIGNER_ENDPOINT     -
  signer.address      string    SIGNER_ADDRESS      -
  signer.header       list      SIGNER_HEADER       -
  signer.tls.enabled  bool      SIGNER_TLS_ENABLED  true
  signer.tls.ca       string    SIGNER_TLS_CA       tls/ca.crt
  signer.tls.cert     string    SIGNER_TLS_CERT     tls/tls.crt
  signer.tls.key      string    SIGNER_TLS_KEY      tls/tls.key
`;

/** Flags of the transaction manager (op-stack.md 2.1 and appendix A). */
export const txManagerFlags = (confirmations: number, resubmissionTimeout = '48s'): string => `
  mnemonic                          string    MNEMONIC                          -
  hd-path                           string    HD_PATH                           -
  sequencer-hd-path                 string    OP_BATCHER_SEQUENCER_HD_PATH      -
  l2-output-hd-path                 string    OP_PROPOSER_L2_OUTPUT_HD_PATH     -
  private-key                       string    PRIVATE_KEY                       -
  num-confirmations                 uint64    NUM_CONFIRMATIONS                 ${confirmations}
  safe-abort-nonce-too-low-count    uint64    SAFE_ABORT_NONCE_TOO_LOW_COUNT    3
  fee-limit-multiplier              uint64    TXMGR_FEE_LIMIT_MULTIPLIER        5
  txmgr.fee-limit-threshold         float64   TXMGR_FEE_LIMIT_THRESHOLD         100
  txmgr.min-tip-cap                 float64   TXMGR_MIN_TIP_CAP                 1
  txmgr.max-tip-cap                 float64   TXMGR_MAX_TIP_CAP                 0
  txmgr.min-basefee                 float64   TXMGR_MIN_BASEFEE                 1
  txmgr.max-basefee                 float64   TXMGR_MAX_BASEFEE                 0
  txmgr.rebroadcast-interval        duration  TXMGR_REBROADCAST_INTERVAL        12s
  resubmission-timeout              duration  RESUBMISSION_TIMEOUT              ${resubmissionTimeout}
  network-timeout                   duration  NETWORK_TIMEOUT                   10s
  txmgr.retry-interval              duration  TXMGR_RETRY_INTERVAL              1s
  txmgr.max-retries                 uint64    TXMGR_MAX_RETRIES                 10
  txmgr.send-timeout                duration  TXMGR_TX_SEND_TIMEOUT             0s
  txmgr.not-in-mempool-timeout      duration  TXMGR_TX_NOT_IN_MEMPOOL_TIMEOUT   2m
  txmgr.receipt-query-interval      duration  TXMGR_RECEIPT_QUERY_INTERVAL      12s
  txmgr.already-published-custom-errs  list   TXMGR_ALREADY_PUBLISHED_CUSTOM_ERRS  -
  txmgr.cell-proof-time             uint64    TXMGR_CELL_PROOF_TIME             18446744073709551615
  txmgr.blob-tip-cap-dynamic        bool      TXMGR_BLOB_TIP_CAP_DYNAMIC        false
  txmgr.blob-tip-cap-percentile     int       TXMGR_BLOB_TIP_CAP_PERCENTILE     60
  txmgr.blob-tip-cap-range          int       TXMGR_BLOB_TIP_CAP_RANGE          20
`;

/** Choice of the chain and overrides of fork times. */
export const networkFlags = `
  network                      string  NETWORK                      -
  rollup.config                string  ROLLUP_CONFIG                -
  override.canyon              uint64  OVERRIDE_CANYON              -
  override.delta               uint64  OVERRIDE_DELTA               -
  override.ecotone             uint64  OVERRIDE_ECOTONE             -
  override.fjord               uint64  OVERRIDE_FJORD               -
  override.granite             uint64  OVERRIDE_GRANITE             -
  override.holocene            uint64  OVERRIDE_HOLOCENE            -
  override.isthmus             uint64  OVERRIDE_ISTHMUS             -
  override.jovian              uint64  OVERRIDE_JOVIAN              -
  override.karst               uint64  OVERRIDE_KARST               -
  override.lagoon              uint64  OVERRIDE_LAGOON              -
  override.interop             uint64  OVERRIDE_INTEROP             -
  override.pectrablobschedule  uint64  OVERRIDE_PECTRABLOBSCHEDULE  -
`;

/** Flags of alternative data availability. */
export const altDaFlags = `
  altda.enabled                      bool      ALTDA_ENABLED                      false
  altda.da-server                    string    ALTDA_DA_SERVER                    -
  altda.verify-on-read               bool      ALTDA_VERIFY_ON_READ               true
  altda.da-service                   bool      ALTDA_DA_SERVICE                   false
  altda.put-timeout                  duration  ALTDA_PUT_TIMEOUT                  30s
  altda.get-timeout                  duration  ALTDA_GET_TIMEOUT                  30s
  altda.max-concurrent-da-requests   uint64    ALTDA_MAX_CONCURRENT_DA_REQUESTS   1
`;
