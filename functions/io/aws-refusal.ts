/**
 * Whether AWS refused what was asked, so that asking again at once would fail in the same way. Throttling and faults of
 * AWS's own pass.
 */
export function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error && "$metadata" in error)) return false;
  const { httpStatusCode = 500 } = error.$metadata as { httpStatusCode?: number };
  return httpStatusCode >= 400 && httpStatusCode < 500 && !/throttl|^RequestLimitExceeded|expired/i.test(error.name);
}
