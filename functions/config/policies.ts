import * as z from "zod";
import { FastLaunch } from "./fast-launch.ts";
import { Duration, number, Rate, ReleaseHost, TimeZone, text, WebAddress, whole } from "./fields.ts";
import { isAfterRelease } from "./patch-tuesday.ts";

/** The network of CodeBuild and the build instance. */
const Network = z.discriminatedUnion("kind", [
  z.strictObject({
    /**
     * `public`: CodeBuild runs outside a VPC. The instance is in a public subnet and accepts CodeBuild's address only.
     */
    kind: z.literal("public"),
    /** If left out, a subnet of the default VPC. */
    subnetId: z
      .string()
      .regex(/^subnet-[a-f0-9]{8,17}$/, 'a subnet such as "subnet-0123456789abcdef0"')
      .optional(),
    /** Must answer with the caller's address as plain text. */
    addressUrl: WebAddress.default("https://checkip.amazonaws.com"),
  }),
  z.strictObject({
    /**
     * `vpc`: CodeBuild and the instance run in your private subnets. These need NAT or a proxy: Windows Update and registries
     * have no VPC endpoints.
     */
    kind: z.literal("vpc"),
    /** The VPC of the subnets. */
    vpcId: z.string().regex(/^vpc-[a-f0-9]{8,17}$/, 'a VPC such as "vpc-0123456789abcdef0"'),
    /** Of several zones if you can: each attempt starts in the next one. */
    subnetIds: z
      .array(z.string().regex(/^subnet-[a-f0-9]{8,17}$/, 'a subnet such as "subnet-0123456789abcdef0"'))
      .min(1, "at least one subnet"),
  }),
]);

/** When old images are disabled and deregistered. */
const Retention = z.strictObject({
  /** Publishable images that a variant keeps, including those in channels. */
  keep: whole(2, 100).default(3),
  /** No younger image is retired, except unproved ones. */
  minAge: Duration.prefault("7d"),
  /** Images whose proof failed or never had a result are retired after this. */
  unprovedAfter: Duration.prefault("3d"),
  /** How long an image stays disabled and unused before it may be deregistered. */
  grace: Duration.prefault("14d"),
  /**
   * Whether disabled images that proved themselves are deregistered after `grace`, too. The others always are, with
   * their snapshots. This cannot be undone.
   */
  deregister: z.boolean().default(false),
});

/** When the start of an image counts as slow, and what follows. */
const SlowStart = z.strictObject({
  /** An image is slow if it starts slower than this many times the median of the last five published ones. */
  factor: number(1.1, 10).default(1.5),
  /**
   * How long both channels wait for a slow image at most, counted from its proof. If left out, no channel waits, and
   * subscribers are only told. A channel that must leave what it holds never waits.
   */
  maxHold: Duration.optional(),
});

/** How images are made and published, for all variants. */
export const Policies = z.strictObject({
  /** `upstream`: Kubernetes' newest patch of the minor. `eks`: the patch EKS runs, which lags by days to weeks. */
  kubernetesSource: z.enum(["upstream", "eks"]).default("upstream"),
  /** How often a reconcile run checks AWS's public parameters, which emit no events. */
  baseAmiSchedule: Rate.default("rate(15 minutes)"),
  /** How often a reconcile run looks for Kubernetes' newest patches. */
  kubernetesSchedule: Rate.default("rate(1 hour)"),
  /** From when Microsoft's monthly updates count as available, on the second Tuesday of a month. */
  patchTuesday: z
    .strictObject({
      /** Microsoft ships at 10:00 Pacific. An hour later all updates are available. */
      time: text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "11:00"').default("11:00"),
      /** Of `time`. */
      timeZone: TimeZone.default("America/Los_Angeles"),
    })
    .refine(
      isAfterRelease,
      "a time and zone at or after 10:00 America/Los_Angeles of the same Tuesday, when Microsoft ships",
    )
    .prefault({}),
  /** Two builds of a variant start at least this far apart, except on Patch Tuesday and after a request or a failure. */
  minInterval: Duration.prefault("20h"),
  /**
   * How many builds, of all variants, may run at once. With three, twelve variants have a Patch Tuesday's updates within
   * nine hours even if builds for a Kubernetes patch run when they come out; with two it takes eleven
   * (`npm run bench freshness`).
   */
  maxParallel: whole(1, 50).default(3),
  /** If false, images are built and proved and no channel is written: for a first day without risk. */
  publish: z.boolean().default(true),
  /** How old an image's proof must be before `stable` takes the image. The first image of a variant does not wait. */
  soak: Duration.prefault("24h"),
  /** `manual`: `stable` takes an image only after a person has approved it (`POST /approve`) and it has soaked. */
  approval: z.enum(["none", "manual"]).default("none"),
  /** When the start of an image counts as slow, and whether channels then wait. */
  slowStart: SlowStart.prefault({}),
  /**
   * Whether a revoked image is not only deprecated but also disabled, once no channel holds it. Running nodes stay, and
   * no new node starts from it. Accounts that the image is shared with lose it for good.
   */
  disableRevoked: z.boolean().default(false),
  /** When old images are disabled and deregistered. */
  retention: Retention.prefault({}),
  /**
   * What becomes of instances, volumes, key pairs, security groups, snapshots and unfinished images that killed builds
   * have left behind. `report` removes nothing: they stay in `GET /plan`, and the alarm `leftovers` rings.
   */
  sweep: z.enum(["remove", "report"]).default("remove"),
  /**
   * EC2 Fast Launch: snapshots from which instances of an image start sooner. Off if left out; then nothing asks EC2 for
   * it. It costs money (docs/costs.md).
   */
  fastLaunch: FastLaunch.optional(),
  /** Subscribers are notified if a base family has had no release for this long. */
  silentAfter: Duration.prefault("45d"),
  /** Operators are alarmed if a variant has been behind its inputs for this long. */
  staleAfter: Duration.prefault("7d"),
  /**
   * Rounds of Windows updates. Each ends with a restart. With two or more, an update that fails in the same way in every
   * round is left out and reported, instead of failing the build; never Windows' own monthly update.
   */
  updateRounds: whole(1, 5).default(2),
  /** Must be a Nitro type, x86-64. Updates and container images need four cores. */
  instanceType: z
    .string({ error: "an instance type" })
    .regex(/^[a-z0-9-]+\.[a-z0-9]+$/, 'an instance type such as "m7i.xlarge"')
    .default("m7i.xlarge"),
  /**
   * KMS key for root volumes and therefore for images; default: the account's key for EBS. Roles that start nodes must
   * be allowed to use it, too.
   */
  volumeKeyArn: text(
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[a-z0-9-]+$/,
    'the ARN of a KMS key, not of an alias, such as "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab"',
  ).optional(),
  /** The network of CodeBuild and the build instance. */
  network: Network.prefault({ kind: "public" }),
  /**
   * Whether `reconcile` and `api` reserve 1 and 5 of the account's concurrent executions. AWS refuses that unless 100
   * stay unreserved, and new accounts have 10 in all. With `false`, two reconcile runs may overlap. Each reads and
   * decides again right before it writes, but one that pauses after that can put an older or revoked image back into a
   * channel, and nodes start from it until the next run repairs the channel (docs/design.md, principle 9). So request a
   * higher quota, and return to `true` once the account has it.
   */
  reserveConcurrency: z.boolean().default(true),
  /**
   * GovCloud, China and several other Regions have no function URLs. Set this to false there, and callers invoke the
   * function instead.
   */
  functionUrl: z.boolean().default(true),
  /** How many days CloudWatch keeps the logs of functions and builds. */
  logRetentionDays: z
    .literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653])
    .default(90),
  /** Where Kubernetes' releases come from: your mirror, if your company has one. */
  kubernetesReleaseUrl: ReleaseHost.default("https://dl.k8s.io"),
  /** The same for Packer and its plugin. */
  packerReleaseUrl: ReleaseHost.default("https://releases.hashicorp.com"),
});
export type Policies = z.infer<typeof Policies>;
