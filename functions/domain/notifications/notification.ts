/** What every fact has. */
export interface Common {
  /** Name of the record that it was told. */
  key: string;
  variant: string;
  /** When it came about, in milliseconds since the epoch. */
  at: number;
}

/** Facts of one family with what every fact has. */
export type Told<Family> = Common & Family;
