import { overrideKeys } from "../../../local/policies/codebuild-requests.ts";
import {
  codebuild,
  type Denial,
  ec2,
  image,
  listing,
  ours,
  type Role,
  reading,
  s3,
  snapshot,
  sns,
  sqs,
  ssm,
  startBuild,
  tagging,
  theirs,
} from "./asks.ts";

const reconcile = "ReconcileRole";
const api = "ApiRole";
const tag = (name: string) => ({ [`eks-windows-images:${name}`]: "x" });
const parameters = "/eks-windows-images/production";
const other = "arn:aws:codebuild:us-east-1:123456789012:project/eks-windows-images-test-build";
const deregister = { ...ec2(reconcile, "DeregisterImage", { ImageId: image }, ours), where: "everything" as const };

const askingEks = { service: "eks", operation: "DescribeClusterVersions", parameters: {}, tags: {} };

const starting: Denial[] = [
  ...Object.keys(overrideKeys).map((override) => ({
    what: `starts a build with ${override}`,
    denied: startBuild(reconcile, { [override]: "x" }),
    allowed: startBuild(reconcile),
  })),
  ...["BUCKET", "STAGE", "PACKER_DEPLOYMENT", "PACKER_RELEASE_URL", "NODE_OPTIONS"].map((name) => ({
    what: `starts a build with the variable ${name}`,
    denied: startBuild(reconcile, { environmentVariablesOverride: [{ name: "PURPOSE" }, { name }] }),
    allowed: startBuild(reconcile, { environmentVariablesOverride: [{ name: "PURPOSE" }] }),
  })),
  {
    what: "starts a build of another stage",
    denied: startBuild(reconcile, { projectName: other }),
    allowed: startBuild(reconcile),
  },
  {
    what: "stops a build",
    denied: { as: reconcile, action: "codebuild:StopBuild", resource: "<Builds>", context: {} },
    allowed: startBuild(reconcile),
  },
  {
    what: "reads the builds of another stage",
    denied: codebuild(reconcile, "ListBuildsForProject", { projectName: other }),
    allowed: codebuild(reconcile, "ListBuildsForProject", { projectName: "<Builds>" }),
  },
  { what: "starts a build, as api", denied: startBuild(api), allowed: startBuild(reconcile) },
];

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
    what: "smuggles a second tag in, as api",
    denied: tagging(api, "CreateTags", { ...tag("revoked"), ...tag("proof") }, ours),
    allowed: tagging(api, "CreateTags", { ...tag("revoked"), ...tag("approved") }, ours),
  },
  ...([reconcile, api] as Role[]).flatMap((as): Denial[] => {
    const name = as === api ? "revoked" : "retired-at";
    return [
      {
        what: `takes all tags off an image, as ${as}`,
        denied: tagging(as, "DeleteTags", {}, ours),
        allowed: tagging(as, "DeleteTags", tag(name), ours),
      },
      {
        what: `tags another stage's image, as ${as}`,
        denied: tagging(as, "CreateTags", tag(name), theirs),
        allowed: tagging(as, "CreateTags", tag(name), ours),
      },
      {
        what: `tags an image that bears no tag, as ${as}`,
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
    what: "forgets that an image was published",
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
    what: "deregisters an image while retention.deregister is off",
    denied: { ...deregister, where: undefined },
    allowed: deregister,
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
  {
    what: "terminates an instance, as reconcile",
    denied: ec2(reconcile, "TerminateInstances", { InstanceIds: ["i-00000001"] }, ours),
    allowed: ec2("BuildRole", "TerminateInstances", { InstanceIds: ["i-00000001"] }, ours),
  },
  {
    what: "looks at launch templates itself",
    denied: { as: reconcile, action: "ec2:DescribeLaunchTemplates", resource: "*", context: {} },
    allowed: {
      as: reconcile,
      action: "ec2:DescribeLaunchTemplates",
      resource: "*",
      context: { "aws:calledvia": ["ec2-images.amazonaws.com"] },
    },
  },
];

const others: Denial[] = [
  {
    what: "writes a channel of another stage",
    denied: ssm(reconcile, "PutParameter", "/eks-windows-images/test/channels/a/stable"),
    allowed: ssm(reconcile, "PutParameter", `${parameters}/channels/a/stable`),
  },
  {
    what: "writes a channel, as api",
    denied: ssm(api, "PutParameter", `${parameters}/channels/a/stable`),
    allowed: ssm(reconcile, "PutParameter", `${parameters}/channels/a/stable`),
  },
  {
    what: "writes a request, as reconcile",
    denied: ssm(reconcile, "PutParameter", `${parameters}/requests/a`),
    allowed: ssm(api, "PutParameter", `${parameters}/requests/a`),
  },
  {
    what: "deletes a channel",
    denied: ssm(reconcile, "DeleteParameter", `${parameters}/channels/a/stable`),
    allowed: ssm(reconcile, "PutParameter", `${parameters}/channels/a/stable`),
  },
  {
    what: "reads the parameters of another stage",
    denied: reading(api, "/eks-windows-images/test/channels"),
    allowed: reading(api, `${parameters}/channels`),
  },
  {
    what: "reads other parameters of the account",
    denied: reading(reconcile, "/database"),
    allowed: reading(reconcile, `${parameters}/requests`),
  },
  {
    what: "reads parameters of AWS's that are no images",
    denied: ssm(reconcile, "GetParameters", "/aws/service/global-infrastructure/regions"),
    allowed: ssm(reconcile, "GetParameters", "/aws/service/ami-windows-latest/a"),
  },
  {
    what: "publishes to a strange topic",
    denied: sns(reconcile, "arn:aws:sns:us-east-1:123456789012:alerts"),
    allowed: sns(reconcile, "<NotificationsTopic>"),
  },
  {
    what: "publishes, as api",
    denied: sns(api, "<NotificationsTopic>"),
    allowed: sns(reconcile, "<NotificationsTopic>"),
  },
  {
    what: "reads the queue, as api",
    denied: sqs(api, "ReceiveMessage", "<TriggersQueue>"),
    allowed: sqs(reconcile, "ReceiveMessage", "<TriggersQueue>"),
  },
  {
    what: "reads the dead letters",
    denied: sqs(reconcile, "ReceiveMessage", "<DeadLettersQueue>"),
    allowed: sqs(reconcile, "ReceiveMessage", "<TriggersQueue>"),
  },
  {
    what: "wakes itself",
    denied: sqs(reconcile, "SendMessage", "<TriggersQueue>"),
    allowed: sqs(api, "SendMessage", "<TriggersQueue>"),
  },
  {
    what: "writes dead letters",
    denied: sqs(api, "SendMessage", "<DeadLettersQueue>"),
    allowed: sqs(api, "SendMessage", "<TriggersQueue>"),
  },
  {
    what: "announces, as api",
    denied: s3(api, "PutObject", "announced/a"),
    allowed: s3(reconcile, "PutObject", "announced/a"),
  },
  {
    what: "writes a report",
    denied: s3(reconcile, "PutObject", "reports/a/report.json"),
    allowed: s3("BuildRole", "PutObject", "reports/a/report.json"),
  },
  {
    what: "replaces the recipe, as reconcile",
    denied: s3(reconcile, "PutObject", "source/a.zip"),
    allowed: s3(reconcile, "PutObject", "announced/a"),
  },
  {
    what: "forgets an announcement",
    denied: s3(reconcile, "DeleteObject", "announced/a"),
    allowed: s3(reconcile, "PutObject", "announced/a"),
  },
  {
    what: "reads what was harvested, as reconcile",
    denied: { ...s3(reconcile, "GetObject", "harvest/a/files/b"), where: "everything" },
    allowed: { ...s3(reconcile, "GetObject", "harvest/a/manifest.json"), where: "everything" },
  },
  { what: "lists the whole bucket", denied: listing(reconcile), allowed: listing(reconcile, "announced/") },
  {
    what: "reads a report, as api",
    denied: s3(api, "GetObject", "reports/a/report.json"),
    allowed: s3(reconcile, "GetObject", "reports/a/report.json"),
  },
  {
    what: "reads the manifest of a harvest where no variant needs one",
    denied: s3(api, "GetObject", "harvest/a/manifest.json"),
    allowed: { ...s3(api, "GetObject", "harvest/a/manifest.json"), where: "everything" },
  },
  {
    what: "asks EKS where Kubernetes itself is followed",
    denied: { as: reconcile, ...askingEks },
    allowed: { as: reconcile, where: "everything", ...askingEks },
  },
  { what: "lists the recipes", denied: listing(api, "source/"), allowed: listing(api, "announced/") },
];

export const functionDenials: Denial[] = [...starting, ...tags, ...images, ...others];
