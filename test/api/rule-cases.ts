/** For every rule of the API: a change that keeps it and one that breaks it, both to the valid sample of a kind. */
import { NETWORK_RULE_CASES } from './network-rule-cases.ts';
import { NODE_RULE_CASES } from './node-rule-cases.ts';
import type { RuleCase } from './rule-case.ts';
import { SENDER_RULE_CASES } from './sender-rule-cases.ts';

export const RULE_CASES: readonly RuleCase[] = [...NETWORK_RULE_CASES, ...NODE_RULE_CASES, ...SENDER_RULE_CASES];
