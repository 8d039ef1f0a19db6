import { type Ask, type Denial, ec2, group, instance, ours, snapshot, theirs, volume } from "./asks.ts";

const reconcile = "ReconcileRole";
const key = { KeyName: "packer_6f1c" };

/** A call that terminates an instance with this profile. */
function terminating(profile: string, tags: Record<string, string>): Ask {
  const call = ec2(reconcile, "TerminateInstances", { InstanceIds: [instance] }, tags);
  return { ...call, profiles: { [instance]: profile } };
}

const guest = "<GuestProfile>";
const admin = "arn:aws:iam::123456789012:instance-profile/admin";

const instances: Denial[] = [
  {
    what: "terminates an instance with the stage's tag and another profile",
    denied: terminating(admin, ours),
    allowed: terminating(guest, ours),
  },
  {
    what: "terminates an instance with the stage's tag and no profile",
    denied: ec2(reconcile, "TerminateInstances", { InstanceIds: [instance] }, ours),
    allowed: terminating("<HarvestProfile>", ours),
  },
  ...[theirs, {}].map((tags) => ({
    what: `terminates a build instance with ${tags === theirs ? "another stage's" : "no"} tag`,
    denied: terminating(guest, tags),
    allowed: terminating(guest, ours),
  })),
  {
    what: "terminates an instance, as api",
    denied: { ...terminating(guest, ours), as: "ApiRole" as const },
    allowed: terminating(guest, ours),
  },
  {
    what: "terminates an instance, if the sweep only reports",
    denied: { ...terminating(guest, ours), where: "inVpc" as const },
    allowed: terminating(guest, ours),
  },
];

const others: Denial[] = [
  ["a volume", "DeleteVolume", { VolumeId: volume }],
  ["a security group", "DeleteSecurityGroup", { GroupId: group }],
  ["a key pair", "DeleteKeyPair", key],
  ["a snapshot", "DeleteSnapshot", { SnapshotId: snapshot }],
].flatMap(([what, operation, parameters]): Denial[] => {
  const call = [reconcile, operation as string, parameters as Record<string, unknown>] as const;
  return [theirs, {}].map((tags) => ({
    what: `deletes ${what} with ${tags === theirs ? "another stage's" : "no"} tag, as reconcile`,
    denied: ec2(...call, tags),
    allowed: ec2(...call, ours),
  }));
});

const named: Denial = {
  what: "deletes a key pair that Packer has not named, as reconcile",
  denied: ec2(reconcile, "DeleteKeyPair", { KeyName: "laptop" }, ours),
  allowed: ec2(reconcile, "DeleteKeyPair", key, ours),
};

/** What the sweep of killed builds' remains may do. */
export const sweepDenials: Denial[] = [...instances, ...others, named];
