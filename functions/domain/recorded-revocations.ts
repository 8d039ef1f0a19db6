import type { Image, Revocation } from "./images.ts";
import { sha256 } from "./inputs.ts";
import type { OwnRecords } from "./recorded-states.ts";
import type { Records, StoredRecord } from "./records.ts";

/** IDs of all images whose revocation is recorded and in force, whatever their tags say. */
export function revokedByRecord({ revocations = [], unrevocations = [] }: Records): string[] {
  return [...new Set(openRevocations(revocations, unrevocations).map(({ name }) => name.split("/")[0] ?? ""))];
}

/** S3 counts whole seconds, and of two records of one second the unrevoke is the later one. */
function openRevocations(revocations: readonly StoredRecord[], takenBack: readonly StoredRecord[]): StoredRecord[] {
  const ends = Map.groupBy(takenBack, ({ name }) => name);
  return revocations.filter(({ name, at }) => !ends.get(name)?.some((end) => end.at >= at));
}

/** The revocations in force. A tag that a person deletes takes nothing back once its value is recorded. */
export function revocationOf(
  { id, revoked }: Pick<Image, "id" | "revoked">,
  tag: string | undefined,
  own: OwnRecords,
): Pick<Image, "revoked" | "revocations"> {
  const open = openRevocations(own("revocations"), own("unrevocations"));
  const takenBackAt = (hash: string) => own("unrevocations").find(({ name }) => name === hash)?.at;
  const recorded = open.map(({ name: hash }): Revocation => ({ hash, recorded: true, takenBackAt: takenBackAt(hash) }));
  const hash = tag === undefined ? undefined : sha256(tag);
  const unrecorded =
    hash === undefined || open.some(({ name }) => name === hash)
      ? []
      : [{ hash, recorded: false, takenBackAt: takenBackAt(hash) }];
  const reason = `a person has deleted its tag revoked; to take the revocation back: POST /unrevoke {"image": "${id}"}`;
  const since = Math.max(...open.map(({ at }) => at));
  return {
    revoked: revoked ?? (open.length > 0 ? { reason, by: undefined, at: since } : undefined),
    revocations: [...recorded, ...unrecorded],
  };
}
