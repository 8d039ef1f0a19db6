/** A figure of the service, and what it must be. */
export interface Figure {
  /** Its name in the JSON. */
  key: string;
  what: string;
  /** `ms`, `MB` …; empty for a ratio. */
  unit: string;
  /** Undefined if the figure only informs. */
  atMost?: number;
}

/** A number, or the parts that add up to it, by name. */
export type Measured = number | Readonly<Record<string, number>>;

/** Figures that are measured together, in a process of their own. */
export interface Group {
  figures: readonly Figure[];
  /** The value of each figure, by key. */
  measure(): Promise<Readonly<Record<string, Measured>>>;
}
