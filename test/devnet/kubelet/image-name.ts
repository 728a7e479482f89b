import { createHash } from 'node:crypto';

export interface ImageName {
  /** Last path segment without tag and digest: `op-node`. */
  readonly program: string;
  /** `latest` where the name has none. */
  readonly tag: string;
  /** What a container status shows as `imageID`: stable for a name. */
  readonly id: string;
}

export function parseImageName(image: string): ImageName {
  const [reference = '', digest] = image.split('@');
  const segment = reference.slice(reference.lastIndexOf('/') + 1);
  const [program = '', tag = 'latest'] = segment.split(':');
  const id = digest === undefined ? `sha256:${createHash('sha256').update(image).digest('hex')}` : image;
  return { program, tag, id };
}
