import { rmSync, writeFileSync } from "node:fs";
import type { Machine } from "../../../local/windows/machine.ts";
import { hostPath } from "../../../local/windows/paths.ts";
import type { Run } from "../../../local/windows/run-order.ts";
import { eksBase } from "../runs.ts";
import { edit, whileOff } from "./changes.ts";
import { layer } from "./faults.ts";

/** The containerd of AWS's images today, and the next one, which has other tables and words. */
export const containerdVersions = ["1.7.36", "2.3.7"];

export const layerWith = (containerd: string) => ({ ...layer, base: eksBase("2022", "Core", containerd) });

export const configuration = "C:\\Program Files\\containerd\\config.toml";

export const tables: Record<string, { images: string; plugin: string }> = {
  "1.7.36": { images: "io.containerd.grpc.v1.cri", plugin: "io.containerd.grpc.v1 cri" },
  "2.3.7": { images: "io.containerd.cri.v1.images", plugin: "io.containerd.cri.v1 images" },
};

/** AWS sets something that this recipe does not know. */
export function limitDownloads(version: string): (run: Run) => void {
  const { images } = tables[version] as { images: string };
  return ({ machine }) =>
    edit(machine, configuration, (text) =>
      text.includes(`[plugins.'${images}']`)
        ? text.replace(`[plugins.'${images}']`, (table) => `${table}\n  max_concurrent_downloads = 7`)
        : `${text}\n[plugins.'${images}']\n  max_concurrent_downloads = 7\n`,
    );
}

/** The key that `limitDownloads` sets, to 7 instead of 3. */
export function limitKey(version: string): string {
  return `plugins.${tables[version]?.images}.max_concurrent_downloads`;
}

/** containerd answers ctr then, but loads no plugin that kubelet needs. */
export async function breakCri(machine: Machine): Promise<void> {
  const snapshotter = hostPath(
    machine.prefix,
    "C:\\ProgramData\\containerd\\root\\io.containerd.snapshotter.v1.windows",
  );
  await whileOff(machine, () => {
    rmSync(snapshotter, { recursive: true, force: true });
    writeFileSync(snapshotter, "");
  });
}
