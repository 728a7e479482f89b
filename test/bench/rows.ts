/** All rows, in the order of the table; those that share a stage stand together. */
import type { Row } from './row.ts';
import { applyAll } from './rows/apply-all.ts';
import { discovery } from './rows/discovery.ts';
import { firstObject } from './rows/first-object.ts';
import { generations } from './rows/generations.ts';
import { handOver } from './rows/hand-over.ts';
import { idle } from './rows/idle.ts';
import { installHistory } from './rows/install-history.ts';
import { manySequencers } from './rows/many-sequencers.ts';
import { noOpLook } from './rows/no-op-look.ts';
import { planSize } from './rows/plan-size.ts';
import { poke } from './rows/poke.ts';
import { registry } from './rows/registry.ts';
import { renderPlan } from './rows/render-plan.ts';
import { repair } from './rows/repair.ts';
import { replay } from './rows/replay.ts';
import { resume } from './rows/resume.ts';
import { secondApply } from './rows/second-apply.ts';
import { upgrade } from './rows/upgrade.ts';
import { wholeNetworks } from './rows/whole-networks.ts';

export const ROWS: readonly Row[] = [
  firstObject,
  applyAll,
  poke,
  resume,
  manySequencers,
  idle,
  repair,
  installHistory,
  noOpLook,
  secondApply,
  wholeNetworks,
  handOver,
  upgrade,
  discovery,
  generations,
  registry,
  replay,
  renderPlan,
  planSize,
];
