import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Change,
  createKubeClient,
  type KubeClient,
  type KubeObject,
  KubeUnreachableError,
  keyOf,
  type Reflector,
  type ReflectorOptions,
  startReflector,
} from '../../src/kube/index.ts';
import {
  configMap,
  items,
  type MisbehavingServer,
  quiet,
  refuse,
  startMisbehavingServer,
} from './misbehaving-server.ts';

const FAST = { backOff: { initialMs: 20, maxMs: 100 } };

let server: MisbehavingServer;
let client: KubeClient;
let reflector: Reflector<KubeObject> | undefined;
let seen: string[];
let failures: unknown[];

beforeEach(async () => {
  server = await startMisbehavingServer();
  client = createKubeClient({ kubeconfigPath: server.kubeconfigPath, timeoutMs: 2000 });
  seen = [];
  failures = [];
});

afterEach(async () => {
  await reflector?.close();
  await client.close();
  await server.stop();
});

/** What happened, in words: `added a@1`. */
function note(change: Change<KubeObject>): void {
  seen.push(`${change.type} ${change.object.metadata.name}@${change.object.metadata.resourceVersion}`);
}

function start(options: Partial<ReflectorOptions<KubeObject>> = {}): Reflector<KubeObject> {
  reflector = startReflector({
    client,
    type: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns' },
    onChange: note,
    observer: { onFailure: (error) => failures.push(error) },
    timings: FAST,
    ...options,
  });
  return reflector;
}

const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 5000, interval: 5 });
const watchRequests = (): string[] => server.requests.filter((request) => request.startsWith('watch'));
const listRequests = (): string[] => server.requests.filter((request) => request.startsWith('list'));

describe('a reflector', () => {
  it('reports what is there, then every change in the order in which it was sent', async () => {
    server.onList(items(10, configMap('a', 1), configMap('b', 2)));
    server.onWatch((watch) => {
      watch.send('MODIFIED', configMap('a', 11));
      watch.send('ADDED', configMap('c', 12));
      watch.send('DELETED', configMap('b', 13));
    });
    const { synced } = start();
    await synced;
    await until(() => expect(seen).toHaveLength(5));
    expect(seen).toEqual(['added a@1', 'added b@2', 'updated a@11', 'added c@12', 'deleted b@13']);
    expect([...(reflector?.objects() ?? [])].map(keyOf)).toEqual(['ns/a', 'ns/c']);
  });

  it('waits for a slow handler before it reports the next change', async () => {
    server.onWatch((watch) => {
      for (let version = 11; version <= 30; version++) watch.send('MODIFIED', configMap('a', version));
    });
    let running = 0;
    start({
      onChange: async (change) => {
        running += 1;
        expect(running).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, (Number(change.object.metadata.resourceVersion) * 7) % 5));
        note(change);
        running -= 1;
      },
    });
    await until(() => expect(seen).toHaveLength(20));
    expect(seen.map((line) => Number(line.split('@')[1]))).toEqual(Array.from({ length: 20 }, (_, i) => i + 11));
  });

  it('asks for bookmarks and a server time-out between 300 and 600 seconds', async () => {
    start({ timings: { ...FAST, serverTimeoutSeconds: [300, 600] } });
    await until(() => expect(watchRequests()).toHaveLength(1));
    const query = new URLSearchParams(watchRequests()[0]?.slice('watch'.length));
    expect(query.get('allowWatchBookmarks')).toBe('true');
    expect(query.get('resourceVersion')).toBe('1');
    const seconds = Number(query.get('timeoutSeconds'));
    expect(seconds).toBeGreaterThanOrEqual(300);
    expect(seconds).toBeLessThanOrEqual(600);
  });

  it('reads a long list in pages', async () => {
    server.onList(
      ({ response }) =>
        response.end(
          JSON.stringify({ metadata: { resourceVersion: '9', continue: 'next' }, items: [configMap('a', 1)] }),
        ),
      items(9, configMap('b', 2)),
    );
    await start().synced;
    expect(seen).toEqual(['added a@1', 'added b@2']);
    expect(listRequests()).toEqual(['list?limit=500', 'list?limit=500&continue=next']);
  });

  it('starts a list again that expired between two pages, and reads it whole when that happens twice', async () => {
    const firstPage = ({ response }: { response: { end(text: string): void } }): void =>
      response.end(
        JSON.stringify({ metadata: { resourceVersion: '9', continue: 'next' }, items: [configMap('a', 1)] }),
      );
    server.onList(firstPage, refuse(410, 'Expired'), firstPage, refuse(410, 'Expired'), items(11, configMap('a', 10)));
    await start().synced;
    expect(seen).toEqual(['added a@10']);
    expect(listRequests().at(-1)).toBe('list');
  });

  it('continues a watch that the server ended from the last version that it was told, also by a bookmark', async () => {
    server.onWatch((watch) => {
      watch.send('MODIFIED', configMap('a', 11));
      watch.send('BOOKMARK', { metadata: { resourceVersion: '42' } });
      watch.end();
    }, quiet);
    start();
    await until(() => expect(watchRequests()).toHaveLength(2));
    expect(watchRequests()[1]).toContain('resourceVersion=42');
    expect(listRequests()).toHaveLength(1);
    expect(failures).toEqual([]);
  });

  it('does not make a busy loop of watches that end at once', async () => {
    server.onWatch((watch) => watch.end());
    start({ timings: { backOff: { initialMs: 200, maxMs: 200 } }, random: () => 1 });
    await until(() => expect(watchRequests()).toHaveLength(3));
    expect(String(failures[0])).toContain('ended the watch at once');
  });

  it('goes on after a socket that was reset in the middle of the stream', async () => {
    server.onWatch(
      (watch) => {
        watch.send('MODIFIED', configMap('a', 11));
        setImmediate(() => watch.reset());
      },
      (watch) => watch.send('MODIFIED', configMap('a', 12)),
    );
    start();
    await until(() => expect(seen).toEqual(['added a@11', 'updated a@12']));
    expect(watchRequests()[1]).toContain('resourceVersion=11');
  });

  it('waits as long as a 429 asks before it watches again', async () => {
    server.onWatch(refuse(429, 'TooManyRequests', { 'retry-after': '1' }), (watch) =>
      watch.send('ADDED', configMap('a', 11)),
    );
    const began = performance.now();
    start();
    await until(() => expect(seen).toEqual(['added a@11']));
    expect(performance.now() - began).toBeGreaterThanOrEqual(1000);
    expect(failures).toMatchObject([{ status: 429, retryAfterSeconds: 1, retryable: true }]);
  });

  it('keeps trying while nobody listens, and syncs when the server comes up', async () => {
    await server.stop();
    start();
    await until(() => expect(failures.length).toBeGreaterThanOrEqual(3));
    expect(failures[0]).toBeInstanceOf(KubeUnreachableError);
    server.onList(items(5, configMap('a', 4)));
    await server.start();
    await reflector?.synced;
    expect(seen).toEqual(['added a@4']);
  });

  it('reports an ERROR event and continues from the same version', async () => {
    server.onWatch(
      (watch) => {
        watch.send('MODIFIED', configMap('a', 11));
        watch.send('ERROR', { kind: 'Status', code: 500, reason: 'InternalError', message: 'etcd is away' });
      },
      (watch) => watch.send('MODIFIED', configMap('a', 12)),
    );
    start();
    await until(() => expect(seen).toEqual(['added a@11', 'updated a@12']));
    expect(failures).toMatchObject([{ status: 500, reason: 'InternalError' }]);
    expect(watchRequests()[1]).toContain('resourceVersion=11');
  });

  it.each([
    [
      'an ERROR event 410',
      (watch: Parameters<typeof quiet>[0]) =>
        watch.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }),
    ],
    ['status 410', refuse(410, 'Expired')],
    ['a version newer than the server (restored backup)', refuse(504, 'Timeout')],
  ])('lists again after %s and reports what changed meanwhile', async (_, answer) => {
    server.onList(items(10, configMap('a', 1), configMap('b', 2)), items(20, configMap('a', 15), configMap('c', 16)));
    server.onWatch(answer, quiet);
    start();
    await until(() => expect(watchRequests()).toHaveLength(2));
    expect(seen).toEqual(['added a@1', 'added b@2', 'deleted b@2', 'updated a@15', 'added c@16']);
    expect(watchRequests()[1]).toContain('resourceVersion=20');
  });

  it('survives a handler that throws, reports it, and does not lose the next change', async () => {
    const thrown: unknown[] = [];
    server.onWatch((watch) => {
      watch.send('MODIFIED', configMap('a', 11));
      watch.send('MODIFIED', configMap('a', 12));
    });
    start({
      onChange: (change) => {
        if (change.object.metadata.resourceVersion === '11') throw new Error('handler broke');
        note(change);
      },
      observer: { onHandlerError: (error) => thrown.push(error) },
    });
    await until(() => expect(seen).toEqual(['updated a@12']));
    expect(thrown).toMatchObject([{ message: 'handler broke' }]);
  });

  it('sees a deletion and a creation when a successor has taken the name while it was away', async () => {
    server.onList(items(10, configMap('a', 1, {}, 'first')), items(20, configMap('a', 15, {}, 'second')));
    server.onWatch(refuse(410, 'Expired'), quiet);
    start();
    await until(() => expect(seen).toEqual(['added a@1', 'deleted a@1', 'added a@15']));
  });

  it('puts a character together that the network has cut in two', async () => {
    server.onWatch(({ response }) => {
      const line = Buffer.from(
        `${JSON.stringify({ type: 'ADDED', object: configMap('a', 11, { text: 'Łódź €' }) })}\n`,
      );
      const middle = line.indexOf(Buffer.from('€')) + 1;
      response.writeHead(200);
      response.write(line.subarray(0, middle));
      setTimeout(() => response.write(line.subarray(middle)), 30);
    });
    const { get } = start();
    await until(() => expect(get({ namespace: 'ns', name: 'a' })).toMatchObject({ data: { text: 'Łódź €' } }));
    expect(failures).toEqual([]);
  });

  it('connects again when a line is not JSON', async () => {
    server.onWatch(
      ({ response }) => response.writeHead(200).write('{"type":"ADDED", oops\n'),
      (watch) => watch.send('ADDED', configMap('a', 11)),
    );
    start();
    await until(() => expect(seen).toEqual(['added a@11']));
    expect(failures[0]).toBeInstanceOf(SyntaxError);
  });

  it('gives up a connection that has gone silent', async () => {
    server.onWatch(quiet, (watch) => watch.send('ADDED', configMap('a', 11)));
    start({ timings: { ...FAST, idleMs: 150 } });
    await until(() => expect(seen).toEqual(['added a@11']));
    expect(String(failures[0])).toContain('no event and no bookmark');
  });

  it('finds, counts and repairs a change that the watch never brought', async () => {
    const missed: string[] = [];
    server.onList(items(10, configMap('a', 1), configMap('b', 2)), items(20, configMap('a', 15)));
    start({
      timings: { ...FAST, verifyIntervalMs: 50, verifyGraceMs: 20 },
      observer: { onCacheMiss: (keys) => missed.push(...keys) },
    });
    await until(() => expect(seen).toEqual(['added a@1', 'added b@2', 'deleted b@2', 'updated a@15']));
    expect(missed.sort()).toEqual(['ns/a', 'ns/b']);
  });

  it('counts no miss when the watch brings the change a little later', async () => {
    const missed: string[] = [];
    server.onList(items(10, configMap('a', 1)), items(20, configMap('a', 15)));
    server.onWatch((watch) => {
      setTimeout(() => watch.send('MODIFIED', configMap('a', 15)), 150);
    });
    start({
      timings: { ...FAST, verifyIntervalMs: 50, verifyGraceMs: 1500 },
      observer: { onCacheMiss: (keys) => missed.push(...keys) },
    });
    await until(() => expect(listRequests().length).toBeGreaterThanOrEqual(4));
    expect(seen).toEqual(['added a@1', 'updated a@15']);
    expect(missed).toEqual([]);
  });

  it('knows for how long the server has said nothing', async () => {
    const silence = start();
    await until(() => expect(server.watches).toHaveLength(1));
    await until(() => expect(silence.idleMs()).toBeGreaterThan(500));
    server.watches[0]?.send('BOOKMARK', { metadata: { resourceVersion: '2' } });
    await until(() => expect(silence.idleMs()).toBeLessThan(500));
  });

  it('keeps no managedFields', async () => {
    const object = configMap('a', 1);
    server.onList(items(2, { ...object, metadata: { ...object.metadata, managedFields: [{ manager: 'x' }] } }));
    const { synced, get } = start();
    await synced;
    expect(get({ namespace: 'ns', name: 'a' })?.metadata.managedFields).toBeUndefined();
  });

  describe('when it is closed', () => {
    it('ends its watch and opens no other', async () => {
      const { synced, close } = start();
      await synced;
      await until(() => expect(watchRequests()).toHaveLength(1));
      await close();
      await until(() => expect(server.watches[0]?.response.closed).toBe(true));
      expect(failures).toEqual([]);
      expect(watchRequests()).toHaveLength(1);
    });

    it('opens no watch when it was closed during the list', async () => {
      let answer: (() => void) | undefined;
      server.onList((request) => {
        answer = () => items(10, configMap('a', 1))(request);
      });
      const { synced, close } = start();
      await until(() => expect(answer).toBeDefined());
      await close();
      answer?.();
      await expect(synced).rejects.toThrow('closed');
      expect(server.requests).toEqual(['list?limit=500']);
      expect(seen).toEqual([]);
    });

    it('opens no watch when it was closed during its back-off', async () => {
      server.onList(refuse(500, 'InternalError'));
      const { close } = start({ timings: { backOff: { initialMs: 60_000, maxMs: 60_000 } }, random: () => 1 });
      await until(() => expect(failures).toHaveLength(1));
      const began = performance.now();
      await close();
      expect(performance.now() - began).toBeLessThan(30_000);
      expect(server.requests).toHaveLength(1);
    });
  });
});
