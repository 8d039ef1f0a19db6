import { channelNames } from "../../functions/config/channel-names.ts";
import { iso } from "../../functions/config/time.ts";
import { tagPrefix } from "../../functions/domain/inputs.ts";
import { amiId } from "../big-world-lives.ts";
import { changeImage, disableImage } from "../memory-aws/image-states.ts";
import type { Random } from "../random.ts";
import { hour } from "../world.ts";
import { deleteChannel, heldNow, setChannel } from "./channels.ts";
import { tagOf, withoutTag, withTag } from "./images.ts";
import { noteRevocations } from "./interventions.ts";
import { begin, end, noteByPerson } from "./ledger.ts";
import { newRun } from "./runs.ts";
import type { Simulation } from "./simulation.ts";

/** What people do at a bad moment: with the API, and with EC2 and Parameter Store directly. */
export const deeds: Readonly<Record<string, (s: Simulation, random: Random) => void>> = {
  rebuild: (s, random) => {
    const variant = variantOf(s, random);
    call(s, "/rebuild", { variant, reason: "a person asks" });
  },
  revoke: (s, random) => {
    const image = someImage(s, random);
    if (image) call(s, "/revoke", { image, reason: "breaks networking" });
  },
  unrevoke: (s, random) => {
    const revoked = [...s.ledger.revoked].filter(([, spans]) => spans.at(-1)?.until === undefined);
    if (revoked.length === 0) return;
    const [image] = random.pick(revoked);
    call(s, "/unrevoke", { image, reason: "was good after all" });
  },
  rollback: (s, random) => {
    const variant = variantOf(s, random);
    const channel = random.pick(channelNames);
    const image = heldNow(s, parameterOf(s, variant, channel));
    if (image === undefined) return;
    call(s, "/rollback", { variant, channel, image, reason: "pods lose DNS" });
  },
  approve: (s, random) => {
    const image = someImage(s, random);
    if (image) call(s, "/approve", { image, reason: "tested" }, () => s.ledger.approved.set(image, s.now()));
  },
  pause: (s, random) => {
    const scope = random.chance(0.3) ? "*" : variantOf(s, random);
    call(s, "/pause", { variant: scope, reason: "a migration" });
    s.after(random.between(1, 20) * hour, `resume ${scope} ${s.now()}`, () => resume(s, scope));
  },
  "revoke by hand": (s, random) => {
    const image = someImage(s, random);
    if (image) revokeByHand(s, image);
  },
  "delete a tag": (s, random) => {
    const image = someImage(s, random);
    const known = image && s.account.images.get(image);
    if (!known) return;
    const name = random.pick(["published-stable", "published-candidate", "proof", "retired-at", "approved"]);
    changeImage(s.account, image, { Tags: withoutTag(known, name) });
    // Without that tag an image is retired anew (functions/domain/publishing/retention-phases.ts).
    if (name === "retired-at") forgetUndoing(s, image);
    s.tell(`a person deletes the tag ${name} of ${image}`);
  },
  forge: (s, random) => {
    const image = someImage(s, random);
    const known = image && s.account.images.get(image);
    if (!known) return;
    const id = amiId(`forged ${s.now()}`);
    // No two images of an account have the same name.
    const copy = { Name: `${known.Name} copy ${s.now()}`, State: "available", CreationDate: iso(s.now()) } as const;
    s.account.images.set(id, { ...known, ...copy, ImageId: id });
    noteRevocations(s, id);
    s.tell(`somebody copies ${image} to ${id}, with all tags`);
  },
  disable: (s, random) => byHand(s, random, "disabled"),
  enable: (s, random) => {
    const disabled = ownImages(s).filter((id) => s.account.images.get(id)?.State === "disabled");
    if (disabled.length > 0) setState(s, random.pick(disabled), "available");
  },
  deregister: (s, random) => {
    const image = someImage(s, random);
    if (!image) return;
    s.account.images.delete(image);
    s.account.launchPermissions.delete(image);
    s.tell(`a person deregisters ${image}`);
  },
  use: (s, random) => {
    const image = someImage(s, random);
    if (!image) return;
    const Arn = `arn:aws:ec2:us-east-1:123456789012:launch-template/lt-${random.whole(0, 1e9)}`;
    s.account.references.push({ ImageId: image, Arn });
    begin(s.ledger.used, image, s.now());
    s.tell(`a launch template uses ${image}`);
    s.after(random.between(10, 200) * hour, `no longer use ${image} ${s.now()}`, () => {
      if (!s.isQuiet) endUse(s, image);
    });
  },
  "write a channel": (s, random) => {
    const image = someImage(s, random);
    const Name = parameterOf(s, variantOf(s, random), random.pick(channelNames));
    if (image) setChannel(s, { Name, Value: image }, "person");
  },
  "delete a channel": (s, random) => {
    const name = parameterOf(s, variantOf(s, random), random.pick(channelNames));
    if (s.account.parameters.has(name)) deleteChannel(s, name);
  },
  "tag an instance": (s, random) => {
    const ended = s.ledger.builds.filter(({ status }) => status !== "running");
    if (ended.length === 0) return;
    const { token } = random.pick(ended);
    const id = `i-${random.whole(2 ** 40, 2 ** 44).toString(16)}`;
    const run = { stage: s.environment.STAGE, variant: variantOf(s, random), token };
    s.account.instances.push({ InstanceId: id, LaunchTime: new Date(s.now()), State: { Name: "running" } });
    for (const [name, Value] of Object.entries(run))
      s.account.tags.push({ ResourceId: id, ResourceType: "instance", Key: `${tagPrefix}${name}`, Value });
    s.ledger.foreign.add(id);
    s.tell(`a person gives ${id} the tags of a build`);
  },
  "call nonsense": (s, random) => {
    const path = random.pick(["/rebuild", "/approve", "/revoke", "/pause", "/", "/plan", "/nothing"]);
    call(s, path, random.pick([null, 7, "x", {}, { variant: "nobody", reason: "x" }, { image: "ami-1" }]));
  },
};

/** Tags the image as revoked, without the API. */
export function revokeByHand(s: Simulation, image: string): void {
  const known = s.account.images.get(image);
  if (!known) return;
  changeImage(s.account, image, { Tags: withTag(known, "revoked", `bad, says ann on ${iso(s.now())}`) });
  noteRevocations(s, image);
  s.tell(`a person tags ${image} as revoked`);
}

/** Nothing uses the image any more. */
export function endUse(s: Simulation, image: string): void {
  s.account.references = s.account.references.filter(({ ImageId }) => ImageId !== image);
  end(s.ledger.used, image, s.now());
}

/** Everything that people have stopped goes on. */
export function resume(s: Simulation, scope: string): void {
  call(s, "/resume", { variant: scope, reason: "it is over" });
}

/** Calls the API. What is accepted counts from then on, even if the answer says that something else has failed. */
export function call(s: Simulation, path: string, body: unknown, accepted: () => void = () => undefined): void {
  const name = `POST ${path} ${s.now()}`;
  const run = newRun(s, "api", name);
  s.tell(`a person calls ${path} ${JSON.stringify(body)}`);
  const limit = s.now() + 60_000;
  s.start(run, async () => {
    const status = await s.functions.api({ method: "POST", path, body }, () => limit - s.now());
    // Nobody knows what a call has done that was killed or answered by an error.
    if (status < 300 || (run.isDisturbed && status >= 500)) accepted();
    if (status >= 500 && !run.isDisturbed && !run.overlaps)
      s.violate("no call fails on any input", `${path} answered ${status}`);
    s.tell(`${path} answered ${status}`);
  });
}

export function parameterOf({ environment }: Simulation, variant: string, channel: string): string {
  return `${environment.CHANNELS_PREFIX}/${variant}/${channel}`;
}

function variantOf({ configuration }: Simulation, random: Random): string {
  return random.pick(configuration.variants).name;
}

/** Images that this service made and that are there, newest last. */
function ownImages({ ledger, account }: Simulation): string[] {
  return [...ledger.made.keys()].filter((id) => account.images.has(id));
}

/** Mostly one of the newest. */
function someImage(s: Simulation, random: Random): string | undefined {
  const own = ownImages(s);
  const newest = random.chance(0.7) ? own.slice(-3) : own;
  return newest.length > 0 ? random.pick(newest) : undefined;
}

function byHand(s: Simulation, random: Random, state: "available" | "disabled"): void {
  const image = someImage(s, random);
  if (image) setState(s, image, state);
}

function setState(s: Simulation, image: string, state: "available" | "disabled"): void {
  const known = s.account.images.get(image);
  if (!known || known.State === "pending" || known.State === state) return;
  if (state === "disabled") disableImage(s.account, image);
  else changeImage(s.account, image, { State: state });
  noteByPerson(s.ledger.states, image, { state, at: s.now() });
  // A run that ended between disabling and its tag: available then looks as if disabling had failed (docs/rules.md).
  if (tagOf(known, "retired-at")?.startsWith("retiring ")) forgetUndoing(s, image);
  s.tell(`a person makes ${image} ${state} (${tagOf(known, "variant")})`);
}

/** From now on it does not count that a person has enabled what the service had disabled. */
function forgetUndoing({ ledger: { states } }: Simulation, image: string): void {
  const state = states.get(image);
  if (state) states.set(image, { ...state, undoes: undefined });
}
