/** Figures, targets and verdicts as people read them. */
import type { Amount, Figure, Measurement, Row, Target, Verdict } from './row.ts';

/** Three digits that count; whole numbers as they are. */
export function numberText(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

export function figureText({ name, value, unit }: Figure): string {
  return [name, numberText(value), unit].filter((part) => part !== '').join(' ');
}

function targetText({ name, bound, value, unit }: Target): string {
  const sign = value === 0 ? '=' : bound === 'at most' ? '≤' : '≥';
  return [name, sign, numberText(value), unit].filter((part) => part !== '').join(' ');
}

/** All targets of a row, and on how many networks they are meant. */
export function targetsText({ targets, size }: Row): string {
  const networks = size.networks ? `${numberText(size.networks.target)} networks: ` : '';
  return `${networks}${targets.map(targetText).join(', ')}`;
}

export function verdictText(verdict: Verdict): string {
  switch (verdict.is) {
    case 'met':
      return 'met';
    case 'missed':
      return `**missed**: ${verdict.figures.join(', ')}`;
    case 'not judged':
      return `not judged: ${verdict.why}`;
  }
}

/** What the figures are of: `1,000 networks, 20 deletions: …`. */
export function underText({ size }: Row, { under }: Measurement, { networks, runs }: Amount): string {
  const amounts = [
    ...(size.networks ? [`${numberText(networks)} ${networks === 1 ? 'network' : 'networks'}`] : []),
    ...(size.runs ? [`${numberText(runs)} ${size.runs.of}`] : []),
  ];
  return amounts.length === 0 ? under : `${amounts.join(', ')}: ${under}`;
}
