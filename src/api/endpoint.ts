/** URLs. One that holds a credential belongs into a Secret: specs are read by many, and copied into tickets. */
import { z } from 'zod';
import { secretKeyRef } from './references.ts';
import { celExactlyOne, countPresent, type Rule, withRules } from './rule.ts';
import { patterned } from './text-fields.ts';

const SCHEMES = {
  http: { pattern: '^https?://[!-~]+$', expected: 'a URL with http:// or https://' },
  rpc: { pattern: '^(https?|wss?)://[!-~]+$', expected: 'a URL with http://, https://, ws:// or wss://' },
};

/** `user:password@` before the host. */
const USER_INFO = '^[a-z]+://[^/?#]*@';
/** A path segment or query part like those that providers hand out as keys. */
const KEY_SEGMENT = '[/?&=]([A-Za-z0-9]{24,}|[A-Za-z0-9_-]{32,})([/?&=#]|$)';
/** A query parameter that is a credential by its name. */
const KEY_PARAMETER = '(?i)[?&]([a-z_-]*(key|token|secret|password|auth))=';

/** Whether a URL carries something that looks like a credential. Twin of the CEL rule of {@link plainUrl}. */
export function looksLikeCredential(url: string): boolean {
  return [USER_INFO, KEY_SEGMENT].some((pattern) => new RegExp(pattern).test(url)) || keyParameter.test(url);
}
const keyParameter = new RegExp(KEY_PARAMETER.replace('(?i)', ''), 'i');

function noCredential(field: string, instead: string): Rule<string> {
  return {
    cel: [USER_INFO, KEY_SEGMENT, KEY_PARAMETER].map((pattern) => `!self.matches('${pattern}')`).join(' && '),
    holds: (self) => !looksLikeCredential(self),
    message: `${field} seems to hold a credential (user info, or an API key in path or query), which everybody could read who may read this object`,
    fix: instead,
  };
}

/** A URL in plain sight. `instead` says where one with a credential goes. */
export function plainUrl(
  doc: { description: string; example: string; field?: string; instead: string },
  scheme: keyof typeof SCHEMES = 'http',
) {
  const field = patterned({ ...SCHEMES[scheme], maxLength: 2048, mayHoldSecret: true }, doc);
  return withRules(field, [noCredential(doc.field ?? 'url', doc.instead)]);
}

/** A service to dial: a plain URL or one in a Secret. */
export function endpoint(
  description: string,
  example: { url: string; secret: string; key: string },
  scheme: keyof typeof SCHEMES = 'http',
) {
  const secret = `secretKeyRef: {name: ${example.secret}, key: ${example.key}}`;
  return withRules(
    z.object({
      url: plainUrl(
        {
          description: 'URL without any credential.',
          example: example.url,
          instead: `put the URL into a Secret and use secretKeyRef, for example ${secret}`,
        },
        scheme,
      ).optional(),
      secretKeyRef: secretKeyRef('Secret that holds the URL; required when the URL carries a credential.', {
        name: example.secret,
        key: example.key,
      }).optional(),
    }),
    [
      {
        cel: celExactlyOne('url', 'secretKeyRef'),
        holds: (self) => countPresent(self.url, self.secretKeyRef) === 1,
        message: `set exactly one of url and secretKeyRef`,
        fix: `for example ${secret}`,
      },
    ],
  ).meta({ description });
}

export type Endpoint = z.output<ReturnType<typeof endpoint>>;
