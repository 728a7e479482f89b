import type { Version } from '../version.ts';
import { type Flag, flagTable } from './flag-table.ts';

const strings = (names: string) =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => `${name} string ${variable(name)} -`);
const bools = (names: string) =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => `${name} bool ${variable(name)} false`);
const variable = (name: string) => (name.split(',')[0] ?? name).toUpperCase().replace(/[.-]/g, '_');

/**
 * Flags of op-geth 1.1017xx. Each has the variable `GETH_<NAME>`, except tx-pool gossip, whose variable is named
 * otherwise than the flag (pods-observed.md 2.2).
 */
export const gethFlags = (version: Version): readonly Flag[] =>
  flagTable(
    'GETH',
    version,
    [
      ...strings(`datadir datadir.ancient datadir.minfreedisk keystore usb-path config bootnodes netrestrict nodekey nodekeyhex nat
        discovery.dns identity http.addr http.api http.vhosts http.corsdomain http.rpcprefix ws.addr ws.api ws.origins ws.rpcprefix
        authrpc.addr authrpc.vhosts authrpc.jwtsecret ipcpath jspath exec preload miner.extradata miner.gasprice miner.pending.feeRecipient
        miner.recommit gpo.maxprice gpo.ignoreprice txpool.locals txpool.journal txpool.rejournal txpool.lifetime blobpool.datadir
        metrics.addr metrics.influxdb.endpoint log.format log.vmodule log.file rpc.evmtimeout rpc.txfeecap state.scheme db.engine
        cache.trie.journal vmtrace rollup.sequencerhttp,rollup.sequencer rollup.historicalrpc rollup.historicalrpctimeout
        rollup.interoprpc rollup.halt op-network,beta.op-network override.genesis gcmode syncmode`),
      ...bools(`http ws ipcdisable graphql nodiscover discovery.v4,discv4 discovery.v5,discv5 mine metrics metrics.expensive metrics.influxdb
        dev nousb usb mainnet sepolia holesky hoodi allow-insecure-unlock rpc.allow-unprotected-txs rpc.enabledeprecatedpersonal
        snapshot txpool.nolocals cache.noprefetch cache.preimages pprof fakepow nocompaction vmdebug
        rollup.computependingblock rollup.enabletxpooladmission rollup.superchain-upgrades log.json log.rotate
        history.logs.disable`),
      ...'networkid port http.port ws.port authrpc.port discovery.port maxpeers maxpendpeers metrics.port cache cache.database cache.gc cache.trie cache.snapshot cache.blocklogs fdlimit history.transactions history.state gpo.blocks gpo.percentile miner.gaslimit pprof.port verbosity rpc.gascap rpc.batch-request-limit rpc.batch-response-max-size rpc.logquerylimit txpool.pricelimit txpool.pricebump txpool.accountslots txpool.globalslots txpool.accountqueue txpool.globalqueue blobpool.datacap bloomfilter.size log.maxsize dev.period'
        .split(' ')
        .map((name) => `${name} int ${variable(name)} ${defaults[name] ?? 0}`),
      ...'canyon ecotone fjord granite holocene isthmus jovian interop prague osaka verkle'
        .split(' ')
        .map((fork) => `override.${fork} uint64 OVERRIDE_${fork.toUpperCase()} -`),
      'rollup.disabletxpoolgossip,rollup.txpool-disable-gossip bool ROLLUP_TXPOOL_DISABLE_GOSSIP false',
      'history.chain string HISTORY_CHAIN all',
      'remotedb string REMOTEDB -',
    ].join('\n'),
  );

const defaults: Readonly<Record<string, number>> = {
  networkid: 0,
  port: 30303,
  'http.port': 8545,
  'ws.port': 8546,
  'authrpc.port': 8551,
  'metrics.port': 6060,
  maxpeers: 50,
};
