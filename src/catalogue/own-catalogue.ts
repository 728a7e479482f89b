/**
 * Releases of a user's own beside those that are built in: the same form, as JSON or YAML. A name that is built in is
 * refused, because what it stands for is published and never changes.
 */
import { parse } from 'yaml';
import type { z } from 'zod';
import { looksLikeCredential } from '../api/endpoint.ts';
import type { FieldProblem } from '../api/field-problem.ts';
import { release as builtInRelease, catalogueFile, type Release, releaseNames, releaseOf } from './releases.ts';

export interface Catalogue {
  find(name: string): Release | undefined;
  /** Names of all releases, those that are built in first. */
  readonly names: readonly string[];
}

/**
 * The releases that a network may name.
 * @param ref of its `spec.catalogue`
 * @param content of the key; undefined where it is not known
 */
export function catalogueOf(
  ref: { readonly name: string; readonly key: string } | undefined,
  content: string | undefined,
): { readonly catalogue: Catalogue; readonly problems: readonly { message: string; fix: string }[] } {
  const { releases, problems } =
    ref === undefined || content === undefined ? { releases: [], problems: [] } : parseOwnCatalogue(content);
  const where = `spec.catalogue.configMapRef: ConfigMap "${ref?.name}", key "${ref?.key}"`;
  return {
    catalogue: catalogueWith(releases),
    problems: problems.map(({ path, value, message, fix }) => ({
      message: `${where}: ${path === '' ? '' : `${path} `}${message}${value === undefined ? '' : ` (is ${value})`}`,
      fix,
    })),
  };
}

function catalogueWith(own: readonly Release[]): Catalogue {
  const byName = new Map(own.map((release) => [release.name, release]));
  return {
    find: (name) => builtInRelease(name) ?? byName.get(name),
    names: [...releaseNames, ...byName.keys()],
  };
}

/** More of them would not be read. */
const MOST_PROBLEMS = 5;
const FORM = 'docs/compatibility.md has the form';

/** One of the two is empty: with a problem none of the releases counts. */
interface OwnCatalogue {
  readonly releases: readonly Release[];
  /** By path in the text. */
  readonly problems: readonly FieldProblem[];
}

function parseOwnCatalogue(text: string): OwnCatalogue {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    const [line = ''] = error instanceof Error ? error.message.split('\n') : [];
    return refused([problem('', undefined, `is neither JSON nor YAML: ${line}`, `correct it; ${FORM}`)]);
  }
  const parsed = catalogueFile.safeParse(content, { reportInput: true });
  if (!parsed.success) return refused(parsed.error.issues.flatMap(problemsOf));
  const own = parsed.data.releases.map(releaseOf);
  const problems = own.flatMap((release, index) => checkNames(release, index, own));
  return problems.length > 0 ? refused(problems) : { releases: own, problems: [] };
}

function refused(problems: readonly FieldProblem[]): OwnCatalogue {
  return { releases: [], problems: problems.slice(0, MOST_PROBLEMS) };
}

function checkNames({ name, requires }: Release, index: number, own: readonly Release[]): FieldProblem[] {
  const at = `releases[${index}]`;
  const first = own.findIndex((other) => other.name === name);
  const isKnown = (other: string) =>
    builtInRelease(other) !== undefined || own.some((release) => release.name === other);
  return [
    ...(builtInRelease(name) === undefined
      ? []
      : [
          problem(
            `${at}.name`,
            name,
            'is built in, and a published release never changes',
            `call it ${name}-acme, for example`,
          ),
        ]),
    ...(first === index
      ? []
      : [
          problem(
            `${at}.name`,
            name,
            `is the name of releases[${first}] as well`,
            'give each release a name of its own',
          ),
        ]),
    ...requires
      .filter((other) => !isKnown(other))
      .map((other) =>
        problem(`${at}.requires`, other, 'is no release', `name one of ${catalogueWith(own).names.join(', ')}`),
      ),
  ];
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  const path = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      problem(path === '' ? key : `${path}.${key}`, undefined, 'is no field of a catalogue', `remove it; ${FORM}`),
    );
  }
  return [problem(path, issue.input, sentence(issue), `correct it; ${FORM}`)];
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.input === undefined || issue.input === null) return 'is required';
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_type') return `must be of type ${issue.expected}`;
  return issue.code === 'too_small' ? 'must not be empty' : issue.message;
}

function problem(path: string, value: unknown, message: string, fix: string): FieldProblem {
  const isShown = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const text = isShown ? String(value) : '';
  return {
    path,
    ...(isShown && !looksLikeCredential(text) ? { value: JSON.stringify(text.slice(0, 80)) } : {}),
    message,
    fix,
  };
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}
