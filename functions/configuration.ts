import { z } from "zod";
import { complaintsOf } from "./complaints.ts";
import {
  ContainerImage,
  Duration,
  Minor,
  Rate,
  RegistryHost,
  TimeZone,
  text,
  WebAddress,
  whole,
} from "./configuration-fields.ts";
import { isAfterRelease } from "./patch-tuesday.ts";

/** The three families of AWS's public parameters that an image can be built on (`/aws/service/ami-windows-latest/…`). */
export const baseFamilies = ["EKS_Optimized", "ContainersLatest", "Base"] as const;

/** How an image comes about: on AWS's EKS image, or from a plain Windows with everything that AWS adds to it. */
export type Recipe = "layer" | "assemble";

export function recipeOf({ base }: { base: (typeof baseFamilies)[number] }): Recipe {
  return base === "EKS_Optimized" ? "layer" : "assemble";
}

/** One line of Windows images for EKS. Its name is its identity: a rename is a removal and an addition. */
export const Variant = z
  .strictObject({
    name: text(
      /^[a-z0-9][a-z0-9.-]{0,63}$/,
      "1 to 64 of a-z, 0-9, dot and hyphen, the first a letter or digit",
    ).optional(),
    windows: z.literal([2019, 2022, 2025]),
    edition: z.enum(["Core", "Full"]).default("Core"),
    kubernetes: Minor,
    base: z.enum(baseFamilies).default("EKS_Optimized"),
    /** Pulled into the image so that nodes start pods without a download. */
    containerImages: z.array(ContainerImage).max(40).default([]),
    /** Registry host → mirrors, tried in this order. */
    registryMirrors: z.record(RegistryHost, z.array(WebAddress).min(1).max(5)).default({}),
    /** Updates not to install. Those that never install unattended are left out anyway. */
    deniedUpdates: z.array(text(/^KB\d{6,8}$/, 'an update such as "KB5040437"')).default([]),
    /** Root volume in GiB. AWS's default of 30 to 50 is too small once images are cached. */
    diskGiB: whole(50, 16384).default(100),
  })
  .superRefine((variant, context) => {
    const minor = Number(variant.kubernetes.split(".")[1]);
    if (variant.windows === 2025 && minor < 35)
      context.addIssue({
        code: "custom",
        path: ["kubernetes"],
        message: "1.35 or newer with Windows 2025: EKS has no Windows 2025 image before Kubernetes 1.35",
      });
    if (variant.windows === 2025 && variant.base === "ContainersLatest")
      context.addIssue({
        code: "custom",
        path: ["base"],
        message: "EKS_Optimized or Base: AWS froze ContainersLatest in April 2023, there is none for Windows 2025",
      });
    // CodeBuild hands the settings over in environment variables; keep well below their combined limit.
    if (JSON.stringify([variant.containerImages, variant.registryMirrors, variant.deniedUpdates]).length > 2000)
      context.addIssue({
        code: "custom",
        path: ["containerImages"],
        message:
          "fewer: container images, mirrors and denied updates of one variant together hold at most 2,000 characters",
      });
  })
  .transform((variant) => ({ ...variant, name: variant.name ?? derivedName(variant) }));
export type Variant = z.infer<typeof Variant>;

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
  /** No image younger than this is retired. */
  minAge: Duration.prefault("7d"),
  /** Images whose proof failed, or that nobody could prove, go after this. */
  unprovedAfter: Duration.prefault("3d"),
  /** How long an image stays disabled, still without reference, before it may be deregistered. */
  grace: Duration.prefault("14d"),
  /** Whether disabled images are deregistered after that, with their snapshots. This cannot be undone. */
  deregister: z.boolean().default(false),
});

const Policies = z.strictObject({
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
  /** Whether a revoked image is disabled once no channel holds it: running nodes stay, no new one starts from it. It is deprecated anyway. */
  disableRevoked: z.boolean().default(false),
  retention: Retention.prefault({}),
  /** A base family without a release for this long is reported. */
  silentAfter: Duration.prefault("45d"),
  /** Rounds of Windows updates, each with a restart. */
  updateRounds: whole(1, 5).default(2),
  /** Nitro, x86-64; the container images and updates want four cores. */
  instanceType: z
    .string({ error: "an instance type" })
    .regex(/^[a-z0-9-]+\.[a-z0-9]+$/, 'an instance type such as "m7i.xlarge"')
    .default("m7i.xlarge"),
  network: Network.prefault({ kind: "public" }),
  /** New accounts have 10 concurrent executions and refuse reservations: give the reservation up there. */
  reserveConcurrency: z.boolean().default(true),
  logRetentionDays: z
    .literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653])
    .default(90),
  /** Companies mirror the release hosts. */
  kubernetesReleaseUrl: WebAddress.default("https://dl.k8s.io"),
  packerReleaseUrl: WebAddress.default("https://releases.hashicorp.com"),
});
export type Policies = z.infer<typeof Policies>;

/** Who hears of published and failed images through SNS. */
const Subscriber = z.discriminatedUnion("protocol", [
  z.strictObject({ protocol: z.literal(["email", "email-json"]), endpoint: z.email("an e-mail address") }),
  z.strictObject({ protocol: z.literal("https"), endpoint: z.url({ protocol: /^https$/, error: "an https address" }) }),
  z.strictObject({
    protocol: z.literal(["sqs", "lambda"]),
    endpoint: z.string().regex(/^arn:aws[a-z-]*:/, "an ARN"),
  }),
  z.strictObject({
    protocol: z.literal("sms"),
    endpoint: z.string().regex(/^\+\d{6,15}$/, "a number such as +15555550123"),
  }),
]);

/** The whole of `config.ts`. */
export const Configuration = z.strictObject({
  variants: z
    .array(Variant)
    .min(1, "at least one variant")
    .superRefine((variants, context) => {
      for (const [index, { name }] of variants.entries()) {
        const first = variants.findIndex((other) => other.name === name);
        if (name !== undefined && first < index)
          context.addIssue({
            code: "custom",
            path: [index, "name"],
            message: `a name of its own: variants[${first}] is called ${name} too`,
          });
      }
    }),
  policies: Policies.prefault({}),
  subscribers: z.array(Subscriber).default([]),
});
export type Configuration = z.infer<typeof Configuration>;
/** What a user writes in `config.ts`: as {@link Configuration}, with everything that has a default left out at will. */
export type ConfigurationInput = z.input<typeof Configuration>;

/**
 * The configuration with its defaults filled in and time spans in milliseconds.
 * @throws Error naming each wrong field, its value and what is allowed.
 */
export function parseConfiguration(input: unknown): Configuration {
  const result = Configuration.safeParse(input);
  if (result.success) return result.data;
  const lines = result.error.issues.flatMap((issue) => complaintsOf(issue, input));
  throw new Error(`config.ts cannot be used:\n${lines.join("\n")}`);
}

function derivedName(variant: { windows: number; edition: string; kubernetes: string }): string {
  return `windows-${variant.windows}-${variant.edition.toLowerCase()}-${variant.kubernetes}`;
}
