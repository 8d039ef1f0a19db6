import { day, hour } from "../functions/config/time.ts";
import { alarm, inAnyOfQuietHours, maxHours, own, quietHours } from "./alarm.ts";
import { fleets, policies } from "./configuration.ts";
import { queries } from "./queries.ts";

/** Patch Tuesdays are four or five weeks apart. Each brings a new image. */
const betweenImages = 35 * day;

/**
 * The age of an image that no node should reach if images are published monthly and each fleet gets them before it
 * counts as behind: the time until the next image, its soak, and the longest `behindAfter`.
 */
const oldest = betweenImages + policies.soak + Math.max(0, ...fleets.map(({ behindAfter }) => behindAfter));

/** Only with fleets. */
export const fleetAlarms =
  fleets.length > 0 && quietHours <= maxHours
    ? [
        alarm("FleetsAlarm", "fleets", {
          alarmDescription: $interpolate`A fleet needs a person: AWS failed or refused its rollout, or the rollout takes longer than stuckAfter in config.ts; somebody else has moved the group; or its nodes run or would start a revoked image. The service does not try the same image again by itself. GET / of the API names the fleet, the reason in AWS's words and the way out (fleets), as does the saved query ${queries.failed}. POST /rollout tries again, POST /release lets the service go on with a group that was moved.`,
          ...own("FleetsInTrouble"),
          ...inAnyOfQuietHours(),
        }),
        alarm("NodesOldAlarm", "nodes-old", {
          alarmDescription: $interpolate`A node of a fleet runs an image that is older than ${Math.round(oldest / day)} days: it lacks the updates of a Patch Tuesday. Either the fleet does not get what its channel holds, because its window never opens, it is held, waits for a person or for another fleet, or is only watched, or the channel gets no new images. GET / of the API says what the fleet waits for (fleets) and what becomes of the variant; the saved query ${queries.asked} shows who has held it.`,
          ...own("OldestNodeImageHours"),
          ...inAnyOfQuietHours(),
          threshold: oldest / hour,
        }),
      ]
    : [];
