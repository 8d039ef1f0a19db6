import { type Scene, scene } from "../../../scene.ts";

export const ann = { by: "arn:aws:iam::123456789012:user/ann", at: Date.parse("2026-11-04T12:00:00Z") };
export const dryRun = false;
export const reason = "containers lose their network";
export const revoked = { reason: "bad", by: ann.by, at: ann.at };

/** `ami-2` is in both channels. `ami-1` is older and in none. */
export function twoImages(before: Parameters<Scene["image"]>[1] = {}) {
  const old = { createdAt: Date.parse("2026-11-01T12:00:00Z"), provedAt: Date.parse("2026-11-01T13:00:00Z") };
  return scene()
    .image("ami-1", { ...old, ...before })
    .published("ami-2");
}
