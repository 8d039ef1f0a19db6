import { alarm, inEachOf, maxPeriodHours, own, quietHours } from "./alarm.ts";
import { policies } from "./configuration.ts";
import { queries } from "./queries.ts";

/** Only with the policy. */
export const fastLaunchAlarms =
  policies.fastLaunch && quietHours <= maxPeriodHours
    ? [
        alarm("FastLaunchAlarm", "fast-launch", {
          alarmDescription: $interpolate`For ${2 * quietHours} hours, EC2 failed to make the snapshots of an image, or to remove them. Without them nodes start more slowly, as without policies.fastLaunch; snapshots that stay cost money, and their image is neither disabled nor deregistered. GET / of the API has AWS's reason (fastLaunch of the image), as does the saved query ${queries.failed}. The service asks EC2 again after an hour, six hours or a day, as the reason tells. docs/fast-launch.md says what roles, keys and templates need.`,
          ...own("FastLaunchFailures"),
          ...inEachOf(2),
        }),
      ]
    : [];
