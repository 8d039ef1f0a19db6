import type { RecordedCall } from "./emulator.ts";

/** A call of a service that the emulator does not have, as whoever stands for that service saw it: by access key, whose role it does not know. */
export type SideCall = Omit<RecordedCall, "role">;

/** The access key that a request is signed with; null for an unsigned one. */
export function accessKeyOf(authorization: string | undefined): string | null {
  return /^AWS4-HMAC-SHA256 Credential=([^/]+)\//.exec(authorization ?? "")?.[1] ?? null;
}

/** Such calls as the emulator would have recorded them. */
export function attributed(
  calls: readonly SideCall[],
  roleOf: (accessKeyId: string) => string | undefined,
): RecordedCall[] {
  return calls.map((call) => ({ ...call, role: (call.accessKeyId && roleOf(call.accessKeyId)) || null }));
}
