/** An error with everything that led to it, in one line. */
export function causes(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const deeper = error instanceof AggregateError ? error.errors : error.cause === undefined ? [] : [error.cause];
  return [error.message, ...(deeper.length > 0 ? [deeper.map(causes).join("; ")] : [])].join(": ");
}
