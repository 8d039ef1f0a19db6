import type { AutoScalingGroup } from "@aws-sdk/client-auto-scaling";
import type { Nodegroup } from "@aws-sdk/client-eks";
import type { Fleet } from "../../config/fleet.ts";
import type { KnownFleet, TemplateVersion } from "../../domain/observed-fleet.ts";
import type { Clients } from "../clients.ts";
import { type Attempted, attempt } from "./attempted.ts";
import {
  hasTerminationHook,
  issuesOf,
  leavingOf,
  otherNaming,
  readRefreshes,
  readReplacedAt,
  templateOf,
} from "./auto-scaling-groups.ts";
import { imageOf, type LaunchTemplate, madeFor, numberOf, readTemplate } from "./launch-templates.ts";
import { readUpdates } from "./node-groups.ts";

/** A group, without what several fleets are read together for. */
export interface Group
  extends Pick<
    KnownFleet,
    "parameter" | "template" | "updates" | "isChanging" | "issues" | "replacedAt" | "obstacles" | "unread"
  > {
  /** Of the Auto Scaling group that holds the nodes; undefined for Karpenter. */
  groupName: string | undefined;
  /** IDs of nodes that are on their way out. */
  leaving: readonly string[];
  /** ID of the image that new nodes start from; undefined if that is unknown. */
  image: string | undefined;
}

/** What a group is looked at for. */
export interface About {
  /** That look at it. */
  clients: Clients;
  stage: string;
  fleet: Fleet;
  /** The parameter that the fleet is to follow, and what it holds; undefined if its template names the image itself. */
  followed: { parameter: string; image: string | undefined } | undefined;
  /** All Auto Scaling groups of the account by name. */
  groups: ReadonlyMap<string, AutoScalingGroup>;
  /** The versions of launch templates that the node groups of other fleets name; undefined if nobody knows. */
  named: readonly { template: string; version: string }[] | undefined;
  /** Whether the updates of its node group say something: the service has rolled the fleet, or another one waits for it. */
  readsUpdates: boolean;
  /** Whether another fleet waits until this one has been healthy for a time. */
  isAwaited: boolean;
}

export async function observeNodeGroup(nodeGroup: Nodegroup, about: About): Promise<Group> {
  const { clients, fleet, readsUpdates } = about;
  const { launchTemplate, status, health, resources } = nodeGroup;
  const groupName = resources?.autoScalingGroups?.[0]?.name;
  const named = launchTemplate?.id && launchTemplate.version !== undefined ? launchTemplate : undefined;
  const behind = about.groups.get(groupName ?? "");
  const copy = behind && templateOf(behind);
  const [template, updates, started] = await Promise.all([
    named?.id ? readTemplate(clients, named.id) : undefined,
    readsUpdates ? readUpdates(clients, { cluster: fleet.cluster ?? "", group: fleet.group }) : [],
    copy?.LaunchTemplateId ? imageOf(clients, copy.LaunchTemplateId, copy.Version ?? "$Default") : undefined,
  ]);
  const used = template && useOf(template, named?.version ?? "", about, groupName);
  const pointer = pointerOf(used, about);
  return {
    groupName,
    ...pointer,
    // After an update that failed, EKS names the version from before, and new nodes start from the other one.
    image: started ?? pointer.image,
    leaving: behind ? leavingOf(behind) : [],
    updates,
    isChanging: status === "UPDATING" || status === "CREATING" || status === "DELETING",
    issues: [
      ...(health?.issues ?? []).map(({ code, message }) => `${code}: ${message}`),
      ...(status !== "ACTIVE" && status !== "UPDATING" ? [`the node group is ${status}`] : []),
    ],
    obstacles: used?.literal
      ? pointer.obstacles
      : [
          "its node group has no launch template that names an image: EKS cannot switch it, so make a new node group whose launch template has an image ID, and move the pods there",
        ],
  };
}

export async function observeAutoScalingGroup(about: About): Promise<Group> {
  const { clients, fleet, groups, isAwaited } = about;
  const group = groups.get(fleet.group);
  if (!group) throw new Error(`there is no Auto Scaling group ${fleet.group}`);
  const named = templateOf(group);
  const [template, updates, replaced, hook] = await Promise.all([
    named?.LaunchTemplateId ? readTemplate(clients, named.LaunchTemplateId) : undefined,
    // Only these tell that the group is being changed.
    readRefreshes(clients, fleet.group),
    attempt(async () => (isAwaited ? readReplacedAt(clients, fleet.group) : undefined)),
    attempt(async () => fleet.drain === "none" || hasTerminationHook(clients, fleet.group)),
  ]);
  const used = template && useOf(template, named?.Version ?? "$Default", about, fleet.group);
  const pointer = pointerOf(used, about);
  return {
    groupName: fleet.group,
    ...pointer,
    updates,
    isChanging: updates.some(({ status }) => status === "running"),
    leaving: leavingOf(group),
    issues: [...issuesOf(group), ...problem("nobody knows whether an instance was replaced for its health", replaced)],
    replacedAt: replaced.known,
    unread: problem("reading its lifecycle hooks", hook),
    obstacles: [
      ...(used
        ? pointer.obstacles
        : ["it has no launch template: give it one, launch configurations cannot be changed"]),
      ...(hook.known !== false
        ? []
        : [
            'it has no lifecycle hook for termination, and an instance refresh neither cordons nor drains: install the node termination handler, or say drain: "none" in the fleet\'s entry',
          ]),
      ...obstaclesOfMix(group, used?.literal ?? ""),
    ],
  };
}

function problem(what: string, { error }: Attempted<unknown>): string[] {
  return error === undefined ? [] : [`${what}: ${error}`];
}

function obstaclesOfMix({ MixedInstancesPolicy }: AutoScalingGroup, literal: string): string[] {
  const overrides = MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  return [
    ...(overrides.some(({ InstanceRequirements }) => InstanceRequirements) && literal.startsWith("resolve:ssm:")
      ? [
          "Auto Scaling refuses a parameter (resolve:ssm) together with InstanceRequirements: name the instance types, or let the template name an image",
        ]
      : []),
    ...(overrides.some(({ LaunchTemplateSpecification }) => LaunchTemplateSpecification)
      ? ["an instance type of its mixed-instances policy has a launch template of its own: give all the same one"]
      : []),
  ];
}

interface Use {
  version: TemplateVersion;
  /** `ami-…`, `resolve:ssm:…` or nothing, as the version has it. */
  literal: string | undefined;
}

function useOf(
  template: LaunchTemplate,
  named: string,
  { stage, fleet, groups, named: others }: About,
  own: string | undefined,
): Use | undefined {
  const number = numberOf(template, named);
  if (number === undefined) return undefined;
  const other = (version: string) => otherNaming({ template: template.id, version }, groups, own);
  const ofNodeGroups = others?.flatMap((one) => (one.template === template.id ? numberOf(template, one.version) : []));
  return {
    version: {
      template: template.id,
      named,
      number,
      // Those that somebody else needs, or may need, are left to them.
      made: madeFor(template, stage, fleet.name).filter(
        (one) => one !== template.default && other(`${one}`) === undefined && ofNodeGroups?.includes(one) === false,
      ),
      followedBy: other("$Latest"),
    },
    literal: template.versions.get(number)?.LaunchTemplateData?.ImageId,
  };
}

/** What decides which image a new node starts from, and whether that is what the configuration says. */
function pointerOf(
  used: Use | undefined,
  { followed, fleet }: About,
): Pick<Group, "image" | "parameter" | "template" | "obstacles"> {
  const literal = used?.literal ?? "";
  const parameter = /^resolve:ssm:(.+)$/.exec(literal)?.[1];
  const template = used?.version;
  if (followed) {
    const obstacles =
      parameter === followed.parameter
        ? []
        : [`its launch template names ${literal || "no image"}: let it say resolve:ssm:${followed.parameter}`];
    // What a parameter of the fleet's own holds counts even before the template follows it: so it can be made.
    const isTemplates = fleet.parameter === "channel" && parameter === undefined;
    return { image: isTemplates ? literal || undefined : followed.image, parameter, template, obstacles };
  }
  const obstacles =
    parameter === undefined
      ? []
      : [
          `its launch template follows ${parameter}: say parameter: "own" or "channel" in the entry of ${fleet.name}, or let the template name an image ID`,
        ];
  return { image: parameter === undefined ? literal || undefined : undefined, parameter, template, obstacles };
}
