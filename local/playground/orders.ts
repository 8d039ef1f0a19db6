import ms, { type StringValue } from "ms";
import { day } from "../../functions/config/time.ts";

/** What somebody can let happen in the world around the service. */
export const releases = ["base", "kubernetes", "patch-tuesday"] as const;
export type Release = (typeof releases)[number];

/** What a line on standard input asks for. `by` is in milliseconds. */
export type Order =
  | { do: "tell-time" }
  | { do: "advance"; by: number }
  | { do: "release"; what: Release }
  | { do: "spoil-next" }
  | { do: "deploy" }
  | { do: "wait" }
  | { do: "status" }
  | { do: "help" }
  | { do: "quit" };

export const help = `clock                 shows the stack's time
clock +1d             lets that much time pass (+2h, +30m); every schedule fires that is due
release base          AWS releases new base images
release kubernetes    Kubernetes and EKS release the next patch
release patch-tuesday lets time pass until the next Patch Tuesday
bad next              the next image does not pass its proof
deploy                deploys config.ts, packer/ and buildspec/ as they are now; a change of theirs does so by itself
wait                  waits until nothing is at work, before the next line
status                what the channels hold, and what comes next
quit                  stops everything, as Ctrl-C does`;

/**
 * Reads a line. Case and spaces do not matter.
 * @returns undefined for an empty line, and a text that says what would be right for one that makes no sense
 */
export function readOrder(line: string): Order | string | undefined {
  const words = line.trim().toLowerCase().split(/\s+/);
  const [verb = "", ...rest] = words;
  const [what = ""] = rest;
  if (verb === "") return undefined;
  if (verb === "clock") return rest.length === 0 ? { do: "tell-time" } : readAdvance(rest.join(" "));
  if (verb === "release") return readRelease(what);
  if (words.join(" ") === "bad next") return { do: "spoil-next" };
  const plain = (["deploy", "wait", "status", "help", "quit"] as const).find((one) => one === words.join(" "));
  return plain ? { do: plain } : `"${line.trim()}" is nothing that is known here. There is:\n${help}`;
}

function readAdvance(said: string): Order | string {
  const [, duration] = /^\+ ?(\d+(?:\.\d+)? ?[smhdw])$/.exec(said) ?? [];
  const by = duration === undefined ? 0 : ms(duration as StringValue);
  if (by > 0 && by <= 366 * day) return { do: "advance", by };
  return `"clock ${said}" is no time that can pass: clock +30m, clock +2h, clock +1d, at most 366 days`;
}

function readRelease(said: string): Order | string {
  const what = releases.find((one) => one === said);
  return what ? { do: "release", what } : `"release ${said}" is no release: ${releases.join(", ")}`;
}
