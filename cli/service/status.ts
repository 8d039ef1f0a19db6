import type { statusOf } from "../../functions/api/status.ts";
import type { Session } from "../session.ts";
import { ask } from "./ask.ts";

/** What `GET /` answers. */
export type Status = ReturnType<typeof statusOf>;
export type VariantStatus = Status["variants"][number];
export type FleetStatus = Status["fleets"][number];

/** What to ask for. */
export interface Wanted {
  variant?: string;
  images?: "all" | "none";
}

/** The status with all its pages in one. */
export async function readStatus(session: Session, { variant, images = "all" }: Wanted = {}): Promise<Status> {
  const query = new URLSearchParams({
    ...(variant !== undefined && { variant }),
    ...(images === "none" && { images }),
  });
  const read = (path: string) => ask<Status>(session, "Asking for the status", "GET", path);
  const first = await read(query.size === 0 ? "/" : `/?${query}`);
  const pages = [first];
  for (let next = first.next; next; next = pages.at(-1)?.next ?? null) pages.push(await read(next));
  return {
    ...first,
    variants: pages.flatMap((page) => page.variants),
    fleets: pages.flatMap((page) => page.fleets),
    removedVariants: pages.flatMap((page) => page.removedVariants),
    next: null,
  };
}
