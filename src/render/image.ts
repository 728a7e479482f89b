import type { Image } from '../api/images.ts';
import type { ImageReference, ProgramKey } from '../catalogue/releases.ts';
import type { RenderInput } from './input.ts';

/** A program, or the shell that init containers run in. */
type ImageKey = ProgramKey | 'init';

/**
 * The image of a program: the release's, with the network's and then the component's parts over it. undefined: the
 * release has no such program, and nobody named one.
 */
export function findImage(
  key: ImageKey,
  { release, network }: RenderInput,
  own?: Image | undefined,
): string | undefined {
  const reference = key === 'init' ? release.initImage : release.images[key];
  return imageName(reference, network.spec.images?.[key], own);
}

/** Without an image where there is none: checkSettings refuses that, and so would the API server. */
export function containerImage(
  key: ImageKey,
  input: RenderInput,
  own?: Image | undefined,
): { image?: string; imagePullPolicy: string } {
  const image = findImage(key, input, own);
  const imagePullPolicy = own?.pullPolicy ?? input.network.spec.images?.[key]?.pullPolicy ?? 'IfNotPresent';
  return { ...(image === undefined ? {} : { image }), imagePullPolicy };
}

type Parts = Partial<Pick<Image, 'repository' | 'tag' | 'digest'>>;

/** A more specific tag also drops a less specific digest, which the registry would silently prefer to it. */
export function imageName(
  release: ImageReference | undefined,
  ...overrides: readonly (Parts | undefined)[]
): string | undefined {
  let { repository, tag, digest }: Parts = release ?? {};
  for (const override of overrides) {
    if (override === undefined) continue;
    repository = override.repository ?? repository;
    if (override.tag !== undefined) [tag, digest] = [override.tag, override.digest];
    else digest = override.digest ?? digest;
  }
  if (repository === undefined || (tag === undefined && digest === undefined)) return undefined;
  return `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
