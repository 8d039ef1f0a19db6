import type { Findings } from "../lines.ts";

export const findings = {
  "fast-launch-usable": {
    mark: "✓",
    means:
      "No launch template of the fleet maps the root volume, so its new nodes use the snapshots while there are any.",
  },
  "fast-launch-mapped": {
    mark: "?",
    means:
      "The fleet's launch template maps the root volume. EC2 makes it from the image then, never from such a snapshot.",
    remedy:
      "Make a version of the template without the mapping of /dev/sda1, or leave this fleet without Fast Launch (docs/node-starts.md).",
  },
  "fast-launch-karpenter": {
    mark: "?",
    means:
      "Karpenter's EC2NodeClass cannot be read from here. By default Karpenter maps the root volume of Windows nodes.",
    remedy:
      "Look at its blockDeviceMappings: with none, or with one for /dev/sda1, no node uses the snapshots (docs/node-starts.md).",
  },
  "fast-launch-unread": {
    mark: "?",
    means: "The launch templates of the fleet could not be read.",
    remedy: "The line quotes AWS. Look yourself whether the template maps /dev/sda1.",
  },
  "fast-launch-wasted": {
    mark: "✗",
    means:
      "Every fleet of the variant and channel maps the root volume: the snapshots are paid for, and no node uses one.",
    remedy: "Take the mapping out of a template, or take the channel out of policies.fastLaunch.",
  },
  "fast-launch-unseen": {
    mark: "?",
    means: "config.ts names no fleet of the variant and channel, so nobody can tell whether a node uses the snapshots.",
    remedy: "Look at the launch templates that start the channel's image: they must not map /dev/sda1.",
  },
  "fast-launch-role": {
    mark: "✓",
    means: "The service-linked role of Fast Launch is there, or the service may create it.",
  },
  "fast-launch-no-role": {
    mark: "✗",
    means: "The service-linked role of Fast Launch does not exist, and the service may not create it.",
    remedy:
      "aws iam create-service-linked-role --aws-service-name ec2fastlaunch.amazonaws.com, once in the account; then deploy again.",
  },
  "fast-launch-key": {
    mark: "✓",
    means: "The service-linked role of Fast Launch has a grant for the key in policies.volumeKeyArn.",
  },
  "fast-launch-key-unseen": {
    mark: "?",
    means:
      "The service-linked role of Fast Launch has no grant for the key in policies.volumeKeyArn. Only a key policy that names the role would do instead.",
    remedy: "Unless the key policy names the role, create the grant with the command that the line shows.",
  },
  "fast-launch-room": {
    mark: "✓",
    means:
      "The quota of parallel launches has room for an image of each variant and channel, with before: publication for two.",
  },
  "fast-launch-queue": {
    mark: "?",
    means:
      "The quota of parallel launches has room for some images at a time. The others wait, those of stable least; with before: publication their channels wait, too, at most maxWait.",
    remedy:
      "Let AWS raise the quota Parallel instance launches of EC2 Fast Launch, then raise policies.fastLaunch.quota to it.",
  },
  "fast-launch-too-many": {
    mark: "✗",
    means: "config.ts counts with more parallel launches than the account may have: EC2 refuses some images.",
    remedy:
      "Lower policies.fastLaunch.quota, or let AWS raise the quota Parallel instance launches of EC2 Fast Launch.",
  },
  "fast-launch-room-unknown": {
    mark: "?",
    means: "The quota of parallel launches could not be read. AWS's default is 40 in a Region.",
    remedy: "Compare it with config.ts yourself: Service Quotas, EC2 Fast Launch, Parallel instance launches.",
  },
} as const satisfies Findings;
