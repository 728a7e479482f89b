/**
 * Drift: whether a live object still is what was rendered. Every rendered field must have its value; what the API
 * server adds by default, and what others add beside our fields, is tolerated.
 */
import { isRecord, keyedEntries } from './list-identity.ts';
import type { KubeObject, PodTemplate } from './manifest.ts';

/** Paths of rendered fields whose live value is another one, in the order of the render; empty: no drift. */
export function driftedFields(rendered: KubeObject | PodTemplate, live: unknown): string[] {
  const drifted: string[] = [];
  compare('', '', rendered, live, drifted);
  return drifted;
}

/** Whether every rendered field has its value in the live object. */
export function matchesLive(rendered: KubeObject, live: unknown): boolean {
  return driftedFields(rendered, live).length === 0;
}

function compare(path: string, field: string, rendered: unknown, live: unknown, drifted: string[]): void {
  if (isRecord(rendered)) {
    if (!isRecord(live)) {
      drifted.push(path);
      return;
    }
    for (const [key, value] of Object.entries(rendered)) {
      compare(joinPath(path, key), isAmounts(field) ? 'quantity' : key, value, live[key], drifted);
    }
  } else if (Array.isArray(rendered)) {
    compareLists(path, field, rendered, live, drifted);
  } else if (!sameValue(field, rendered, live)) {
    drifted.push(path);
  }
}

function compareLists(path: string, field: string, rendered: unknown[], live: unknown, drifted: string[]): void {
  if (!Array.isArray(live)) {
    // The API server leaves empty lists out.
    if (rendered.length > 0 || live !== undefined) drifted.push(path);
    return;
  }
  const ours = field === 'args' ? undefined : keyedEntries(field, rendered);
  const theirs = ours && keyedEntries(field, live);
  if (ours === undefined || theirs === undefined) {
    if (rendered.length !== live.length) drifted.push(path);
    else
      for (const [index, item] of rendered.entries()) compare(`${path}[${index}]`, 'item', item, live[index], drifted);
    return;
  }
  for (const [key, item] of ours) compare(`${path}[${key}]`, 'item', item, theirs.get(key), drifted);
  // Init containers run in order: a native sidecar behind the containers that need it is another pod.
  if (field === 'initContainers' && !sameOrder([...ours.keys()], [...theirs.keys()])) drifted.push(path);
}

function sameOrder(ours: readonly string[], theirs: readonly string[]): boolean {
  const common = theirs.filter((key) => ours.includes(key));
  return common.every((key, index) => key === ours[index]);
}

/** Empty text is left out by the API server (the value of an empty environment variable); quantities are rewritten. */
function sameValue(field: string, rendered: unknown, live: unknown): boolean {
  if (rendered === live || (rendered === '' && live === undefined)) return true;
  if (field !== 'quantity' || live === undefined || live === null) return false;
  return amountOf(String(rendered)) === amountOf(String(live));
}

/** `1000m` and `1`, `1024Mi` and `1Gi` are the same amount. A notation that we never render equals only itself. */
function amountOf(quantity: string): number | string {
  const [, count, letter, binary] = /^([0-9.]+)([mkKMGTPE]?)(i?)$/.exec(quantity) ?? [];
  if (count === undefined || letter === undefined) return quantity;
  if (letter === 'm') return Number(count) / 1000;
  return (
    Number(count) * (binary === 'i' ? 1024 : 1000) ** ['', 'K', 'M', 'G', 'T', 'P', 'E'].indexOf(letter.toUpperCase())
  );
}

function isAmounts(field: string): boolean {
  return field === 'requests' || field === 'limits';
}

/** `metadata.labels` and `app.kubernetes.io/name` → `metadata.labels[app.kubernetes.io/name]`. */
export function joinPath(path: string, key: string): string {
  if (/[./]/.test(key)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}
