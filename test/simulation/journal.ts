/** A map that remembers for a while what it held before, as a service of AWS does that is eventually consistent. */
export class Journal<Value> extends Map<string, Value> {
  readonly #changes: { at: number; key: string; before: Value | undefined }[] = [];
  readonly #now: () => number;
  readonly #reach: number;

  /**
   * @param now milliseconds since the epoch
   * @param reach how far back it remembers, in milliseconds
   */
  constructor(now: () => number, reach: number) {
    super();
    this.#now = now;
    this.#reach = reach;
  }

  override set(key: string, value: Value): this {
    this.#note(key);
    return super.set(key, value);
  }

  override delete(key: string): boolean {
    this.#note(key);
    return super.delete(key);
  }

  /** What it held so long ago, in milliseconds. */
  asOf(ago: number): Map<string, Value> {
    const view = new Map(this);
    const time = this.#now() - ago;
    for (const { at, key, before } of this.#changes.toReversed()) {
      if (at <= time) break;
      if (before === undefined) view.delete(key);
      else view.set(key, before);
    }
    return view;
  }

  #note(key: string): void {
    const now = this.#now();
    while ((this.#changes[0]?.at ?? now) < now - this.#reach) this.#changes.shift();
    this.#changes.push({ at: now, key, before: this.get(key) });
  }
}
