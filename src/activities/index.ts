/** All activities of the operator, with their dependencies handed in. */
import type { EntityActivities, StepActivities } from '../contract/activities.ts';
import { auditStoreOf } from './audit-stores.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { lookActivity } from './look.ts';
import { observeActivity } from './observe.ts';
import { reportActivity } from './report.ts';
import { settle } from './settle.ts';
import { applyComponent } from './steps/apply-component.ts';
import { awaitGate } from './steps/await-gate.ts';
import { awaitOnChain } from './steps/await-on-chain.ts';
import { awaitPods } from './steps/await-pods.ts';
import { deleteComponent } from './steps/delete-component.ts';
import { handOverSequencer } from './steps/hand-over.ts';
import { removeFinalizers } from './steps/remove-finalizers.ts';
import { scaleDown } from './steps/scale-down.ts';
import { startSequencer, stopSequencer } from './steps/sequencer.ts';
import { type StepEffect, stepActivity } from './steps/step-context.ts';
import { stopBatcher } from './steps/stop-batcher.ts';
import { storeConfig } from './steps/store-config.ts';

export function createActivities(deps: ActivityDependencies): EntityActivities & StepActivities {
  const step = (effect: StepEffect) =>
    stepActivity(
      deps,
      ({ network, uid }) => auditStoreOf(deps, { namespace: network.namespace, name: network.name, uid }),
      effect,
    );
  return {
    settle,
    look: lookActivity(deps),
    report: reportActivity(deps),
    observe: observeActivity(deps),
    storeConfig: step(storeConfig),
    applyComponent: step(applyComponent),
    deleteComponent: step(deleteComponent),
    awaitPods: step(awaitPods),
    awaitGate: step(awaitGate),
    awaitOnChain: step(awaitOnChain),
    stopBatcher: step(stopBatcher),
    scaleDown: step(scaleDown),
    startSequencer: step(startSequencer),
    stopSequencer: step(stopSequencer),
    handOverSequencer: step(handOverSequencer),
    removeFinalizers: step(removeFinalizers),
  };
}
