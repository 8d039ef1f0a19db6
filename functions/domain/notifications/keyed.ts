/** What every notification has. */
export interface Common {
  /** Name of the record that subscribers received it. The same event always has the same key. */
  key: string;
  variant: string;
  /** When it happened, in milliseconds since the epoch. */
  at: number;
}

/** A family of notifications with what every notification has. */
export type Keyed<Family> = Common & Family;
