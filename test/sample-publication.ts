import type { NotificationOf } from "../functions/domain/notifications/due.ts";
import { differences, type Report } from "../functions/domain/reports.ts";
import { scene } from "./scene.ts";

const [before, after] = ["ami-0c5f1e0a9b3d27e41", "ami-0a84d2f6c17be9035"];

const report: Report = {
  osBuild: "20348.4294",
  kubernetes: { kubelet: "1.35.6", kubeProxy: "1.35.6" },
  containerd: "1.7.27",
  installedUpdates: ["KB5066782"],
  containerImages: [],
  customSteps: [],
};

/** The publication that documents show, and what changed inside its image. */
export function samplePublication(): { notification: NotificationOf<"published">; inside: string[] } {
  const story = scene({}, "2026-11-12T20:10:00Z")
    .baseAmi("ami-07d1e94b52c3a86f0")
    .published(before, { kubernetes: "1.35.6", patchTuesday: "2026-10-13" })
    .image(after, { token: "9c1f".repeat(16) })
    .holds(after, ["stable"])
    .notified([]);
  const [notification] = story.notifications("published").filter(({ channel }) => channel === "stable");
  if (!notification) throw new Error("the scene has no publication to stable");
  const inside = differences(report, {
    ...report,
    osBuild: "20348.4405",
    kubernetes: { kubelet: "1.35.7", kubeProxy: "1.35.7" },
    installedUpdates: ["KB5068787"],
  });
  return { notification, inside };
}
