import type { Image as Ec2Image, Tag } from "@aws-sdk/client-ec2";
import { unionBy } from "es-toolkit";
import { iso } from "../../functions/config/time.ts";
import { tagPrefix } from "../../functions/domain/inputs.ts";
import { type ProofResult, proofRecord, recordsPrefix } from "../../functions/domain/records.ts";
import { amiId } from "../big-world-lives.ts";
import { ownerId } from "../memory-aws/account.ts";
import { changeImage } from "../memory-aws/image-states.ts";
import type { Started } from "./ledger.ts";
import type { Simulation } from "./simulation.ts";

type Variables = Readonly<Record<string, string>>;

/** EC2 makes the image of a build with the tags that name the run, and makes it available some minutes later. */
export function addImage(s: Simulation, started: Started, variables: Variables): void {
  const id = amiId(`${started.id} ${s.now()}`);
  const { image_name: Name, image_tags } = packerVariables(variables);
  const SnapshotId = id.replace("ami-", "snap-");
  const ofRun = Object.entries(image_tags).filter(([key]) => runTags.includes(key.slice(tagPrefix.length)));
  s.account.images.set(id, {
    ImageId: id,
    Name,
    OwnerId: ownerId,
    State: "pending",
    CreationDate: iso(s.now()),
    Tags: tagsOf(ofRun),
    BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { SnapshotId } }],
  });
  s.account.snapshots.push({
    SnapshotId,
    OwnerId: ownerId,
    State: "completed",
    StartTime: new Date(s.now()),
    Description: `Created by CreateImage(i-0123456789abcdef0) for ${id}`,
    Tags: tagsOf(ofRun),
  });
  started.image = id;
  const { variant, inputs, id: build } = started;
  s.ledger.made.set(id, { id, variant, inputs, build, createdAt: s.now(), proof: undefined, provedAt: undefined });
  s.tell(`${build} has made ${id}`);
}

/** The image is available, and a second call adds the tags that say what it was made from. */
export function finishImage(s: Simulation, { image = "" }: Started, variables: Variables): void {
  const known = s.account.images.get(image);
  if (!known) return;
  const ofBuild = tagsOf(Object.entries(packerVariables(variables).image_tags));
  changeImage(s.account, image, { State: "available", Tags: unionBy(ofBuild, known.Tags ?? [], ({ Key }) => Key) });
}

export function recordMade(s: Simulation, started: Started, variables: Variables): void {
  record(s, started, variables, "made");
}

/** The result of a proof: first its record, then the tag. */
export function prove(s: Simulation, started: Started, variables: Variables, result: "passed" | "failed"): void {
  const { image = "" } = started;
  record(s, started, variables, result);
  const made = s.ledger.made.get(image);
  if (made) Object.assign(made, { proof: result, provedAt: s.now() });
  const known = s.account.images.get(image);
  if (known) changeImage(s.account, image, { Tags: withTag(known, "proof", result) });
}

/** A person deregisters the image before the build has ended. */
export function losesImage(s: Simulation, { image = "" }: Started): void {
  s.account.images.delete(image);
  s.account.launchPermissions.delete(image);
  s.tell(`a person deregisters ${image}`);
}

export function withTag({ Tags = [] }: Ec2Image, name: string, Value: string): Tag[] {
  const Key = `${tagPrefix}${name}`;
  return [...Tags.filter((tag) => tag.Key !== Key), { Key, Value }];
}

export function withoutTag({ Tags = [] }: Ec2Image, name: string): Tag[] {
  return Tags.filter((tag) => tag.Key !== `${tagPrefix}${name}`);
}

export function tagOf({ Tags = [] }: Ec2Image, name: string): string | undefined {
  return Tags.find((tag) => tag.Key === `${tagPrefix}${name}`)?.Value;
}

const runTags = ["stage", "variant", "token"];

function tagsOf(entries: [string, string][]): Tag[] {
  return entries.map(([Key, Value]) => ({ Key, Value }));
}

function packerVariables({ PACKER_VARIABLES = "{}" }: Variables) {
  return JSON.parse(PACKER_VARIABLES) as { image_name: string; image_tags: Record<string, string> };
}

function record(
  s: Simulation,
  { image = "" }: Started,
  { TOKEN = "", IDENTITY = "" }: Variables,
  result: ProofResult,
): void {
  const key = proofRecord("proofs", image, { result, token: TOKEN, identity: IDENTITY });
  s.account.objects.set(`${recordsPrefix}${key}`, { at: new Date(Math.floor(s.now() / 1000) * 1000), body: "" });
}
