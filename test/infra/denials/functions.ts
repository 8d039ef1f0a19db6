import { type Ask, type Denial, listing, type Role, reading, s3, sns, sqs, ssm } from "./asks.ts";

const reconcile = "ReconcileRole";
const api = "ApiRole";
const parameters = "/eks-windows-images/production";
const document = "arn:aws:ssm:us-east-1:123456789012:document/channels";

function tagging(as: Role, ResourceId: string, operation = "AddTagsToResource"): Ask {
  return { as, service: "ssm", operation, parameters: { ResourceType: "Parameter", ResourceId }, tags: {} };
}

const askingEks = { service: "eks", operation: "DescribeClusterVersions", parameters: {}, tags: {} };

/** Everything that functions read and write, except builds and images. */
export const functionDenials: Denial[] = [
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
    what: "tags a channel of another stage",
    denied: tagging(reconcile, "/eks-windows-images/test/channels/a/stable"),
    allowed: tagging(reconcile, `${parameters}/channels/a/stable`),
  },
  {
    what: "tags a channel, as api",
    denied: tagging(api, `${parameters}/channels/a/stable`),
    allowed: tagging(reconcile, `${parameters}/channels/a/stable`),
  },
  {
    what: "tags a request, as reconcile",
    denied: tagging(reconcile, `${parameters}/requests/a`),
    allowed: tagging(api, `${parameters}/requests/a`),
  },
  {
    what: "removes a channel's tags",
    denied: tagging(reconcile, `${parameters}/channels/a/stable`, "RemoveTagsFromResource"),
    allowed: tagging(reconcile, `${parameters}/channels/a/stable`),
  },
  {
    what: "tags another kind of resource than a parameter",
    denied: { as: reconcile, action: "ssm:AddTagsToResource", resource: document, context: {} },
    allowed: tagging(reconcile, `${parameters}/channels/a/stable`),
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
    what: "reads public parameters of AWS other than AMIs",
    denied: ssm(reconcile, "GetParameters", "/aws/service/global-infrastructure/regions"),
    allowed: ssm(reconcile, "GetParameters", "/aws/service/ami-windows-latest/a"),
  },
  {
    what: "publishes to another topic",
    denied: sns(reconcile, "arn:aws:sns:us-east-1:123456789012:alerts"),
    allowed: sns(reconcile, "<NotificationsTopic>"),
  },
  {
    what: "publishes a notification, as api",
    denied: sns(api, "<NotificationsTopic>"),
    allowed: sns(reconcile, "<NotificationsTopic>"),
  },
  {
    what: "receives triggers, as api",
    denied: sqs(api, "ReceiveMessage", "<TriggersQueue>"),
    allowed: sqs(reconcile, "ReceiveMessage", "<TriggersQueue>"),
  },
  {
    what: "receives dead letters",
    denied: sqs(reconcile, "ReceiveMessage", "<DeadLettersQueue>"),
    allowed: sqs(reconcile, "ReceiveMessage", "<TriggersQueue>"),
  },
  {
    what: "sends a trigger, as reconcile",
    denied: sqs(reconcile, "SendMessage", "<TriggersQueue>"),
    allowed: sqs(api, "SendMessage", "<TriggersQueue>"),
  },
  {
    what: "sends dead letters",
    denied: sqs(api, "SendMessage", "<DeadLettersQueue>"),
    allowed: sqs(api, "SendMessage", "<TriggersQueue>"),
  },
  {
    what: "writes a notification record, as api",
    denied: s3(api, "PutObject", "announced/a"),
    allowed: s3(reconcile, "PutObject", "announced/a"),
  },
  ...["proofs", "measures", "approvals", "unrevocations", "adoptions"].map((kind) => ({
    what: `records ${kind}, as reconcile`,
    denied: s3(reconcile, "PutObject", `records/${kind}/ami-1/a`),
    allowed: s3(reconcile, "PutObject", "records/publications/ami-1/a"),
  })),
  ...["proofs", "measures", "publications", "exemptions", "retirements", "withdrawals"].map((kind) => ({
    what: `records ${kind}, as api`,
    denied: s3(api, "PutObject", `records/${kind}/ami-1/a`),
    allowed: s3(api, "PutObject", "records/approvals/ami-1/a"),
  })),
  ...([reconcile, api] as Role[]).map((as) => ({
    what: `deletes a record, as ${as}`,
    denied: s3(as, "DeleteObject", "records/revocations/ami-1/a"),
    allowed: s3(as, "PutObject", "records/revocations/ami-1/a"),
  })),
  {
    what: "pauses, as reconcile",
    denied: s3(reconcile, "PutObject", "records/pauses/a"),
    allowed: s3(api, "PutObject", "records/pauses/a"),
  },
  {
    what: "resumes, as reconcile",
    denied: s3(reconcile, "DeleteObject", "records/pauses/a"),
    allowed: s3(api, "DeleteObject", "records/pauses/a"),
  },
  {
    what: "writes another record, as api",
    denied: s3(api, "PutObject", "records/a"),
    allowed: s3(api, "PutObject", "records/pauses/a"),
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
    what: "deletes a notification record",
    denied: s3(reconcile, "DeleteObject", "announced/a"),
    allowed: s3(reconcile, "PutObject", "announced/a"),
  },
  {
    what: "reads harvested files, as reconcile",
    denied: { ...s3(reconcile, "GetObject", "harvest/a/files/b"), where: "everything" },
    allowed: { ...s3(reconcile, "GetObject", "harvest/a/manifest.json"), where: "everything" },
  },
  { what: "lists the whole bucket", denied: listing(reconcile), allowed: listing(reconcile, "announced/") },
  {
    what: "reads what a request's parameter held, as api",
    denied: ssm(api, "GetParameterHistory", `${parameters}/requests/a`),
    allowed: ssm(api, "GetParameterHistory", `${parameters}/channels/a/stable`),
  },
  {
    what: "reads what a channel held, as reconcile",
    denied: ssm(reconcile, "GetParameterHistory", `${parameters}/channels/a/stable`),
    allowed: ssm(api, "GetParameterHistory", `${parameters}/channels/a/stable`),
  },
  {
    what: "lists reports, as reconcile",
    denied: listing(reconcile, "reports/a/"),
    allowed: listing(api, "reports/a/"),
  },
  {
    what: "reads the manifest of a harvest, if no variant needs one",
    denied: s3(api, "GetObject", "harvest/a/manifest.json"),
    allowed: { ...s3(api, "GetObject", "harvest/a/manifest.json"), where: "everything" },
  },
  {
    what: "reads versions of EKS, if the configuration follows Kubernetes",
    denied: { as: reconcile, ...askingEks },
    allowed: { as: reconcile, where: "everything", ...askingEks },
  },
  { what: "lists recipe sources", denied: listing(api, "source/"), allowed: listing(api, "announced/") },
];
