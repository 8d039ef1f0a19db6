/** An answer, or why there is none. */
export type Attempted<T> = { known: T; error?: never } | { known?: never; error: string };

export async function attempt<T>(read: () => Promise<T>): Promise<Attempted<T>> {
  try {
    return { known: await read() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** @throws Error that says why it is unknown */
export function knownOr<T>({ known, error }: Attempted<T>): T {
  if (known === undefined) throw new Error(error);
  return known;
}
