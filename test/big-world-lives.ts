import type { Build } from "../functions/domain/builds.ts";
import type { Image } from "../functions/domain/images.ts";
import { type Inputs, sha256 } from "../functions/domain/inputs.ts";
import { imageName } from "../functions/domain/packer-variables.ts";
import { day, hour, minute, newBuild, type OpenWorld } from "./world.ts";

/** What may be going on with a variant. The variants take turns, and a third of them have nothing going on. */
const lives = [
  "settled",
  "stale",
  "settled",
  "building",
  "soaking",
  "settled",
  "failing",
  "unproved",
  "settled",
  "revoked",
  "requested",
  "settled",
  "assembled",
  "unharvested",
  "settled",
  "forged",
  "killed",
  "paused",
  "settled",
  "lost",
] as const;
type Life = (typeof lives)[number] | "served";

/** One line of images, whether its variant is configured or removed. */
export interface Line {
  name: string;
  life: Life;
  /** Counts the lines from 0. */
  index: number;
  desired: Inputs;
}

const by = "arn:aws:iam::123456789012:user/ann";

export function anyLifeOf(index: number): Life {
  return lives[index % lives.length] as Life;
}

/** Lives in which nothing is due. */
export function calmLifeOf(index: number): Life {
  return index % 20 === 1 ? "served" : "settled";
}

export function isAssembled(life: Life): boolean {
  return life === "assembled" || life === "unharvested";
}

export function amiId(text: string): string {
  return `ami-${sha256(text).slice(0, 17)}`;
}

export function addBuild(world: OpenWorld, build: Parameters<typeof newBuild>[1]): Build {
  const added = newBuild(world, build);
  world.builds.push(added);
  return added;
}

/** What happens to a line beyond its regular life. */
export const happen: Partial<Record<Life, (world: OpenWorld, line: Line, newest: Image) => void>> = {
  stale(world, { name }) {
    Object.assign(world.upstream[name] ?? {}, { baseAmi: { state: "known", value: "ami-00000000000000002" } });
  },
  building(world, line, newest) {
    happen.stale?.(world, line, newest);
    const inputs = { ...line.desired, baseAmi: "ami-00000000000000002" };
    addBuild(world, { ...another(line, 1), inputs, startedAt: world.now - 20 * minute });
  },
  failing(world, line, newest) {
    happen.stale?.(world, line, newest);
    const inputs = { ...line.desired, baseAmi: "ami-00000000000000002" };
    for (const ago of [30, 20, 10]) {
      const times = { startedAt: world.now - ago * hour, endedAt: world.now - ago * hour + hour };
      const failure = { class: "updates" as const, cause: "0x80240022", lines: [] };
      const failed = addBuild(world, { ...another(line, ago), inputs, status: "failed", failure, ...times });
      if (ago > 10) world.notified.add(`failed/${failed.id}`);
    }
  },
  unproved(_world, _line, newest) {
    Object.assign(newest, { proof: undefined, provedAt: undefined });
  },
  revoked(world, { name }, newest) {
    newest.revoked = { reason: "breaks networking", by, at: world.now - hour };
    world.notified.add(`revoked/${newest.id}/${world.now - hour}`).add(`paused/${name}/${world.now - 9 * day}`);
  },
  requested(world, { name }) {
    world.requests[name] = {
      id: `request-${name}`,
      reason: "a new CA",
      by,
      at: new Date(world.now - hour).toISOString(),
    };
  },
  served(world, line, newest) {
    happen.requested?.(world, line, newest);
    newest.inputs = { ...newest.inputs, request: world.requests[line.name]?.id };
  },
  unharvested(world, line) {
    const source = amiId(`EKS image for ${line.name}`);
    Object.assign(world.upstream[line.name] ?? {}, { harvestSource: { state: "known", value: source } });
    world.harvests[source] = { state: "missing", why: `nothing has been harvested from ${source} yet` };
    const times = { startedAt: world.now - 2 * hour, endedAt: world.now - hour };
    const inputs = { baseAmi: source, recipe: world.recipe };
    const failure = { class: "capacity" as const, cause: "no capacity", lines: [] };
    addBuild(world, { ...another(line, 1), purpose: "harvest", inputs, status: "failed", failure, ...times });
  },
  forged(world, line, newest) {
    const unrecorded = [{ claim: "that this service made it", record: "adoptions/forged" }];
    const copy = { id: amiId(`copy in ${line.name}`), made: false, origin: undefined, unrecorded };
    world.images.push({ ...newest, ...copy, createdAt: world.now - day, published: {}, held: {} });
  },
  killed(world, line, newest) {
    const { name: variant } = line;
    const times = { startedAt: world.now - 3 * day, endedAt: world.now - 3 * day + hour };
    const { token } = addBuild(world, { ...another(line, 1), inputs: line.desired, status: "stopped", ...times });
    const name = imageName(world.stage, variant, token);
    const unfinished = {
      id: amiId(`unfinished ${variant}`),
      name,
      token,
      inputs: {},
      createdAt: times.startedAt + hour,
    };
    world.images.push({
      ...newest,
      ...unfinished,
      origin: undefined,
      made: false,
      proof: undefined,
      published: {},
      held: {},
    });
    const left = { variant, token, createdAt: times.startedAt, images: [] };
    world.leftovers.found.push(
      { ...left, type: "instance", id: `i-${line.index}`, state: "running", mark: "guest" },
      { ...left, type: "volume", id: `vol-${line.index}`, state: "in-use", mark: undefined },
    );
  },
  paused(world, { name }) {
    world.pauses[name] = { reason: "a migration", by, at: world.now - 2 * hour };
  },
  lost(world, line) {
    const times = { startedAt: world.now - 5 * hour, endedAt: world.now - 4 * hour };
    const image = amiId(`lost ${line.name}`);
    addBuild(world, { ...another(line, 1), inputs: line.desired, status: "succeeded", image, ...times });
  },
};

/** One more build of a line. */
function another({ name, life }: Line, number: number) {
  return { id: `project:${name}-${life}-${number}`, variant: name, token: sha256(`${name} ${life} ${number}`) };
}
