import { type Denial, ec2, image, ours, type Role, snapshot, tagging, theirs } from "./asks.ts";

const reconcile = "ReconcileRole";
const api = "ApiRole";
const tag = (name: string) => ({ [`eks-windows-images:${name}`]: "x" });
const deregister = ec2(reconcile, "DeregisterImage", { ImageId: image }, ours);

const tags: Denial[] = [
  ...["approved", "revoked", "stage", "variant", "proof", "input:baseAmi"].map((name) => ({
    what: `tags an image with ${name}, as reconcile`,
    denied: tagging(reconcile, "CreateTags", tag(name), ours),
    allowed: tagging(reconcile, "CreateTags", tag("published-candidate"), ours),
  })),
  ...["published-stable", "retired-at", "stage", "proof", "Name"].map((name) => ({
    what: `tags an image with ${name}, as api`,
    denied: tagging(api, "CreateTags", name === "Name" ? { Name: "x" } : tag(name), ours),
    allowed: tagging(api, "CreateTags", tag("revoked"), ours),
  })),
  {
    what: "adds a second tag to a permitted one, as api",
    denied: tagging(api, "CreateTags", { ...tag("revoked"), ...tag("proof") }, ours),
    allowed: tagging(api, "CreateTags", { ...tag("revoked"), ...tag("approved") }, ours),
  },
  ...([reconcile, api] as Role[]).flatMap((as): Denial[] => {
    const name = as === api ? "revoked" : "retired-at";
    return [
      {
        what: `removes all tags of an image, as ${as}`,
        denied: tagging(as, "DeleteTags", {}, ours),
        allowed: tagging(as, "DeleteTags", tag(name), ours),
      },
      {
        what: `tags another stage's image, as ${as}`,
        denied: tagging(as, "CreateTags", tag(name), theirs),
        allowed: tagging(as, "CreateTags", tag(name), ours),
      },
      {
        what: `tags an image without a tag, as ${as}`,
        denied: tagging(as, "CreateTags", tag(name), {}),
        allowed: tagging(as, "CreateTags", tag(name), ours),
      },
      {
        what: `tags a snapshot, as ${as}`,
        denied: tagging(as, "CreateTags", tag(name), ours, snapshot),
        allowed: tagging(as, "CreateTags", tag(name), ours),
      },
    ];
  }),
  {
    what: "removes the record that an image was published",
    denied: tagging(reconcile, "DeleteTags", tag("published-stable"), ours),
    allowed: tagging(reconcile, "DeleteTags", tag("withdrawn-at"), ours),
  },
];

const images: Denial[] = [
  ...["DisableImage", "EnableImage", "EnableImageDeprecation", "DisableImageDeprecation"].map((operation) => ({
    what: `calls ${operation} on another stage's image`,
    denied: ec2(reconcile, operation, { ImageId: image }, theirs),
    allowed: ec2(reconcile, operation, { ImageId: image }, ours),
  })),
  {
    what: "disables an image, as api",
    denied: ec2(api, "DisableImage", { ImageId: image }, ours),
    allowed: ec2(reconcile, "DisableImage", { ImageId: image }, ours),
  },
  {
    what: "deregisters another stage's image",
    denied: { ...deregister, tags: { [image]: theirs } },
    allowed: deregister,
  },
  {
    what: "deregisters an image with a snapshot of another stage",
    denied: {
      ...deregister,
      parameters: { ImageId: image, DeleteAssociatedSnapshots: true },
      tags: { [image]: ours, [snapshot]: theirs },
    },
    allowed: {
      ...deregister,
      parameters: { ImageId: image, DeleteAssociatedSnapshots: true },
      tags: { [image]: ours, [snapshot]: ours },
    },
  },
  ...([reconcile, api] as Role[]).flatMap((as) =>
    [theirs, {}].map((current) => ({
      what: `reads whom an image with ${current === theirs ? "another stage's" : "no"} tag is shared with, as ${as}`,
      denied: ec2(as, "DescribeImageAttribute", { ImageId: image }, current),
      allowed: ec2(as, "DescribeImageAttribute", { ImageId: image }, ours),
    })),
  ),
  {
    what: "reads launch templates itself, not through EC2",
    denied: { as: reconcile, action: "ec2:DescribeLaunchTemplates", resource: "*", context: {} },
    allowed: {
      as: reconcile,
      action: "ec2:DescribeLaunchTemplates",
      resource: "*",
      context: { "aws:calledvia": ["ec2-images.amazonaws.com"] },
    },
  },
];

/** What functions do with images. */
export const imageDenials: Denial[] = [...tags, ...images];
