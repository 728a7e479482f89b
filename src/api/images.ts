/** Which image a container runs. */
import { z } from 'zod';
import { withRules } from './rule.ts';
import { patterned } from './text-fields.ts';

/** An image; parts that are absent come from the release. */
export function image(description: string, example: string) {
  return withRules(
    z.object({
      repository: patterned(
        {
          pattern: '^[a-z0-9]+([._:/-]+[a-z0-9]+)*$',
          maxLength: 255,
          expected: 'a repository in lower case, without tag and digest',
        },
        {
          description: 'Repository with registry host, without tag. Absent: the one of the release.',
          example: `us-docker.pkg.dev/oplabs-tools-artifacts/images/${example}`,
        },
      ).optional(),
      tag: patterned(
        { pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]*$', maxLength: 128, expected: 'a tag' },
        { description: 'Tag, which is also the version that compatibility is judged by.', example: 'v1.16.11' },
      ).optional(),
      digest: patterned(
        {
          pattern: '^sha256:[0-9a-f]{64}$',
          maxLength: 71,
          expected: 'sha256: and 64 hexadecimal digits in lower case',
        },
        {
          description: 'Digest: pins the content. With `tag` the tag is kept for reading only.',
          example: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        },
      ).optional(),
      pullPolicy: z
        .enum(['Always', 'IfNotPresent', 'Never'])
        .default('IfNotPresent')
        .describe('When the kubelet pulls the image.'),
    }),
    [
      {
        cel: 'has(self.repository) || has(self.tag) || has(self.digest)',
        holds: (self) => [self.repository, self.tag, self.digest].some((part) => part !== undefined),
        message: 'set at least one of repository, tag and digest',
        fix: 'for example tag: v1.16.11',
      },
    ],
  ).meta({ description });
}

export type Image = z.output<ReturnType<typeof image>>;
