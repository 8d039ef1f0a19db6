/** What is said of one kind of fact: what happened, why, what to do, how to undo it. */
export interface Content {
  headline: string;
  lines: string[];
}
