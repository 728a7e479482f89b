/** Calls `onProgress` with the elapsed time now and every few seconds until the work is done. */
export async function withElapsed<T>(
  what: string,
  onProgress: (line: string) => void,
  work: () => Promise<T>,
  everyMs = 10_000,
): Promise<T> {
  const from = performance.now();
  const elapsed = (): string => {
    const seconds = Math.round((performance.now() - from) / 1000);
    return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  };
  onProgress(`${what} …`);
  const timer = setInterval(() => onProgress(`${what} … ${elapsed()}`), everyMs);
  try {
    const result = await work();
    onProgress(`${what}: done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
