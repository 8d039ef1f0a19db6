/**
 * Shares reads among callers that ask at the same time. Whoever asks while a read is under way gets the next one, so
 * nobody gets an answer that is older than the question.
 */
export function shareReads<Arguments extends unknown[], T>(
  read: (...about: Arguments) => Promise<T>,
): (...about: Arguments) => Promise<T> {
  const underWay = new Map<string, Promise<T>>();
  const next = new Map<string, Promise<T>>();

  function begin(key: string, about: Arguments): Promise<T> {
    const reading = read(...about).finally(() => underWay.delete(key));
    underWay.set(key, reading);
    return reading;
  }

  return (...about) => {
    const key = JSON.stringify(about);
    const waiting = next.get(key);
    if (waiting) return waiting;
    const current = underWay.get(key);
    if (!current) return begin(key, about);
    const following = current.then(noResult, noResult).then(() => {
      next.delete(key);
      return begin(key, about);
    });
    next.set(key, following);
    return following;
  };
}

function noResult(): void {}
