/** Asks a simulated program what a real one was asked, and compares the answers. */
import { expect } from 'vitest';
import { recordedText, recording, shapeOf, withoutAccidents } from './recording.ts';
import { rpcAnswer } from './rpc.ts';

/** Replays a recorded request and compares the whole answer: shape of a result, code and text of an error. */
export async function expectLikeRecorded(url: string, name: string, params?: readonly unknown[]): Promise<void> {
  const { request, response } = recording(name);
  const recorded = response as { result?: unknown; error?: { code: number; message: string } };
  const answer = await rpcAnswer(url, request.method ?? '', params ?? request.params ?? []);
  if (recorded.error === undefined) {
    expect(answer.error).toBeUndefined();
    expect(shapeOf(answer.result)).toEqual(shapeOf(recorded.result));
  } else {
    expect(answer.error?.code).toBe(recorded.error.code);
    expect(withoutAccidents(answer.error?.message ?? '')).toBe(withoutAccidents(recorded.error.message));
  }
}

/** The same to the letter; a GET of a path is compared with its status. */
export async function expectToTheLetter(url: string, name: string): Promise<void> {
  const { request, response, httpStatus } = recording(name);
  if (request.method !== undefined) {
    expect(await rpcAnswer(url, request.method, request.params ?? [])).toEqual(plainVersion(response));
    return;
  }
  const answer = await fetch(`${url}${request.path ?? ''}`);
  expect([answer.status, await answer.json()]).toEqual([httpStatus, plainVersion(response)]);
}

/** The recorded services of 1.18.2 were built with a placeholder for the commit. */
const plainVersion = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('-commit"', '"'));

/** Name and labels of every series, without the version. */
function seriesOf(metrics: string): ReadonlySet<string> {
  const lines = metrics.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Set(lines.map((line) => line.replace(/ [^ ]*$/, '').replace(/version="[^"]*"/, 'version')));
}

/** Every series of a program's metrics is one that the real one has. */
export async function expectKnownSeries(url: string, recorded: string): Promise<ReadonlySet<string>> {
  const real = seriesOf(recordedText(recorded));
  const ours = seriesOf(await (await fetch(url)).text());
  expect([...ours].filter((series) => !real.has(series))).toEqual([]);
  return ours;
}
