/** Flags of `op-reth node` that take a value, and those that do not (2.x; op-reth was read about, never run). */
const VALUES = `chain datadir config instance http.addr http.port http.api http.corsdomain ws.addr ws.port ws.origins
  ws.api authrpc.addr authrpc.port authrpc.jwtsecret ipcpath metrics rollup.sequencer rollup.sequencer-http
  rollup.sequencer-ws rollup.historicalrpc rollup.discovery.v4 builder.deadline builder.interval builder.gaslimit
  builder.extradata builder.max-tasks proofs-history.storage-path proofs-history.storage-version
  proofs-history.window engine.cross-block-cache-size engine.persistence-threshold engine.memory-block-buffer-target
  max-outbound-peers max-inbound-peers max-peers nat addr port bootnodes trusted-peers p2p-secret-key
  p2p-secret-key-hex discovery.addr discovery.port discovery.v5.addr discovery.v5.port identity net-if
  db.log-level db.max-size db.growth-step db.max-readers storage.v2 static-files.blocks-per-file.headers
  rpc.max-connections rpc.max-request-size rpc.max-response-size rpc.gascap rpc.txfeecap rpc.max-logs-per-response
  rpc.max-blocks-per-filter rpc.eth-proof-window rpc.proof-permits rpc-cache.max-blocks rpc-cache.max-receipts
  txpool.pending-max-count txpool.pending-max-size txpool.max-account-slots txpool.pricebump txpool.gas-limit
  txpool.minimal-protocol-fee txpool.minimum-priority-fee txpool.lifetime
  log.stdout.format log.stdout.filter log.file.format log.file.filter log.file.directory log.file.name
  log.file.max-size log.file.max-files log.journald.filter color verbosity tracing-otlp tracing-otlp.filter`;
const SWITCHES = `http ws ipcdisable full archive rollup.disable-tx-pool-gossip rollup.compute-pending-block
  rollup.enable-tx-conditional disable-discovery d disable-dns-discovery disable-discv4-discovery
  enable-discv5-discovery disable-nat trusted-only proofs-history auth-ipc disable-auth-server dev log.journald
  quiet q v vv vvv vvvv vvvvv db.exclusive txpool.nolocals http.disable-compression engine.legacy-state-root
  engine.disable-caching-and-prewarming engine.state-root-fallback with-unused-ports`;

const set = (names: string) => new Set(names.trim().split(/\s+/));
const values = set(VALUES);
const switches = set(SWITCHES);

/** What clap says about a command line that op-reth does not take. */
export class RethArgumentError extends Error {}

/** Parses the arguments after `node`. @throws RethArgumentError */
export function parseRethArguments(argv: readonly string[]): ReadonlyMap<string, string> {
  const parsed = new Map<string, string>();
  const rest = [...argv];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [, name = '', inline] = /^--?([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    if (argument.startsWith('-') && switches.has(name) && inline === undefined) {
      parsed.set(name, 'true');
      continue;
    }
    if (!argument.startsWith('--') || !values.has(name)) {
      throw new RethArgumentError(`error: unexpected argument '${argument.split('=')[0]}' found`);
    }
    const value = inline ?? rest.shift();
    if (value === undefined) {
      throw new RethArgumentError(`error: a value is required for '--${name} <VALUE>' but none was supplied`);
    }
    parsed.set(name, value);
  }
  return parsed;
}
