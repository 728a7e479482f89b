import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/activities/redaction.ts';

const KEY = '0x4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d';

function redactorOf(...values: string[]) {
  const redactor = createRedactor();
  for (const value of values) redactor.remember(value);
  return redactor;
}

describe('a secret that was read', () => {
  it.each([
    ['as it is', KEY],
    ['without 0x', KEY.slice(2)],
    ['in upper case', KEY.slice(2).toUpperCase()],
    ['in base64', Buffer.from(KEY).toString('base64')],
    ['with the line break that its file ended with', `${KEY}\n`],
  ])('is hidden %s', (_, form) => {
    expect(redactorOf(`${KEY}\n`).redact(`key ${form} refused`)).toMatch(/^key (0x)?\[redacted\]\s* refused$/);
  });

  it('is hidden wherever it is in a JSON value', () => {
    const redactor = redactorOf(KEY);
    const value = { list: [{ message: `key is ${KEY}`, count: 3, nothing: null }] };
    expect(redactor.redactJson(value)).toEqual({ list: [{ message: 'key is [redacted]', count: 3, nothing: null }] });
  });

  it('does not uncover the rest of a longer one that begins like it', () => {
    expect(redactorOf('abcdefgh', 'abcdefgh-and-more').redact('it is abcdefgh-and-more')).toBe('it is [redacted]');
  });

  it('that is a URL keeps its host and loses path, query and what is in it', () => {
    const redactor = redactorOf('https://l1.example.com/v3/0123456789abcdef?apikey=fedcba9876543210');
    expect(redactor.redact('https://l1.example.com/v3/0123456789abcdef?apikey=fedcba9876543210 answered 401')).toBe(
      '[redacted] answered 401',
    );
    expect(redactor.redact('POST /v3/0123456789abcdef to l1.example.com')).toBe('POST [redacted] to l1.example.com');
    expect(redactor.redact('invalid key fedcba9876543210')).toBe('invalid key [redacted]');
  });

  it('that is too short to be one leaves sentences whole', () => {
    expect(redactorOf('the').redact('the network is ready')).toBe('the network is ready');
  });
});

describe('a password', () => {
  it.each([
    'it is p@ssw0rd-with-at now',
    'it is p%40ssw0rd-with-at now',
    'dial https://user:p@ssw0rd-with-at@l1.example.com/ refused',
    'dial https://user:p%40ssw0rd-with-at@l1.example.com/ refused',
  ])('with an @ in it leaves no part of it: %s', (text) => {
    for (const url of [
      'https://user:p@ssw0rd-with-at@l1.example.com',
      'https://user:p%40ssw0rd-with-at@l1.example.com',
    ]) {
      expect(redactorOf(url).redact(text)).not.toMatch(/ssw0rd|with-at/);
    }
  });

  it('with an @ in it is hidden also when nobody has read it', () => {
    expect(createRedactor().redact('https://user:p@ss@l1.example.com/ refused')).toBe(
      'https://[redacted]@l1.example.com/ refused',
    );
  });
});

it('user names and passwords in URLs are hidden although nobody has read them', () => {
  expect(createRedactor().redact('https://user:pass@l1.example.com/ refused')).toBe(
    'https://[redacted]@l1.example.com/ refused',
  );
});

it('identities of things stay what they are, also when a Secret holds the same word', () => {
  const redactor = createRedactor();
  redactor.remember('sequencer');
  const step = {
    id: '04-apply-component/acme-sequencer',
    component: { name: 'acme-sequencer' },
    summary: 'a sequencer',
  };
  expect(redactor.redactJson(step)).toEqual({ ...step, summary: 'a [redacted]' });
});
