const isFull = process.env.TEST_DEPTH === "full";

/** How many cases a property is tried with: `daily` in `npm test`, `full` in `npm run test:full`. */
export function cases(daily: number, full: number): number {
  return isFull ? full : daily;
}
