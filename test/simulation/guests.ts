import { tagPrefix } from "../../functions/domain/inputs.ts";
import type { Random } from "../random.ts";
import { minute } from "../world.ts";
import type { Simulation } from "./simulation.ts";

/** What a build runs: the IDs of its instance and of what belongs to it. */
export interface Guest {
  instance: string;
  volume: string;
  keyPair: string;
  keyName: string;
  group: string;
}

/** Packer starts the instance of a build soon after the build has begun. */
export function addGuest(
  s: Simulation,
  build: string,
  { VARIANT = "", TOKEN = "" }: Readonly<Record<string, string>>,
  random: Random,
): Guest {
  const part = () =>
    random
      .whole(0, 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  const uuid = `${part()}-${part().slice(4)}-${part().slice(4)}-${part().slice(4)}-${part()}${part().slice(4)}`;
  const guest: Guest = {
    instance: `i-${part()}${part()}0`,
    volume: `vol-${part()}${part()}0`,
    keyPair: `key-${part()}${part()}0`,
    keyName: `packer_${uuid}`,
    group: `sg-${part()}${part()}0`,
  };
  const isRunning = () => s.ledger.builds.some(({ id, status }) => id === build && status === "running");
  s.after(2 * minute, `${build} guest`, () => {
    if (isRunning()) launch(s, guest, { stage: s.environment.STAGE, variant: VARIANT, token: TOKEN });
  });
  return guest;
}

/** Packer cleans up, in the order in which EC2 allows it. */
export function removeGuest(s: Simulation, { instance, volume, keyPair, group }: Guest): void {
  const { account } = s;
  const ids = [instance, volume, keyPair, group];
  account.instances = account.instances.map((one) =>
    one.InstanceId === instance ? { ...one, State: { Name: "terminated" } } : one,
  );
  account.volumes = account.volumes.filter(({ VolumeId }) => VolumeId !== volume);
  account.keyPairs = account.keyPairs.filter(({ KeyPairId }) => KeyPairId !== keyPair);
  account.securityGroups = account.securityGroups.filter(({ GroupId }) => GroupId !== group);
  account.tags = account.tags.filter(({ ResourceId = "" }) => !ids.includes(ResourceId));
}

function launch(
  s: Simulation,
  { instance, volume, keyPair, keyName, group }: Guest,
  run: Record<string, string>,
): void {
  const { account } = s;
  const now = new Date(s.now());
  const [profile = ""] = s.environment.INSTANCE_PROFILES.split(",");
  account.instances.push({
    InstanceId: instance,
    LaunchTime: now,
    State: { Name: "running" },
    IamInstanceProfile: { Arn: `arn:aws:iam::123456789012:instance-profile/${profile}` },
    SecurityGroups: [{ GroupId: group }],
  });
  account.volumes.push({ VolumeId: volume, State: "in-use", CreateTime: now, Attachments: [{ InstanceId: instance }] });
  account.keyPairs.push({ KeyPairId: keyPair, KeyName: keyName, CreateTime: now });
  account.securityGroups.push({ GroupId: group, GroupName: keyName });
  const types = { instance, volume, "key-pair": keyPair, "security-group": group } as const;
  for (const [type, id] of Object.entries(types))
    for (const [name, Value] of Object.entries(run))
      account.tags.push({ ResourceId: id, ResourceType: type as never, Key: `${tagPrefix}${name}`, Value });
}
