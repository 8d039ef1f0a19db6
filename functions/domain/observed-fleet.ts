/** A node of a fleet: an instance that lives. */
export interface FleetNode {
  /** Its instance ID. */
  id: string;
  /** ID of the image it was started from. */
  image: string;
  /** When that image was made, in milliseconds since the epoch, whoever owns it; undefined if that is unknown. */
  imageMadeAt?: number | undefined;
  /** When it was launched, in milliseconds since the epoch. */
  since: number;
}

/** A version of a launch template, as a group names it. */
export interface TemplateVersion {
  template: string;
  /** How the group names it: `7`, `$Latest` or `$Default`. */
  named: string;
  /** The version that this is now. */
  number: number;
  /** Versions of the template that this service made for the fleet, oldest first. */
  made: readonly number[];
  /** Whether another Auto Scaling group follows the template by `$Latest`, so that any new version changes it. */
  followedBy: string | undefined;
}

/** A change of a group's nodes: an update of a node group, or an instance refresh. Times are milliseconds. */
export interface GroupUpdate {
  id: string;
  status: "running" | "succeeded" | "failed" | "cancelled" | "rolled-back";
  /** Whether a change that runs is being taken back, by AWS or after a call. */
  isEnding?: boolean;
  startedAt: number;
  /** The version of the launch template that it brings; undefined if it brings none. */
  version: number | undefined;
  /** AWS's own words: why it fails, or how far it is. */
  detail: string | undefined;
}

/** What is known about the image that a fleet starts nodes from, whoever owns it. */
export interface StartedImage {
  id: string;
  /** Undefined if EC2 does not describe the image any more. */
  name: string | undefined;
  createdAt: number | undefined;
  /** Why that could not be read; undefined if it could. */
  unread?: string;
}

/** A fleet as AWS shows it. */
export interface KnownFleet {
  state: "known";
  /**
   * What a new node starts from; undefined if nothing tells. For a fleet with a parameter of its own it is undefined
   * exactly if that parameter does not exist, whatever a launch template says.
   */
  starts: StartedImage | undefined;
  /** The parameter that decides that; undefined if a launch template names the image itself. */
  parameter: string | undefined;
  /** The launch template of a node group or an Auto Scaling group; undefined if it has none that can be changed. */
  template: TemplateVersion | undefined;
  nodes: readonly FleetNode[];
  /** Newest first. */
  updates: readonly GroupUpdate[];
  /** Whether the group is being changed, by whomever. */
  isChanging: boolean;
  /** What AWS finds wrong with the group or its nodes, in AWS's words. */
  issues: readonly string[];
  /**
   * When an instance was last replaced for its health, in milliseconds since the epoch; undefined if none was or nobody
   * tells.
   */
  replacedAt?: number | undefined;
  /** The fleet's alarms: which are in ALARM, and when one last changed its state, in milliseconds since the epoch. */
  alarms: { ringing: readonly string[]; changedAt: number };
  /** Kubernetes minor of the cluster, such as `1.35`, and whether it is in Auto Mode; undefined if no cluster is named. */
  cluster: { minor: string; isAuto: boolean } | undefined;
  /** What stands in the way of a rollout and only the group itself can tell, each with the way out. */
  obstacles: readonly string[];
  /** What AWS did not tell, and why, although only guards ask for it: whoever goes back needs none of it. */
  unread?: readonly string[];
}

export type ObservedFleet = KnownFleet | { state: "unknown"; why: string };
