/** What `work` brings, but waited for no longer than until the signal: then it rejects with its reason, whatever becomes of the work. */
export async function interruptible<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const interrupt = () => reject(signal.reason);
  signal.addEventListener("abort", interrupt);
  if (signal.aborted) interrupt();
  return Promise.race([work, interrupted]).finally(() => signal.removeEventListener("abort", interrupt));
}
