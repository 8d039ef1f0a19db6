import { randomBytes, timingSafeEqual } from "node:crypto";

/** What nobody can guess, fit for a path. */
export function createSecret(): string {
  return randomBytes(24).toString("base64url");
}

/** Takes as long for a wrong text as for the right one of the same length. */
export function isSame(given: string, secret: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}
