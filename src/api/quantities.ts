/** Amounts in the notation of Kubernetes, and ether. */
import { z } from 'zod';
import { boundedMap } from './maps.ts';
import { patterned, resourceName } from './text-fields.ts';

const SIZE_PATTERN = '^[1-9][0-9]{0,8}([KMGTPE]i|[kMGTPE])$';
const POWERS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/**
 * Bytes of a volume's size, exactly: `500Gi` → 536870912000n.
 * @throws RangeError on anything that is not a size with a unit
 */
export function sizeInBytes(size: string): bigint {
  const [, count, letter, binary] = /^([1-9][0-9]{0,8})([kKMGTPE])(i?)$/.exec(size) ?? [];
  if (count === undefined || letter === undefined) throw new RangeError(`"${size}" is not a size, for example 500Gi.`);
  const power = POWERS.indexOf(letter.toUpperCase());
  return BigInt(count) * (binary === 'i' ? 1024n : 1000n) ** BigInt(power);
}

/** Persistent volume of a component. */
export function storage(description: string, example: string) {
  return z
    .object({
      size: patterned(
        { pattern: SIZE_PATTERN, maxLength: 16, expected: 'a whole number with a unit' },
        { description: 'Size of the volume. May only grow; the storage class has to allow expansion.', example },
      ),
      className: resourceName(
        "Storage class. Absent: the network's `defaults.storageClassName`, else the cluster's default. Fixed after creation.",
        'fast-ssd',
      ).optional(),
    })
    .meta({ description });
}

const AMOUNT = {
  pattern: '^[0-9]{1,12}(\\.[0-9]{1,9})?([KMGTPE]i|[mkMGTPE])?$',
  maxLength: 32,
  expected: 'a quantity',
  example: '500m or 16Gi',
};

/** An amount of a resource: `500m`, `4`, `16Gi`; whole numbers may be written without quotes. */
const amount = z
  .union([
    z.int().min(0).max(999_999_999_999),
    z
      .string()
      .max(AMOUNT.maxLength)
      .regex(new RegExp(AMOUNT.pattern), { error: `must be ${AMOUNT.expected}` }),
  ])
  .transform(String)
  .meta({ description: 'An amount. Example: 500m', intOrString: AMOUNT });

const RESOURCE_NAME = {
  pattern: '^[a-z]([-a-zA-Z0-9./]{0,61}[a-zA-Z0-9])?$',
  expected: 'resource names of at most 63 characters',
  example: 'cpu, memory or nvidia.com/gpu',
  max: 16,
};

/** Requests and limits of a container, as Kubernetes writes them. */
export function resources(description: string) {
  return z
    .object({
      requests: boundedMap(
        amount,
        RESOURCE_NAME,
        'What is reserved, by resource: cpu in cores, memory in bytes. Example: {cpu: 2, memory: 8Gi}.',
      ).optional(),
      limits: boundedMap(
        amount,
        RESOURCE_NAME,
        'What may be used at most, by resource. Example: {memory: 16Gi}.',
      ).optional(),
    })
    .meta({ description });
}

/** An amount in ether: at most 9 decimals, so that the API server and we compare the same number. */
export function ether(description: string, example: string) {
  return patterned(
    { pattern: '^[0-9]{1,9}(\\.[0-9]{1,9})?$', maxLength: 19, expected: 'an amount in ether with at most 9 decimals' },
    { description, example },
  );
}

/** An amount in wei from status: larger than any number of JSON. */
export function wei(description: string) {
  return patterned(
    { pattern: '^[0-9]{1,78}$', maxLength: 78, expected: 'a decimal number' },
    { description, example: '1500000000000000000' },
  );
}

export type Storage = z.output<ReturnType<typeof storage>>;
export type Resources = z.output<ReturnType<typeof resources>>;
