/** An error and all of its causes, in one line. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const causes = causesOf(error);
  return [error.message, ...(causes.length > 0 ? [causes.map(errorText).join("; ")] : [])].join(": ");
}

function causesOf(error: Error): unknown[] {
  if (error instanceof AggregateError) return error.errors;
  if (error instanceof SuppressedError) return [error.suppressed, error.error];
  return error.cause === undefined ? [] : [error.cause];
}
