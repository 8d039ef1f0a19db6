import { z } from "zod";
import { baseFamilies } from "../../functions/config/variant.ts";

const Names = z.array(z.string());
const Port = z.strictObject({ start: z.int(), count: z.int() });

/**
 * What the guest finds on a machine of an image with nothing changed. Written by
 * packer/first-contact/scripts/10-first-contact.ps1.
 */
export const Facts = z.strictObject({
  osBuild: z.string(),
  imageState: z.string(),
  /** Seconds of this start: until the launch agent had finished, and until this script began, by Windows' own clock. */
  secondsOfStart: z.strictObject({ untilLaunchAgent: z.number().nullable(), untilScript: z.number() }),
  /** Seconds that each program worked on the answer file at the first start, by its name; from the log of Windows' set-up. */
  secondsOfSetup: z.record(z.string(), z.number()),
  /** The answer file with which the launch agent would generalize Windows, as it is. */
  answerFile: z.string(),
  /** `setting`: what Windows makes at its start, `?:\\pagefile.sys` for one of its own choice. `bytes`: of pagefile.sys. */
  pageFiles: z.strictObject({ setting: Names, bytes: z.int() }),
  /** Bytes used on the system disk and in its largest folders, in the form of `disk` in a report. */
  disk: z.strictObject({
    usedBytes: z.int(),
    folders: z.array(z.strictObject({ path: z.string(), bytes: z.int() })),
  }),
  /** Files of EKS, of containerd and of Kubernetes. `version` is that among the resources of the file; often empty. */
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int(), sha256: z.string(), version: z.string() })),
  /** What the programs say themselves, by file name: kubelet.exe, kube-proxy.exe, containerd.exe. */
  programs: z.record(z.string(), z.string()),
  /** All services by name. `startMode` in WMI's words: Auto, Manual, Disabled, Boot, System. */
  services: z.record(
    z.string(),
    z.strictObject({ displayName: z.string(), commandLine: z.string(), startMode: z.string(), state: z.string() }),
  ),
  /** Tasks by path and name. Those outside `\Microsoft\` come with their XML, the others with an empty one. */
  tasks: z.record(z.string(), z.strictObject({ state: z.string(), xml: z.string() })),
  /** Variables of the machine. */
  environment: z.record(z.string(), z.string()),
  /** Classic event logs by name, and sources of the log EKS; none for the other logs. */
  eventLogs: z.record(z.string(), z.strictObject({ maximumBytes: z.int(), sources: Names })),
  /**
   * `text`: config.toml as it is. `understood`: every key with its table as containerd understands the file
   * (Get-ContainerdConfiguration: `.root`, `plugins.io.containerd.grpc.v1.cri.sandbox_image`), a string or a list.
   */
  containerd: z.strictObject({
    version: z.string(),
    text: z.string(),
    understood: z.record(z.string(), z.union([z.string(), Names])),
  }),
  containerImages: z.array(
    z.strictObject({ name: z.string(), digest: z.string(), pinned: z.boolean(), unpacked: z.boolean() }),
  ),
  /** `status`: the exit code of `EC2Launch status`, 0 or 1 (a task failed); null for v1, which has no such command. */
  launchAgent: z.strictObject({
    name: z.enum(["ec2launch-v2", "ec2launch-v1"]),
    version: z.string(),
    status: z.int().nullable(),
    /** Lines of its log that report an error. */
    errors: Names,
  }),
  /** What Windows Update offers, except drivers, and why the recipe would leave it out; empty if it would not. */
  offers: z.array(z.strictObject({ articles: Names, title: z.string(), categories: Names, leftOut: z.string() })),
  installedUpdates: Names,
  defender: z.strictObject({ paths: Names, processes: Names, extensions: Names }),
  /** Names of all installed Windows features. */
  features: Names,
  dynamicPorts: z.strictObject({ tcp: Port, udp: Port }),
  /** Values of the registry keys that others set for HNS, by key and name; a key that is missing is left out. */
  registry: z.record(z.string(), z.record(z.string(), z.union([z.number(), z.string(), Names, z.array(z.int())]))),
  hnsNetworks: z.array(z.strictObject({ name: z.string(), type: z.string() })),
  /** Checks of the proof, run on this unchanged image. What passed here must pass on every image from then on. */
  checks: z.array(z.strictObject({ name: z.string(), passed: z.boolean(), detail: z.string() })),
});
export type Facts = z.infer<typeof Facts>;

const Answers = z.object({ facts: z.record(z.string(), z.unknown()), unknown: z.record(z.string(), z.string()) });

/** What the guest writes. A fact is null if it could not be found out; `unknown` then says why, by its name. */
export const Findings = z.strictObject({
  facts: z.strictObject(
    Object.fromEntries(Object.entries(Facts.shape).map(([name, fact]) => [name, fact.nullable()])) as {
      [Name in keyof typeof Facts.shape]: z.ZodNullable<(typeof Facts.shape)[Name]>;
    },
  ),
  unknown: z.record(z.string(), z.string()),
});
export type Findings = z.infer<typeof Findings>;

/** `packer/first-contact/<windows>-<family>.json`: what was found on AWS's own image, redacted. */
export const FirstContact = z.strictObject({
  windows: z.enum(["2019", "2022", "2025"]),
  edition: z.enum(["Core", "Full"]),
  family: z.enum(baseFamilies),
  /** The minor of an EKS image; null for the other families. */
  kubernetes: z.string().nullable(),
  /** AWS's public image, which has the same ID for everybody in its Region. */
  image: z.strictObject({ id: z.string(), name: z.string(), released: z.string() }),
  /** The day of the contact, like 2026-11-30. */
  seen: z.iso.date(),
  /**
   * What a person has looked at and found harmless: keys of containerd's configuration that AWS sets and the recipe
   * does not keep (`containerdConfig` in a report). From the first contact on, any other such key fails a layer build.
   */
  acknowledged: z.strictObject({ containerdConfig: Names }).optional(),
  ...Findings.shape,
});
export type FirstContact = z.infer<typeof FirstContact>;

/**
 * Parses what the guest wrote. A fact of another shape counts as unknown: the others took as long to find out.
 * @throws Error if it is not an object with facts
 */
export function parseFindings(text: string): Findings {
  const { facts, unknown } = Answers.parse(JSON.parse(text));
  const names = Object.keys(Facts.shape) as (keyof Facts)[];
  const parsed = names.map((name) => [name, Facts.shape[name].safeParse(facts[name])] as const);
  const wrong = parsed.flatMap(([name, { error }]) =>
    error && !unknown[name] ? [[name, `the answer has another shape: ${z.prettifyError(error)}`]] : [],
  );
  return Findings.parse({
    facts: Object.fromEntries(parsed.map(([name, { data }]) => [name, data ?? null])),
    unknown: { ...unknown, ...Object.fromEntries(wrong) },
  });
}
