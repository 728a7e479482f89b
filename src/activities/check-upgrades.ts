/** Whether what runs may become what is wished: versions by the rules of upgrades, and fork times never at the same time. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { Problem } from '../contract/failures.ts';
import { type ComponentRef, componentKey } from '../contract/plan.ts';
import { contractsBehindForks, contractsBehindRelease } from '../plan/contracts-precondition.ts';
import { checkUpgrade, type UpgradeVerdict } from '../plan/upgrade-rules.ts';
import type { Desire } from './desire.ts';
import { imagesOf } from './desire.ts';
import { changesForks } from './gather/changes-forks.ts';
import type { RolledOut } from './gather/rolled-out.ts';
import type { WayBack } from './gather/way-back.ts';
import type { Wish } from './gather/wish.ts';

export interface UpgradeFacts {
  readonly wish: Pick<Wish, 'catalogue'>;
  readonly status: OptimismNetworkStatus;
  readonly rolledOut: RolledOut;
}

/** Refusals and warnings of all components, and what the contracts on L1 lack for what is wished. */
export function checkUpgrades({ components, renders, input }: Desire, facts: UpgradeFacts): UpgradeVerdict {
  const { rolledOut } = facts;
  const about = { ...chainOf(input, facts), wishedRelease: input.release };
  const verdicts = components.map(({ component, images: to }, index): UpgradeVerdict => {
    const former = rolledOut.verified.find((item) => componentKey(item.component) === componentKey(component))?.render;
    if (!former) return { problems: [], warnings: [] };
    const from = imagesOf(former);
    const { problems, warnings } = checkUpgrade({ component, from, to, ...about });
    const isBoth = input.chain.custom && changesForks(component, former, renders[index]) && !isSame(from, to);
    return { problems: [...problems, ...(isBoth ? [bothAtOnce(component)] : [])], warnings };
  });
  // Before anybody has seen a head nobody knows which forks lie ahead.
  const ahead = facts.status.health?.unsafe === undefined ? [] : about.forks.filter(({ active }) => !active);
  return {
    problems: verdicts.flatMap(({ problems }) => problems),
    warnings: [
      ...contractsBehindForks(ahead, about.generation),
      ...contractsBehindRelease(about.formerRelease, about.wishedRelease, about.generation),
      ...verdicts.flatMap(({ warnings }) => warnings),
    ],
  };
}

/** The way back by the same rules: from what was wished to what ran before, also where that is back already. */
export function checkWayBack(
  { components, input }: Desire,
  { former }: Pick<WayBack, 'former'>,
  facts: Pick<UpgradeFacts, 'wish' | 'status'>,
): UpgradeVerdict {
  const { formerRelease, ...chain } = chainOf(input, facts);
  // What ran has had its intermediate releases.
  const about = { ...chain, formerRelease, wishedRelease: formerRelease };
  const verdicts = former.map(({ component, render }) => {
    const wished = components.find((item) => componentKey(item.component) === componentKey(component));
    return checkUpgrade({ component, from: wished?.images ?? {}, to: imagesOf(render), ...about });
  });
  return {
    problems: verdicts.flatMap(({ problems }) => problems),
    warnings: verdicts.flatMap(({ warnings }) => warnings),
  };
}

function chainOf({ chain }: Desire['input'], { wish, status }: Pick<UpgradeFacts, 'wish' | 'status'>) {
  const headTime = Date.parse(status.health?.unsafe?.timestamp ?? '') / 1000 || 0;
  return {
    forks: chain.forks.map(({ name, time }) => ({ name, active: time === 0 || time <= headTime })),
    formerRelease: status.release === undefined ? undefined : wish.catalogue.find(status.release),
    generation: status.contracts?.generation,
  };
}

function isSame(from: Readonly<Record<string, string>>, to: Readonly<Record<string, string>>): boolean {
  return Object.entries(to).every(([name, image]) => (from[name] ?? image) === image);
}

/** What went wrong could not be told, and only one of the two can be gone back from. */
function bothAtOnce(component: ComponentRef): Problem {
  return {
    type: 'Incompatible',
    message: `${componentKey(component)} would get other versions and other fork times in one step`,
    fix: 'roll the versions out first, with rollup.json and genesis as they were; change these when that is done',
    object: componentKey(component),
  };
}
