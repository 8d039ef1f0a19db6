import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type { Build } from "@aws-sdk/client-codebuild";
import type {
  DescribeFastLaunchImagesSuccessItem,
  Image,
  ImageReference,
  Instance,
  KeyPairInfo,
  LaunchTemplateVersion,
  SecurityGroup,
  Snapshot,
  TagDescription,
  Volume,
} from "@aws-sdk/client-ec2";
import type { Parameter } from "@aws-sdk/client-ssm";
import type { NodesGroup } from "./groups.ts";

/** What an account holds, in the shapes of AWS's own answers. An operation reads and writes it; it knows nothing else. */
export interface Account {
  id: string;
  region: string;
  /** All accounts and Regions that exist, this one, too: what is shared or copied comes from another one. */
  world: readonly Account[];
  /** Milliseconds since the epoch. */
  now: () => number;
  /** The account's own and AWS's, by ID. */
  images: Map<string, Image>;
  snapshots: Snapshot[];
  /** What builds run, and nodes. */
  instances: Instance[];
  volumes: Volume[];
  keyPairs: KeyPairInfo[];
  securityGroups: SecurityGroup[];
  /** Of these. */
  tags: TagDescription[];
  references: ImageReference[];
  parameters: Map<string, Parameter>;
  /** Earlier versions of parameters by name, oldest first. */
  earlier: Map<string, Parameter[]>;
  /** By key, in one bucket. */
  objects: Map<string, StoredObject>;
  /** Newest first. */
  builds: Build[];
  /** How many builds may run at once. */
  room: number;
  /** By idempotency token. */
  starts: Map<string, Started>;
  /** Patch version that EKS runs, by minor. */
  clusterVersions: Map<string, string>;
  /** Groups of nodes by name. */
  groups: Map<string, NodesGroup>;
  /** CloudWatch's alarms by name. */
  alarms: Map<string, MetricAlarm>;
  /** Versions of launch templates, oldest first, by the template's ID. */
  templates: Map<string, LaunchTemplateVersion[]>;
  /** What EC2 shows of Fast Launch, by image ID. */
  fastLaunches: Map<string, DescribeFastLaunchImagesSuccessItem>;
  /** The accounts that an image of this one is shared with, by the image's ID. */
  launchPermissions: Map<string, ReadonlySet<string>>;
  /** The accounts that may read a snapshot of this one, by its ID. */
  volumePermissions: Map<string, ReadonlySet<string>>;
  /** What CopyImage was asked for and has answered, by client token. */
  copies: Map<string, Copied>;
  /** Messages that subscribers received. */
  published: unknown[];
  /** Bodies of the messages in the queue, oldest first. */
  queued: string[];
}

/** What EC2 remembers of a client token. */
export interface Copied {
  parameters: string;
  image: string;
}

/** What CodeBuild remembers of an idempotency token. */
export interface Started {
  at: number;
  parameters: string;
  build: Build;
}

export interface StoredObject {
  at: Date;
  body: string;
}

/** Of the account in which the service runs, in its Region. */
export const ownerId = "123456789012";
export const ownRegion = "us-east-1";

/** An account in which there is nothing, alone in its world. */
export function emptyAccount({ id, region, now }: Pick<Account, "id" | "region" | "now">): Account {
  const account: Account = {
    id,
    region,
    world: [],
    now,
    images: new Map(),
    snapshots: [],
    instances: [],
    volumes: [],
    keyPairs: [],
    securityGroups: [],
    tags: [],
    references: [],
    parameters: new Map(),
    earlier: new Map(),
    objects: new Map(),
    builds: [],
    room: 60,
    starts: new Map(),
    clusterVersions: new Map(),
    groups: new Map(),
    alarms: new Map(),
    templates: new Map(),
    fastLaunches: new Map(),
    launchPermissions: new Map(),
    volumePermissions: new Map(),
    copies: new Map(),
    published: [],
    queued: [],
  };
  return Object.assign(account, { world: [account] });
}

/** One page of a list. The token is the place at which the next page begins. */
export function pageOf<T>(
  all: readonly T[],
  size: number,
  token: string | undefined,
): { page: T[]; next: string | undefined } {
  const start = Number(token ?? 0);
  const end = start + size;
  return { page: all.slice(start, end), next: end < all.length ? String(end) : undefined };
}

/** What XML 1.0, and therefore a message of SQS or SNS, may hold no character of. */
const notXml = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/** @throws ServiceError if a text is empty, longer than that many bytes, or has characters that XML cannot hold */
export function checkText(what: string, text: string, maxBytes: number): void {
  const wrong =
    text === ""
      ? "is empty"
      : notXml.test(text)
        ? "has invalid characters"
        : Buffer.byteLength(text) > maxBytes && "is too long";
  if (wrong) throw new ServiceError("InvalidParameterValue", `${what} ${wrong}`);
}

/** An error as AWS answers it. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
