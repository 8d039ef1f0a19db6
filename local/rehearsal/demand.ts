/** @throws Error when a text does not match a story's expectation */
export function demand(text: string | null | undefined, pattern: RegExp): void {
  if (!text || !pattern.test(text)) throw new Error(`"${text}" does not match ${pattern}`);
}
