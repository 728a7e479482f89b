/** The rules of OpNode. */
import { casesOf, KEY, REMOTE, type RuleCase, SIGNER } from './rule-case.ts';

const SEQUENCER = { 'spec.role': 'Sequencer', 'spec.sequencer': { signer: SIGNER } };

const node = casesOf('OpNode');

export const NODE_RULE_CASES: readonly RuleCase[] = [
  node(
    'a sequencer is one pod',
    { ...SEQUENCER, 'spec.replicas': 1 },
    { ...SEQUENCER, 'spec.replicas': 2 },
    'spec.replicas: a sequencer is one pod',
  ),
  node(
    'a sequencer has a signer',
    SEQUENCER,
    { 'spec.role': 'Sequencer' },
    'spec.sequencer: sequencer goes with role: Sequencer',
  ),
  node(
    'a replica has no sequencer settings',
    {},
    { 'spec.sequencer': { signer: SIGNER } },
    'spec.sequencer: sequencer goes with role: Sequencer',
  ),
  node(
    'a sequencer forwards to nobody',
    { 'spec.sequencerRef': { name: 'acme-sequencer' } },
    { ...SEQUENCER, 'spec.sequencerRef': { name: 'acme-sequencer' } },
    'spec.sequencerRef: sequencerRef is for replicas',
  ),
  node(
    "a sequencer's admin RPC is on",
    { ...SEQUENCER, 'spec.consensus.rpc': { enableAdmin: true } },
    { ...SEQUENCER, 'spec.consensus.rpc': { enableAdmin: false } },
    'spec.consensus.rpc.enableAdmin: consensus.rpc.enableAdmin cannot be false',
  ),
  node(
    'a sequencer has the API that the batcher needs',
    { ...SEQUENCER, 'spec.execution.apis': ['eth', 'miner'] },
    { ...SEQUENCER, 'spec.execution.apis': ['eth'] },
    'spec.execution.apis: execution.apis of a sequencer must have miner',
  ),
  node(
    'a sequencer derives its chain itself',
    { 'spec.consensus.syncMode': 'execution-layer' },
    { ...SEQUENCER, 'spec.consensus.syncMode': 'execution-layer' },
    'spec.consensus.syncMode: consensus.syncMode of a sequencer must be consensus-layer',
  ),
  node(
    'a block signer signs in one way',
    { ...SEQUENCER, 'spec.sequencer.signer': { remote: REMOTE } },
    { ...SEQUENCER, 'spec.sequencer.signer': { ...SIGNER, remote: REMOTE } },
    'spec.sequencer.signer: set exactly one of secretKeyRef and remote',
  ),
  node(
    'a client certificate needs TLS',
    { ...SEQUENCER, 'spec.sequencer.signer': { remote: { ...REMOTE, tls: { secretName: 'client' } } } },
    {
      ...SEQUENCER,
      'spec.sequencer.signer': { remote: { ...REMOTE, endpoint: 'http://signer:8080', tls: { secretName: 'client' } } },
    },
    'spec.sequencer.signer.remote.endpoint: endpoint must begin with https://',
  ),
  node(
    "no credential in a signer's endpoint",
    { ...SEQUENCER, 'spec.sequencer.signer': { remote: REMOTE } },
    { ...SEQUENCER, 'spec.sequencer.signer': { remote: { ...REMOTE, endpoint: 'https://u:p@signer:8080' } } },
    'spec.sequencer.signer.remote.endpoint: endpoint seems to hold a credential',
  ),
  node(
    'who sequences is not said in the environment',
    { 'spec.consensus.env': [{ name: 'OP_NODE_L1_CACHE_SIZE', value: '900' }] },
    { 'spec.consensus.env': [{ name: 'OP_NODE_SEQUENCER_STOPPED', value: 'false' }] },
    'spec.consensus.env: names a variable that the operator sets itself',
  ),
  node(
    'who sequences is not said in arguments',
    { 'spec.consensus.extraArgs': ['--l1.cache-size=900'] },
    { 'spec.consensus.extraArgs': ['-sequencer.stopped=false'] },
    'spec.consensus.extraArgs: holds an argument that the operator sets itself',
  ),
  node(
    'an argument and its value are two arguments',
    { 'spec.consensus.extraArgs': ['--l1.cache-size', '900'] },
    { 'spec.consensus.extraArgs': ['--sequencer.enabled', 'true'] },
    'spec.consensus.extraArgs: holds an argument that the operator sets itself',
  ),
  node(
    'fork times are not said in the environment',
    { 'spec.execution.env': [{ name: 'GETH_CACHE', value: '900' }] },
    { 'spec.execution.env': [{ name: 'GETH_OVERRIDE_JOVIAN', value: '1' }] },
    'spec.execution.env: names a variable that the operator sets itself',
  ),
  node(
    'fork times are not said in arguments',
    { 'spec.execution.extraArgs': ['--txpool.globalslots=1'] },
    { 'spec.execution.extraArgs': ['--override.jovian=1'] },
    'spec.execution.extraArgs: holds an argument that the operator sets itself',
  ),
  node(
    'a variable has one value',
    { 'spec.execution.env': [{ name: 'A', valueFrom: SIGNER }] },
    { 'spec.execution.env': [{ name: 'A' }] },
    'spec.execution.env[0]: set exactly one of value and valueFrom',
  ),
  node(
    'a value has one source',
    { 'spec.execution.env': [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'a', key: 'b' } } }] },
    { 'spec.execution.env': [{ name: 'A', valueFrom: {} }] },
    'spec.execution.env[0].valueFrom: set exactly one of secretKeyRef and configMapKeyRef',
  ),
  node(
    'a secret is not written into the environment',
    { 'spec.execution.env': [{ name: 'API_KEY', valueFrom: SIGNER }] },
    { 'spec.execution.env': [{ name: 'API_KEY', value: '1' }] },
    'spec.execution.env[0].value: name or value look like a secret',
  ),
  node(
    'a private key is not written into the environment',
    { 'spec.execution.env': [{ name: 'A', value: KEY.slice(0, 40) }] },
    { 'spec.execution.env': [{ name: 'A', value: KEY }] },
    'spec.execution.env[0].value: name or value look like a secret',
  ),
  node(
    'a private key is not written into arguments',
    { 'spec.consensus.extraArgs': ['--altda.enabled'] },
    { 'spec.consensus.extraArgs': [`--some.key=${KEY.slice(2)}`] },
    'spec.consensus.extraArgs: holds what looks like a private key',
  ),
  node(
    'peers need P2P',
    { 'spec.consensus.p2p': { enabled: false } },
    { 'spec.consensus.p2p': { enabled: false, discovery: true } },
    'spec.consensus.p2p.enabled: staticPeers, bootnodes, discovery and advertise need p2p',
  ),
  node(
    'boot nodes need discovery',
    { 'spec.consensus.p2p': { bootnodes: ['enr:-J24'], discovery: true } },
    { 'spec.consensus.p2p': { bootnodes: ['enr:-J24'], discovery: false } },
    'spec.consensus.p2p.bootnodes: bootnodes are of use for discovery only',
  ),
  node(
    'a peer is addresses or pods',
    { 'spec.networkPolicy': { allowRpcFrom: [{ ipBlock: { cidr: '10.0.0.0/8' } }, { podSelector: {} }] } },
    { 'spec.networkPolicy': { allowRpcFrom: [{ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }] } },
    'spec.networkPolicy.allowRpcFrom[0]: set either ipBlock or selectors',
  ),
];
