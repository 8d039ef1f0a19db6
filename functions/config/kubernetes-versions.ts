/** `1.36` or `1.36.2` as 36. */
export function minorOf(version: string): number {
  return numberAt(version, 1);
}

/** `1.36.2` as 2. */
export function patchOf(version: string): number {
  return numberAt(version, 2);
}

function numberAt(version: string, place: number): number {
  return Number(version.split(".")[place]);
}
