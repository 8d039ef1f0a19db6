/** Twenty looks, half a minute apart: no real work stands still for that long, however slow or busy the machine is. */
const patience = { looks: 20, milliseconds: 30_000 };

/**
 * Waits for as long as something moves. A slow machine makes slow progress; only a run that hangs makes none.
 * @param what names the awaited work in the error
 * @param progress a value that changes with every bit of progress, such as the size of a log
 * @throws Error after ten minutes without any change
 */
export async function whileMoving<T>(
  what: string,
  awaited: Promise<T>,
  progress: () => string | Promise<string>,
  { looks, milliseconds } = patience,
): Promise<T> {
  const standstill = Promise.withResolvers<never>();
  let last = "";
  let unchanged = 0;

  async function look(): Promise<void> {
    const current = await progress();
    unchanged = current === last ? unchanged + 1 : 0;
    last = current;
    if (unchanged < looks) return;
    throw new Error(`${what} has made no progress for ${(looks * milliseconds) / 1000} s: ${last}`);
  }

  const timer = setInterval(() => look().catch(standstill.reject), milliseconds);
  try {
    return await Promise.race([awaited, standstill.promise]);
  } finally {
    clearInterval(timer);
  }
}
