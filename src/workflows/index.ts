/** Every workflow type of the operator, under its wire name. */
import { executePlan } from './execute-plan.ts';

export { optimismNetwork } from './optimism-network.ts';

/** The same interpreter under the names that people look for in the UI. */
export const rollout = executePlan;
export const upgrade = executePlan;
export const keyRotation = executePlan;
export const teardown = executePlan;
