/** Numbers as people read them in status. */

/** `5,001,150` */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 block`, `5,001 blocks` */
export function blocks(value: number, kind = ''): string {
  return `${count(value)} ${kind === '' ? '' : `${kind} `}${value === 1 ? 'block' : 'blocks'}`;
}

/** `38 s`, `4 min`, `2 h 5 min`, `3 d 4 h` */
export function seconds(value: number): string {
  const whole = Math.max(0, Math.round(value));
  if (whole < 120) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `1.25 ETH`; at most 6 decimals, rounded down. */
export function ether(wei: bigint): string {
  const micro = wei / 10n ** 12n;
  const decimals = (micro % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '');
  return `${(micro / 1_000_000n).toLocaleString('en-US')}${decimals === '' ? '' : `.${decimals}`} ETH`;
}

/** `0x76f68922…` */
export function shortHash(hash: string): string {
  return `${hash.slice(0, 10)}…`;
}
