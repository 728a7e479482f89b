import type { Version } from '../version.ts';
import { type Flag, flagTable } from './flag-table.ts';
import { altDaFlags, serviceFlags, signerFlags, txManagerFlags } from './service-flags.ts';

/** Flags of op-batcher (op-stack.md 2.4 and appendix A). */
export const opBatcherFlags = (version: Version): readonly Flag[] =>
  flagTable(
    'OP_BATCHER',
    version,
    `${serviceFlags(8545)}${signerFlags}${txManagerFlags(10)}${altDaFlags}
  l1-eth-rpc                        string    L1_ETH_RPC                        -
  l2-eth-rpc                        list      L2_ETH_RPC                        -
  rollup-rpc                        list      ROLLUP_RPC                        -
  sub-safety-margin                 uint64    SUB_SAFETY_MARGIN                 10
  poll-interval                     duration  POLL_INTERVAL                     6s
  max-pending-tx                    uint64    MAX_PENDING_TX                    1
  max-channel-duration              uint64    MAX_CHANNEL_DURATION              0
  max-l1-tx-size-bytes              uint64    MAX_L1_TX_SIZE_BYTES              120000
  max-blocks-per-span-batch         int       MAX_BLOCKS_PER_SPAN_BATCH         0
  target-num-frames                 int       TARGET_NUM_FRAMES                 1
  approx-compr-ratio                float64   APPROX_COMPR_RATIO                0.6
  compressor                        choice(none|ratio|shadow)  COMPRESSOR       shadow
  compression-algo                  choice(zlib|brotli|brotli-9|brotli-10|brotli-11)  COMPRESSION_ALGO  zlib
  stopped                           bool      STOPPED                           false
  batch-type                        uint      BATCH_TYPE                        0
  data-availability-type            choice(calldata|blobs|auto)  DATA_AVAILABILITY_TYPE  calldata
  active-sequencer-check-duration   duration  ACTIVE_SEQUENCER_CHECK_DURATION   5s
  check-recent-txs-depth            int       CHECK_RECENT_TXS_DEPTH            0
  wait-node-sync                    bool      WAIT_NODE_SYNC                    false
  throttle.additional-endpoints     list      THROTTLE_ADDITIONAL_ENDPOINTS     -
  throttle.tx-size-lower-limit      uint64    THROTTLE_TX_SIZE_LOWER_LIMIT      150
  throttle.tx-size-upper-limit      uint64    THROTTLE_TX_SIZE_UPPER_LIMIT      20000
  throttle.block-size-lower-limit   uint64    THROTTLE_BLOCK_SIZE_LOWER_LIMIT   2000
  throttle.block-size-upper-limit   uint64    THROTTLE_BLOCK_SIZE_UPPER_LIMIT   130000
  throttle.controller-type          choice(step|linear|quadratic|pid)  THROTTLE_CONTROLLER_TYPE  quadratic
  throttle.unsafe-da-bytes-lower-threshold  uint64  THROTTLE_UNSAFE_DA_BYTES_LOWER_THRESHOLD  3200000
  throttle.unsafe-da-bytes-upper-threshold  uint64  THROTTLE_UNSAFE_DA_BYTES_UPPER_THRESHOLD  12800000
  throttle.pid-kp                   float64   THROTTLE_PID_KP                   0.33
  throttle.pid-ki                   float64   THROTTLE_PID_KI                   0.01
  throttle.pid-kd                   float64   THROTTLE_PID_KD                   0.05
  throttle.pid-integral-max         float64   THROTTLE_PID_INTEGRAL_MAX         1000
  throttle.pid-output-max           float64   THROTTLE_PID_OUTPUT_MAX           1
  throttle.pid-sample-time          duration  THROTTLE_PID_SAMPLE_TIME          2s
`,
  );
