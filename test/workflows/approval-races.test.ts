/**
 * Decisions and what else can happen to a plan, in every order. Played on the entity's rules, and on a model of what a
 * person would expect of them: who has the last word, and whether the plan may start.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import type { Happening, LookResult, Window } from '../../src/contract/activities.ts';
import type { Plan } from '../../src/contract/plan.ts';
import { asksAlready, inheritedApproval } from '../../src/plan/inherited-approval.ts';
import { EntityState } from '../../src/workflows/entity-state.ts';
import { aDecision, aLook, aPlan, NOW } from './a-look.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const L1_AWAY = { type: 'L1Unavailable', message: 'no answer', fix: 'wait' } as const;
const DECIDED: readonly Happening['type'][] = ['planApproved', 'planRejected', 'decisionRefused'];

const EVENTS = [
  'approve',
  'approve another plan',
  'approve by seven digits',
  'reject',
  'an hour passes',
  'another plan',
  'the plan before comes back',
  'the same plan',
  'a repair goes first',
  'it is rejected while a repair goes first',
  'L1 is away for a moment',
  'the window opens',
  'the window closes',
  'pause',
  'resume',
  'retry',
  'the entity is terminated',
  'continue as new',
  'start',
  'it ends half-way',
] as const;
type Event = (typeof EVENTS)[number];

interface Setting {
  readonly required: boolean;
  readonly windows: boolean;
}

/** One network, as the loop of its entity drives its state; and what is expected of it. */
class Play {
  readonly broken: string[] = [];
  readonly #setting: Setting;
  #state = new EntityState();
  #now = NOW;
  #number = 1;
  #plan: Plan = planNumber(1);
  #isRunning = false;
  #isPaused = false;
  /** The last word on the current plan. */
  #word: 'none' | 'yes' | 'no' | 'expired' = 'none';
  #deadline = 0;
  readonly #started: string[] = [];
  readonly #begun: string[] = [];
  #before: Plan | undefined;
  #rejected = '';

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#look();
    this.#isProposed();
  }

  play(event: Event): void {
    this.#moves[event]();
  }

  readonly #moves: Readonly<Record<Event, () => void>> = {
    approve: () => this.#decides('approve', this.#plan.hash, this.#isWord('none', 'no')),
    reject: () => this.#decides('reject', this.#plan.hash, this.#isWord('none', 'yes')),
    'approve another plan': () => this.#decides('approve', planNumber(this.#number + 1).hash, false),
    'approve by seven digits': () => this.#decides('approve', this.#plan.hash.slice(0, 7), false),
    'an hour passes': () => this.#passes(HOUR),
    'the same plan': () => this.#look(),
    'another plan': () => this.#changes(),
    'the plan before comes back': () => this.#comesBack(),
    'a repair goes first': () => this.#isInterrupted(() => this.#repair()),
    'it is rejected while a repair goes first': () => this.#isTakenBack(),
    'L1 is away for a moment': () => this.#isInterrupted(() => this.#take(aLook({ problems: [L1_AWAY] }))),
    'the window opens': () => this.#passes(timeUntil(9, this.#now)),
    'the window closes': () => this.#passes(timeUntil(12, this.#now)),
    pause: () => this.#pauses(true),
    resume: () => this.#pauses(false),
    retry: () => this.#retry(),
    'the entity is terminated': () => this.#isTerminated(),
    'continue as new': () => this.#isFollowed(new EntityState(JSON.parse(JSON.stringify(this.#state.carry())))),
    start: () => this.#start(),
    'it ends half-way': () => this.#endsHalfWay(),
  };

  /** What has to be so at any moment. */
  check(): void {
    const startable = this.#state.startable(this.#now);
    const isOpen = !this.#setting.windows || mornings(this.#now).opensAt === undefined;
    const may = this.#word === 'yes' && !this.#isRunning && !this.#isPaused && isOpen;
    if (may !== (startable !== undefined))
      this.broken.push(`it ${may ? 'may start and does not' : 'starts and may not'}`);
    if (startable && startable.plan.hash !== this.#plan.hash) this.broken.push('another plan starts');
    const due = this.#state.deadline(this.#now);
    if (due !== undefined && due <= this.#now) this.broken.push('it waits for a time that is over');
    if (this.#word === 'yes' && !this.#isRunning && !this.#isPaused && !isOpen && due === undefined)
      this.broken.push('nothing wakes it when the window opens');
    for (const action of ['approve', 'reject'] as const)
      if ((this.#word === 'yes') === (action === 'approve') && (this.#word === 'yes' || this.#word === 'no')) {
        const why = this.#state.refusal(aDecision(action, { plan: this.#plan.hash }), this.#now);
        if (!why?.includes(this.#plan.hash.slice(0, 8))) this.broken.push(`${action} again is not refused: ${why}`);
      }
  }

  #isWord(...words: readonly string[]): boolean {
    return !this.#isRunning && words.includes(this.#word);
  }

  #changes(): void {
    if (this.#isRunning) return;
    this.#before = this.#plan;
    this.#number += 1;
    this.#plan = planNumber(this.#number);
    this.#look();
    this.#isProposed();
  }

  /** As a new one: but for a rejection nothing that was said of it counts any more. */
  #comesBack(): void {
    const plan = this.#before;
    if (this.#isRunning || !plan || this.#begun.includes(plan.desiredRevision)) return;
    this.#before = this.#plan;
    this.#plan = plan;
    this.#look();
    if (this.#rejected === plan.hash) this.#word = 'no';
    else this.#isProposed();
  }

  #pauses(paused: boolean): void {
    this.#isPaused = paused;
    this.#state.memory.paused = paused;
    this.#turns();
  }

  #decides(action: 'approve' | 'reject', plan: string, counts: boolean): void {
    this.#state.happenings.length = 0;
    this.#state.decide(aDecision(action, { plan }), this.#now);
    const records = this.#state.happenings.filter(({ type }) => DECIDED.includes(type));
    const [record] = records;
    const expected = counts ? (action === 'approve' ? 'planApproved' : 'planRejected') : 'decisionRefused';
    if (records.length !== 1 || record?.type !== expected)
      this.broken.push(`${action} is ${records.map(({ type }) => type).join(' and ')}, not once ${expected}`);
    if (!counts && !record?.message.includes(this.#plan.hash.slice(0, 8)))
      this.broken.push(`the refusal does not name the current plan: ${record?.message}`);
    if (counts) this.#word = action === 'approve' ? 'yes' : 'no';
    if (counts) this.#rejected = action === 'approve' ? '' : plan;
    this.#turns();
  }

  #retry(): void {
    const isFor = !this.#isRunning && (this.#word === 'no' || this.#word === 'expired');
    if (isFor !== this.#state.mayBeProposedAgain(this.#now))
      this.broken.push(`retry ${isFor ? 'does' : 'should'} not count`);
    if (!isFor) return;
    this.#rejected = '';
    this.#state.proposeAgain(this.#now);
    this.#isProposed();
    // Where people have had a say the policy alone may not be enough any more.
    if (this.#state.proposal?.status === 'awaiting') this.#word = 'none';
    this.#turns();
  }

  #start(): void {
    const proposal = this.#state.startable(this.#now);
    if (!proposal?.approval) return;
    if (this.#started.includes(proposal.plan.hash)) this.broken.push('a plan starts twice');
    this.#started.push(proposal.plan.hash);
    this.#begun.push(proposal.plan.desiredRevision);
    this.#isRunning = true;
    this.#state.start({ ...proposal, approval: proposal.approval, workflowId: 'id', startedAt: this.#now });
  }

  /** What is left of it is a plan of its own, which the approval covers. */
  #endsHalfWay(): void {
    if (!this.#isRunning) return;
    const isCovered = this.#isCovered();
    const { shown } = this;
    this.#isRunning = false;
    this.#state.running = undefined;
    this.#state.proposal = undefined;
    this.#number += 1;
    this.#plan = { ...planNumber(this.#number), desiredRevision: this.#plan.desiredRevision };
    this.#look(shown);
    if (!isCovered) this.#isProposed();
  }

  #repair(): void {
    const repair = aPlan('dddddddd', 'drift', this.#plan.desiredRevision);
    this.#take(aLook({ plan: repair }));
    const { plan, ...proposal } = this.#state.proposal ?? { plan: undefined };
    if (plan?.hash !== repair.hash) this.broken.push('the repair is not what comes first');
    this.#state.start({ ...proposal, plan: repair, workflowId: 'r', startedAt: this.#now, ...ofPolicy(this.#now) });
    this.#state.running = undefined;
    this.#state.proposal = undefined;
  }

  /** Something else comes first; then the plan is there again, under the word that it had. */
  #isInterrupted(interruption: () => void): void {
    if (this.#isRunning) return;
    const counts = this.#word === 'no' || (this.#word === 'yes' && this.#isCovered());
    interruption();
    this.#look();
    if (!counts) this.#isProposed();
  }

  /** What the policy has approved is not kept: the repair is all that there is. */
  #isTakenBack(): void {
    if (this.#isRunning) return;
    const { approval } = this.#state.proposal ?? {};
    const isKept = approval !== undefined && approval.via !== 'Policy';
    const word = this.#word;
    this.#take(aLook({ plan: aPlan('dddddddd', 'drift', this.#plan.desiredRevision) }));
    const why = this.#state.decide(aDecision('reject', { plan: this.#plan.hash }), this.#now);
    if (isKept !== (why === undefined)) this.broken.push(`reject of what is kept is answered: ${why}`);
    if (isKept) this.#rejected = this.#plan.hash;
    this.#look();
    if (isKept || word === 'no') this.#word = 'no';
    else this.#isProposed();
  }

  /** An approval that a person gave too long ago covers nothing that begins now. */
  #isCovered(): boolean {
    const { approval, expiresAt } = this.#state.proposal ?? {};
    return approval?.via === 'Policy' || expiresAt === undefined || this.#now < expiresAt;
  }

  #isTerminated(): void {
    const isOver = !this.#isRunning && this.#word === 'yes' && !this.#isCovered();
    this.#isFollowed(new EntityState());
    if (isOver) this.#isProposed();
  }

  /** Another run of the workflow: what it does not carry over it finds in the status. */
  #isFollowed(next: EntityState): void {
    if (this.#isRunning) return;
    const { remembered } = this.#state.memory;
    const { shown } = this;
    this.#state = next;
    this.#look(shown, remembered);
  }

  /** The plan in the status, as reports of this state leave it. */
  get shown(): OptimismNetworkStatus['plan'] {
    const { proposal } = this.#state;
    if (!proposal) return undefined;
    const { plan, expiresAt, createdAt, approval: given } = proposal;
    return {
      hash: plan.hash,
      kind: plan.kind,
      revision: plan.desiredRevision,
      summary: plan.summary,
      createdAt: new Date(createdAt).toISOString(),
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
      ...(given ? { approval: given } : {}),
    };
  }

  #look(shown = this.shown, remembered = this.#state.memory.remembered): void {
    const inherited = inheritedApproval(this.#plan, shown, this.#now);
    const asks = asksAlready(this.#plan, shown);
    const { createdAt = '', expiresAt = '' } = shown ?? {};
    const window = this.#setting.windows ? mornings(this.#now) : undefined;
    this.#take(
      aLook({
        plan: this.#plan,
        remembered,
        ...(window ? { window } : {}),
        ...(asks ? { awaiting: { hash: this.#plan.hash, createdAt, expiresAt } } : {}),
        approval: { required: this.#setting.required || asks, ...(inherited ? { inherited } : {}) },
      }),
    );
    this.#expires();
  }

  #take(look: LookResult): void {
    this.#state.newDecisions(look);
    this.#state.takeLook(look, this.#now);
  }

  #isProposed(): void {
    this.#word = this.#setting.required ? 'none' : 'yes';
    this.#deadline = this.#now + HOUR;
  }

  #passes(milliseconds: number): void {
    this.#now += milliseconds;
    this.#expires();
    this.#turns();
  }

  #expires(): void {
    this.#state.expire(this.#now);
    if (this.#word === 'none' && this.#now >= this.#deadline) this.#word = 'expired';
  }

  /** As the loop does it, before anything starts. */
  #turns(): void {
    if (this.#state.windowTurned(this.#now)) this.#look();
    if (this.#state.windowTurned(this.#now)) this.broken.push('a look after the window has turned is not enough');
  }
}

function planNumber(n: number): Plan {
  return aPlan(`${n}`.padStart(8, 'a'));
}

function ofPolicy(now: number) {
  const given = { by: 'policy', at: new Date(now).toISOString(), via: 'Policy', verified: true } as const;
  return { createdAt: now, expiresAt: undefined, approval: given };
}

/** From 9 to 12 every day. */
function mornings(now: number): Window {
  const opensIn = timeUntil(9, now);
  const closesIn = timeUntil(12, now);
  const at = (milliseconds: number) => new Date(now + milliseconds).toISOString();
  return { name: 'mornings', ...(closesIn < opensIn ? {} : { opensAt: at(opensIn) }), closesAt: at(closesIn) };
}

/** Milliseconds until the clock shows this hour next. */
function timeUntil(hour: number, now: number): number {
  const today = now - (now % (24 * HOUR)) + hour * HOUR;
  return (today > now ? today : today + 24 * HOUR) - now;
}

/** @returns what was not as it has to be */
function played(setting: Setting, events: readonly Event[]): string[] {
  const play = new Play(setting);
  play.check();
  for (const event of events) {
    play.play(event);
    play.check();
  }
  return play.broken;
}

function* sequences(length: number): Generator<readonly Event[]> {
  if (length === 0) yield [];
  else for (const head of sequences(length - 1)) for (const event of EVENTS) yield [...head, event];
}

const SETTINGS: readonly [string, Setting][] = [
  ['a person has to approve', { required: true, windows: false }],
  ['a person has to approve, and it starts in a window', { required: true, windows: true }],
  ['the policy approves', { required: false, windows: false }],
  ['the policy approves, and it starts in a window', { required: false, windows: true }],
];

describe.each(SETTINGS)('where %s', (_, setting) => {
  it('any three things that happen leave the last word with whoever had it', () => {
    const broken: string[] = [];
    for (const events of sequences(3)) {
      const found = played(setting, events);
      if (found.length > 0 && broken.length < 5) broken.push(`${events.join(', ')}: ${found.join('; ')}`);
    }
    expect(broken).toEqual([]);
  });

  it.each<[string, readonly Event[]]>([
    [
      'what was approved before covers nothing that somebody has rejected since',
      ['approve', 'the window opens', 'start', 'it ends half-way', 'reject', 'retry', 'a repair goes first'],
    ],
    [
      'an approval outlives a weekend of repairs, outages and crashes before its window opens',
      ['approve', 'an hour passes', 'a repair goes first', 'L1 is away for a moment', 'an hour passes'],
    ],
    [
      'what is rejected stays so, whatever comes between',
      ['approve', 'reject', 'a repair goes first', 'the entity is terminated', 'the window opens', 'pause', 'resume'],
    ],
    [
      'what is taken back while a repair goes first does not begin after it',
      ['approve', 'it is rejected while a repair goes first', 'the window opens', 'continue as new'],
    ],
    [
      'an approval that another plan has made void does not come back with the plan',
      ['approve', 'a repair goes first', 'another plan', 'the plan before comes back', 'the window opens'],
    ],
  ])('%s', (_, events) => {
    expect(played(setting, events)).toEqual([]);
  });

  it('any number of things do', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { minLength: 5, maxLength: 40 }), (events) => {
        expect(played(setting, events)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});
