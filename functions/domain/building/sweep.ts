import { iso } from "../../config/time.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { endOf, type Leftover, type LeftoverType, restOf, whyUnconfirmed } from "../leftovers.ts";
import { whyPaused } from "../pauses.ts";

/** Removes what a build has left behind. */
export interface SweepAction {
  do: "sweep";
  variant: string;
  type: LeftoverType;
  resource: string;
  /** The mark of the leftover: key pairs are deleted by their name. */
  mark: string | undefined;
  token: string;
  reasons: string[];
}

/** Something with our tags that stays for now. */
export interface SweepWait {
  do: "wait";
  variant: string;
  for: "sweep";
  resource: string;
  until: number | undefined;
  reasons: string[];
}

/**
 * What is to be done about a leftover: `foreign` if only its tags say that it is ours, `spared` if it may be in use. A
 * person has to look at what is `foreign`, so it counts as left behind.
 */
export interface Judgement {
  leftover: Leftover;
  fate: "sweep" | "waits" | "foreign" | "spared";
  why: string;
  until?: number;
}

/** What Packer's plugin calls its key pairs and groups (1.8.2, run_config.go and step_security_group.go). */
const ofPacker = /^packer_[0-9a-f-]{36}$/;
/** EC2's description of a snapshot that CreateImage has made. */
const ofAnImage = /^Created by CreateImage\(i-[0-9a-f]+\) for ami-[0-9a-f]+/;

/** Rule 16: what the plan does about everything that builds have left behind. */
export function sweeps(world: IndexedWorld): (SweepAction | SweepWait)[] {
  return judgements(world).map(({ leftover, fate, why, until }): SweepAction | SweepWait => {
    const { type, id: resource, variant, token, mark } = leftover;
    if (fate === "sweep") return { do: "sweep", variant, type, resource, mark, token, reasons: [why] };
    return { do: "wait", variant, for: "sweep", resource, until, reasons: [why] };
  });
}

/** Everything that bears our tags and whose build has ended. */
export function judgements(world: IndexedWorld): Judgement[] {
  return world.leftovers.found.map((leftover) => ({ leftover, ...judge(world, leftover) }));
}

/** How many resources are left behind, those included that wait and that the sweep only reports. */
export function countLeftovers(world: IndexedWorld): number {
  return judgements(world).filter(({ fate }) => fate !== "spared").length;
}

function judge(world: IndexedWorld, leftover: Leftover): Omit<Judgement, "leftover"> {
  const { type, id, variant, token, createdAt = 0, state, images } = leftover;
  const name = `${type} ${id}`;
  const ended = endOf(world.builds, token);
  if (ended === Number.POSITIVE_INFINITY) return { fate: "spared", why: `${name}: its build runs` };
  const due = Math.max(ended, createdAt) + restOf(leftover);
  if (due > world.now) return { fate: "spared", why: `${name}: it is spared for a while`, until: due };
  if (images.length > 0) return { fate: "spared", why: `${name} is part of ${images.join(", ")}` };
  const foreign = whyForeign(world, leftover);
  if (foreign) return { fate: "foreign", why: `${name} has our tags, but ${foreign}: it is left alone` };
  const why = `${name} is left behind: its build ${token.slice(0, 12)} ended at ${iso(ended)}`;
  const kept = whyKept(world, leftover);
  if (kept) return { fate: "waits", why: `${why}; ${kept}` };
  if (world.configuration.policies.sweep === "report")
    return { fate: "waits", why: `${why}; it stays, because policies.sweep is "report"` };
  const blocker = whyPaused(world, variant) ?? whyLater(world, leftover);
  if (blocker) return { fate: "waits", why: `${why}; ${blocker}` };
  return { fate: "sweep", why: `${why}${state ? ` (${state})` : ""}` };
}

/** Anybody can set tags: what they cannot set must agree. Undefined if it does. */
function whyForeign(world: IndexedWorld, leftover: Leftover): string | undefined {
  return whyUnlike(world, leftover) ?? whyUnconfirmed(world, leftover);
}

/** Why a leftover does not look like one of Packer's runs. */
function whyUnlike({ instanceProfiles }: IndexedWorld, { type, mark = "none" }: Leftover): string | undefined {
  if (type === "instance")
    return instanceProfiles.includes(mark) ? undefined : `its instance profile is ${mark}, not one of the stage's`;
  if (type === "key-pair" || type === "security-group")
    return ofPacker.test(mark) ? undefined : `its name is ${mark}, which Packer does not give`;
  if (type === "snapshot")
    return ofAnImage.test(mark) ? undefined : "its description does not say that it was made for an image";
  return undefined;
}

/**
 * The snapshot of a good image outlives it only if a person deregistered that, perhaps by accident: an image can be
 * registered from its snapshots again, and comes back from the Recycle Bin with them.
 */
function whyKept({ builds }: IndexedWorld, { type, token, mark = "" }: Leftover): string | undefined {
  const image = /ami-[0-9a-f]+/.exec(mark)?.[0];
  const own = [...(builds.byToken().get(token) ?? []), ...(builds.byImage().get(image) ?? [])];
  const isGood = own.some(({ status }) => status === "succeeded");
  if (type !== "snapshot" || !isGood) return undefined;
  return `it belonged to ${image}, which is gone although its build or its proof succeeded; it stays`;
}

/** An instance holds its volumes and groups, so it goes first, and the others once it is terminated. */
function whyLater(world: IndexedWorld, { type, token, state }: Leftover): string | undefined {
  if (type === "instance") return state === "shutting-down" ? "it is being terminated" : undefined;
  const instance = world.leftoversOf.get(token)?.find((one) => one.type === "instance" && !whyForeign(world, one));
  if (instance) return `it goes once ${instance.id} is terminated`;
  return type === "volume" && state !== "available" ? `it is ${state}` : undefined;
}
