import type { ChannelName } from "../config/channel-names.ts";
import type { BuildOrder } from "./build-orders.ts";
import type { Fact } from "./notifications/due.ts";
import type { Purpose } from "./purposes.ts";

/** One thing to do, or not to do, with its reasons. Times are milliseconds since the epoch. */
export type Action =
  | { do: "announce"; variant: string; fact: Fact }
  | {
      do: "publish";
      variant: string;
      channel: ChannelName;
      image: string;
      previous: string | undefined;
      /** Why nobody should get what the channel holds; undefined where the image is only newer. */
      leaves: string | undefined;
      reasons: string[];
    }
  | { do: Purpose; variant: string; order: BuildOrder; reasons: string[] }
  /** A revoked image is deprecated at once, a revoked one (by configuration) or a retired one disabled; `restore` undoes both after an unrevoke, `release` keeps what a person undid. */
  | { do: "deprecate" | "restore" | "release" | "deregister"; variant: string; image: string; reasons: string[] }
  | { do: "disable"; variant: string; image: string; because: "revoked" | "retired"; reasons: string[] }
  | { do: "wait"; variant: string; for: "build" | ChannelName; until: number | undefined; reasons: string[] }
  | { do: "nothing"; variant: string; reasons: string[] };
