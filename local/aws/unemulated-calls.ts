import type { RecordedCall } from "./emulator.ts";

/**
 * A call to a service that the emulator lacks, as that service's own emulation recorded it. It knows the access key,
 * but not the role behind the key.
 */
export type UnemulatedCall = Omit<RecordedCall, "role">;

/** The access key that signed a request; null if the request is unsigned. */
export function accessKeyOf(authorization: string | undefined): string | null {
  return /^AWS4-HMAC-SHA256 Credential=([^/]+)\//.exec(authorization ?? "")?.[1] ?? null;
}

/**
 * Adds the role to each call, so that the calls look like the emulator's own records.
 * @param roles by access key: those that functions assume themselves are among them
 */
export function attributed(calls: readonly UnemulatedCall[], roles: ReadonlyMap<string, string>): RecordedCall[] {
  return calls.map((call) => ({ ...call, role: roles.get(call.accessKeyId ?? "") ?? null }));
}
