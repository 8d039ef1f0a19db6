import type {
  DescribeFastLaunchImagesCommandInput,
  DescribeFastLaunchImagesSuccessItem,
  DisableFastLaunchCommandInput,
  EnableFastLaunchCommandInput,
} from "@aws-sdk/client-ec2";
import { sumBy } from "es-toolkit";
import { type Account, ownerId, pageOf, ServiceError } from "./account.ts";
import { imageOf } from "./image-states.ts";

/** How many instances Fast Launch may start at once, over all images of the account. */
const quota = 40;
const leastParallelLaunches = 6;
const longestPage = 200;

/** EC2 only notes what it is asked for. Whoever plays the account lets it succeed or fail (`moveFastLaunch`). */
export const fastLaunch = {
  DescribeFastLaunchImages(
    { fastLaunches }: Account,
    { MaxResults = longestPage, NextToken }: DescribeFastLaunchImagesCommandInput,
  ) {
    const { page, next } = pageOf([...fastLaunches.values()], MaxResults, NextToken);
    return { FastLaunchImages: page, NextToken: next };
  },
  EnableFastLaunch(account: Account, input: EnableFastLaunchCommandInput) {
    const { ImageId = "", MaxParallelLaunches = leastParallelLaunches, LaunchTemplate, SnapshotConfiguration } = input;
    if (imageOf(account, ImageId).State !== "available")
      throw new ServiceError("InvalidAMIID.Unavailable", `The image id '[${ImageId}]' is not available`);
    const known = account.fastLaunches.get(ImageId);
    if (known?.State?.startsWith("disabling"))
      throw new ServiceError("IncorrectState", `Fast Launch of ${ImageId} is ${known.State}`);
    const others = [...account.fastLaunches.values()].filter((one) => one.ImageId !== ImageId);
    if (sumBy(others, (one) => one.MaxParallelLaunches ?? 0) + MaxParallelLaunches > quota)
      throw new ServiceError("ResourceLimitExceeded", `You have reached your limit of ${quota} parallel launches`);
    const asked = { MaxParallelLaunches, LaunchTemplate, SnapshotConfiguration };
    const State = known?.State === "enabled" ? "enabled" : "enabling";
    account.fastLaunches.set(ImageId, { ImageId, ResourceType: "snapshot", OwnerId: ownerId, ...asked });
    return moveFastLaunch(account, ImageId, State, "Client.UserInitiated");
  },
  DisableFastLaunch(account: Account, { ImageId = "" }: DisableFastLaunchCommandInput) {
    if (!account.fastLaunches.has(ImageId))
      throw new ServiceError("InvalidRequest", `Fast Launch of ${ImageId} is not enabled`);
    return moveFastLaunch(account, ImageId, "disabling", "Client.UserInitiated");
  },
};

/** The image comes to that state now. What EC2 has shown before is replaced, never altered. */
export function moveFastLaunch(
  { fastLaunches, now }: Pick<Account, "fastLaunches" | "now">,
  image: string,
  State: NonNullable<DescribeFastLaunchImagesSuccessItem["State"]>,
  StateTransitionReason: string,
): DescribeFastLaunchImagesSuccessItem {
  const StateTransitionTime = new Date(now());
  const moved = { ...fastLaunches.get(image), State, StateTransitionReason, StateTransitionTime };
  fastLaunches.set(image, moved);
  return moved;
}
