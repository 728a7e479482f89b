/** How results look: tables for people, JSON and YAML for programs. */
import { styleText } from 'node:util';
import Table from 'cli-table3';
import { stringify } from 'yaml';

export const OUTPUTS = ['table', 'json', 'yaml'] as const;
export type Output = (typeof OUTPUTS)[number];

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';
export type Paint = (colour: Colour, text: string) => string;

export function painter(colours: boolean): Paint {
  return (colour, text) => (colours ? styleText(colour, text, { validateStream: false }) : text);
}

/** A value as JSON or YAML, with a line break at the end. */
export function serialise(value: unknown, output: Exclude<Output, 'table'>): string {
  return output === 'json'
    ? `${JSON.stringify(value, null, 2)}\n`
    : stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Columns without lines, as kubectl prints them. The last column is not padded. */
export function columns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = '';
  const table = new Table({
    head: [...head],
    chars: {
      top: none,
      'top-mid': none,
      'top-left': none,
      'top-right': none,
      bottom: none,
      'bottom-mid': none,
      'bottom-left': none,
      'bottom-right': none,
      left: none,
      'left-mid': none,
      mid: none,
      'mid-mid': none,
      right: none,
      'right-mid': none,
      middle: '   ',
    },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  table.push(...rows.map((row) => [...row]));
  return `${table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

/** 5001204 → `5,001,204` */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** Seconds as the largest two units: `38s`, `4m10s`, `3h2m`, `2d4h`. */
export function shortDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ];
  const start = units.findIndex(([, size]) => whole >= size);
  if (start === -1) return '0s';
  const [[unit, size] = ['s', 1], next] = units.slice(start, start + 2);
  const rest = next ? Math.floor((whole % size) / next[1]) : 0;
  return `${Math.floor(whole / size)}${unit}${next && rest > 0 ? `${rest}${next[0]}` : ''}`;
}

/** Wei as ether with four digits: `12.4031 ETH`. */
export function ether(wei: string): string {
  const tenThousandths = BigInt(wei) / 10n ** 14n;
  const digits = (tenThousandths % 10_000n).toString().padStart(4, '0').replace(/0+$/, '');
  return `${grouped(Number(tenThousandths / 10_000n))}${digits === '' ? '' : `.${digits}`} ETH`;
}
