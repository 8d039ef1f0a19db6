import { iso } from "../config/time.ts";
import type { NotificationOf } from "../domain/notifications/due.ts";
import { type Texts, wrapped } from "./texts.ts";

export const fastLaunchTexts: Texts<"fast-launch-failed" | "fast-launch-late"> = {
  "fast-launch-failed": (notification) => {
    const { image, state, reason, failure, again } = notification;
    const isLeft = state === "disabling-failed";
    return {
      headline: isLeft ? `EC2 could not end the Fast Launch of ${image}` : `EC2 could not fast launch ${image}`,
      act: failure === "transient" ? "You need not act, unless it lasts." : "Act: the same would fail again.",
      details: [
        ...wrapped("Reason ", reason ?? "AWS gives none"),
        `State  ${state}`,
        ...wrapped("Do     ", remedy(notification)),
        `Again  EC2 is asked again at ${iso(again)}.`,
        isLeft
          ? "Snapshots may be left and cost money, and the image is neither disabled nor deregistered."
          : "Nodes start from the image as without Fast Launch, and no channel waits for it.",
      ],
      steps: [{ when: "To see where it is", command: ["status"] }],
    };
  },
  "fast-launch-late": ({ image, channel, state }) => ({
    headline: `${channel} took ${image} before its Fast Launch was ready`,
    act: "You need not act, unless it happens each time.",
    details: [
      `policies.fastLaunch.maxWait was over, and its Fast Launch is ${state ?? "not begun"}.`,
      "Its first nodes start as without Fast Launch. EC2 goes on to make the snapshots.",
      "If that happens each time: raise maxWait, or look whether the quota of parallel launches is used up.",
    ],
    steps: [{ when: "To see where it is", command: ["status"] }],
  }),
};

function remedy({ failure, image, state }: NotificationOf<"fast-launch-failed">): string {
  const forced = `aws ec2 disable-fast-launch --image-id ${image} --force ends it, whatever is left`;
  switch (failure) {
    case "quota":
      return "raise the quota (Service Quotas, EC2 Fast Launch, and EC2's own), or lower maxParallelLaunches.";
    case "permission":
      return "read in docs/fast-launch.md what the role and the key need; a policy of the organization may deny it.";
    case "template":
      return "correct the launch template: subnet, IMDSv2, no user data (docs/fast-launch.md).";
    case "transient":
      return state === "disabling-failed" ? `if it lasts: ${forced}.` : "if it lasts, AWS's support can tell why.";
  }
}
