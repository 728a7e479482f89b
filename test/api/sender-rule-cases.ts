/** The rules of OpBatcher, OpProposer and OpChallenger. */
import { casesOf, type RuleCase, SIGNER } from './rule-case.ts';

const batcher = casesOf('OpBatcher');
const proposer = casesOf('OpProposer');
const challenger = casesOf('OpChallenger');

export const SENDER_RULE_CASES: readonly RuleCase[] = [
  batcher(
    'the safety margin is inside the channel',
    { 'spec.subSafetyMargin': 10 },
    { 'spec.subSafetyMargin': 10, 'spec.maxChannelDuration': 10 },
    'spec.subSafetyMargin: subSafetyMargin must be below maxChannelDuration',
  ),
  batcher(
    'without a limit of the channel any margin is',
    { 'spec.subSafetyMargin': 200, 'spec.maxChannelDuration': 0 },
    { 'spec.subSafetyMargin': 200 },
    'spec.subSafetyMargin: subSafetyMargin must be below maxChannelDuration',
  ),
  batcher(
    'tip caps are in order',
    { 'spec.txManager': { minTipCapGwei: 0.5, maxTipCapGwei: 0.5 } },
    { 'spec.txManager': { minTipCapGwei: 2, maxTipCapGwei: 1 } },
    'spec.txManager.minTipCapGwei: minTipCapGwei must not be above',
  ),
  batcher(
    'base fees are in order',
    { 'spec.txManager': { minBaseFeeGwei: 1 } },
    { 'spec.txManager': { minBaseFeeGwei: 2, maxBaseFeeGwei: 1 } },
    'spec.txManager.minBaseFeeGwei: minBaseFeeGwei must not be above',
  ),
  batcher(
    'a warning comes before the end',
    { 'spec.balance': { warnBelow: '10', minimum: '9' } },
    { 'spec.balance': { warnBelow: '9', minimum: '10' } },
    'spec.balance.minimum: minimum must not be above warnBelow',
  ),
  batcher(
    'throttling thresholds are in order',
    { 'spec.throttle': { unsafeDABytesLowerThreshold: 0 } },
    { 'spec.throttle': { unsafeDABytesLowerThreshold: 2, unsafeDABytesUpperThreshold: 1 } },
    'spec.throttle.unsafeDABytesLowerThreshold: unsafeDABytesLowerThreshold must not be above',
  ),
  batcher(
    'transaction sizes are in order',
    { 'spec.throttle': { txSizeLowerLimit: 1, txSizeUpperLimit: 1 } },
    { 'spec.throttle': { txSizeLowerLimit: 2, txSizeUpperLimit: 1 } },
    'spec.throttle.txSizeLowerLimit: txSizeLowerLimit must not be above',
  ),
  batcher(
    'block sizes are in order',
    { 'spec.throttle': { blockSizeUpperLimit: 1 } },
    { 'spec.throttle': { blockSizeLowerLimit: 2, blockSizeUpperLimit: 1 } },
    'spec.throttle.blockSizeLowerLimit: blockSizeLowerLimit must not be above',
  ),
  batcher(
    'keys are not said in the environment',
    { 'spec.env': [{ name: 'OP_BATCHER_NETWORK_TIMEOUT', value: '20s' }] },
    { 'spec.env': [{ name: 'OP_BATCHER_PRIVATE_KEY', valueFrom: SIGNER }] },
    'spec.env: names a variable that the operator sets itself',
  ),
  batcher(
    'keys are not said in arguments',
    { 'spec.extraArgs': ['--network-timeout=20s'] },
    { 'spec.extraArgs': ['--mnemonic', 'test test'] },
    'spec.extraArgs: holds an argument that the operator sets itself',
  ),
  proposer(
    'a game type is Auto or a number',
    { 'spec.gameType': 8 },
    { 'spec.gameType': 'cannon' },
    'spec.gameType: must be Auto or a number',
  ),
  proposer(
    'a game type is not negative',
    { 'spec.gameType': 0 },
    { 'spec.gameType': -1 },
    'spec.gameType: must be Auto or a number',
  ),
  challenger(
    'Auto stands alone',
    { 'spec.gameTypes': ['permissioned'] },
    { 'spec.gameTypes': ['Auto', 'permissioned'] },
    'spec.gameTypes: Auto stands alone',
  ),
  challenger(
    'games that no program decides need no prestates',
    { 'spec.gameTypes': ['zk', 'permissioned'], 'spec.prestatesUrl': undefined },
    { 'spec.gameTypes': ['zk', 'cannon'], 'spec.prestatesUrl': undefined },
    'spec.prestatesUrl: these gameTypes are played with prestates',
  ),
  challenger(
    'games with prestates have a place for them',
    { 'spec.gameTypes': ['cannon-kona'], 'spec.prestatesUrl': 'https://prestates.example.com' },
    { 'spec.gameTypes': ['cannon-kona'] },
    'spec.prestatesUrl: these gameTypes are played with prestates',
  ),
  challenger(
    'no credential where prestates are',
    { 'spec.prestatesUrl': 'https://prestates.example.com/acme' },
    { 'spec.prestatesUrl': 'https://u:p@prestates.example.com/acme' },
    'spec.prestatesUrl: prestatesUrl seems to hold a credential',
  ),
];
