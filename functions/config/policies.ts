import { z } from "zod";
import { Duration, Rate, ReleaseHost, TimeZone, text, WebAddress, whole } from "./fields.ts";
import { isAfterRelease } from "./patch-tuesday.ts";

/** Where CodeBuild and the build instance live. */
const Network = z.discriminatedUnion("kind", [
  z.strictObject({
    /** CodeBuild outside a VPC, the instance in a public subnet, open only to the address CodeBuild comes from. */
    kind: z.literal("public"),
    /** Without one: a subnet of the default VPC. */
    subnetId: z
      .string()
      .regex(/^subnet-[a-f0-9]{8,17}$/, 'a subnet such as "subnet-0123456789abcdef0"')
      .optional(),
    /** Answers with the caller's address as plain text. */
    addressUrl: WebAddress.default("https://checkip.amazonaws.com"),
  }),
  z.strictObject({
    /** CodeBuild and the instance in private subnets of yours. They need NAT or a proxy: Windows Update and registries have no endpoints. */
    kind: z.literal("vpc"),
    vpcId: z.string().regex(/^vpc-[a-f0-9]{8,17}$/, 'a VPC such as "vpc-0123456789abcdef0"'),
    subnetIds: z
      .array(z.string().regex(/^subnet-[a-f0-9]{8,17}$/, 'a subnet such as "subnet-0123456789abcdef0"'))
      .min(1),
  }),
]);

/** What becomes of images that nobody needs any more. */
const Retention = z.strictObject({
  /** Publishable images that a variant keeps, those in channels among them. */
  keep: whole(2, 100).default(3),
  /** No image younger than this is retired, those aside that never proved themselves. */
  minAge: Duration.prefault("7d"),
  /** Images whose proof failed, or that nobody could prove, go after this. */
  unprovedAfter: Duration.prefault("3d"),
  /** How long an image stays disabled, still without reference, before it may be deregistered. */
  grace: Duration.prefault("14d"),
  /** Whether disabled images are deregistered after that, with their snapshots. This cannot be undone. */
  deregister: z.boolean().default(false),
});

/** How images are made and published, for all variants. */
export const Policies = z.strictObject({
  /** `upstream`: Kubernetes' newest patch of the minor. `eks`: the patch EKS runs, which lags by days to weeks. */
  kubernetesSource: z.enum(["upstream", "eks"]).default("upstream"),
  /** When to look at AWS's public parameters: they emit no events. */
  baseAmiSchedule: Rate.default("rate(15 minutes)"),
  kubernetesSchedule: Rate.default("rate(1 hour)"),
  /** Microsoft ships at 10:00 Pacific on the second Tuesday; an hour later everything is there. */
  patchTuesday: z
    .strictObject({
      time: text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "11:00"').default("11:00"),
      timeZone: TimeZone.default("America/Los_Angeles"),
    })
    .refine(
      isAfterRelease,
      "a time and zone at or after 10:00 America/Los_Angeles of the same Tuesday, when Microsoft ships",
    )
    .prefault({}),
  /** Two builds of a variant start at least this far apart, requests and retries excepted. */
  minInterval: Duration.prefault("20h"),
  /** Builds of all variants that may run at once. */
  maxParallel: whole(1, 50).default(2),
  /** How long an image must have been proved before `stable` takes it. The first image of a variant does not wait. */
  soak: Duration.prefault("24h"),
  /** `manual`: `stable` takes only images that somebody has approved (`POST /promote`), and those once they have soaked. */
  approval: z.enum(["none", "manual"]).default("none"),
  /** Whether a revoked image is disabled once no channel holds it: running nodes stay, no new one starts from it. It is deprecated anyway. Accounts it is shared with lose it for good. */
  disableRevoked: z.boolean().default(false),
  retention: Retention.prefault({}),
  /** A base family without a release for this long is reported. */
  silentAfter: Duration.prefault("45d"),
  /** A variant that has been behind its inputs for this long is an alarm for the operators. */
  staleAfter: Duration.prefault("7d"),
  /** Rounds of Windows updates, each with a restart. */
  updateRounds: whole(1, 5).default(2),
  /** Nitro, x86-64; the container images and updates want four cores. */
  instanceType: z
    .string({ error: "an instance type" })
    .regex(/^[a-z0-9-]+\.[a-z0-9]+$/, 'an instance type such as "m7i.xlarge"')
    .default("m7i.xlarge"),
  /** KMS key for root volumes, and so for images, where the account's own for EBS will not do. Whoever starts nodes must be allowed to use it too. */
  volumeKeyArn: text(
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[a-z0-9-]+$/,
    'the ARN of a KMS key, not of an alias, such as "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab"',
  ).optional(),
  network: Network.prefault({ kind: "public" }),
  /** New accounts have 10 concurrent executions and refuse reservations: give the reservation up there. */
  reserveConcurrency: z.boolean().default(true),
  /** GovCloud, China and several more Regions have no function URLs: there callers invoke the function itself. */
  functionUrl: z.boolean().default(true),
  logRetentionDays: z
    .literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653])
    .default(90),
  /** Companies mirror the release hosts. */
  kubernetesReleaseUrl: ReleaseHost.default("https://dl.k8s.io"),
  packerReleaseUrl: ReleaseHost.default("https://releases.hashicorp.com"),
});
export type Policies = z.infer<typeof Policies>;
