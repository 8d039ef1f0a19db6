/** Who uses an image. What cannot be told for certain counts as use. */
export type References = { state: "unused" } | { state: "used"; by: string[] } | { state: "unknown"; why: string };
