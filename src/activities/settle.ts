/**
 * Activity `settle`: a moment in which changes gather, so that several files of one apply are one look. Not a timer of
 * the workflow: Temporal's server has read its timers up to a second ahead by then (`history.timerProcessorMaxTimeShift`),
 * so that the shortest of them may take a second longer.
 */
import { Context } from '@temporalio/activity';
import type { EntityActivities } from '../contract/activities.ts';

const SETTLE_MS = 300;

export const settle: EntityActivities['settle'] = () => Context.current().sleep(SETTLE_MS);
