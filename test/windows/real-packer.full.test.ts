import { afterAll, expect, test } from "vitest";
import { runningWindows } from "../../local/windows/running-windows.ts";
import { kubernetesReleaseUrl } from "../../local/windows/workbench.ts";
import { layered } from "../packer/order.ts";
import { openWorkshop, type Workshop } from "../packer/workshop.ts";
import { describeWithPowerShell } from "./runs.ts";

describeWithPowerShell("real Packer", (bench) => {
  let workshop: Workshop;

  afterAll(() => workshop?.stop());

  test("builds and proves an image over WinRM with scripts that really run", async () => {
    const { registry } = bench();
    workshop = await openWorkshop({ windows: runningWindows(bench()) });
    const eksImage = await workshop.emulator.addPublicImage({
      name: "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.14",
    });
    const wish = layered(eksImage, 1);
    for (const reference of wish.variant.containerImages) registry.publish(reference.replace(/^[^/]+\//, ""));
    const registryMirrors = { "mcr.microsoft.com": [registry.url] };
    const run = await workshop.run({
      wish: { ...wish, variant: { ...wish.variant, registryMirrors } },
      kubernetesReleaseUrl,
    });

    expect(run.succeeded, run.log).toBe(true);
    expect(run.exported).toMatchObject({ PROOF: "passed" });
    const report = JSON.parse((await workshop.read(`reports/${run.exported.IMAGE_ID}/report.json`)).toString());
    expect(report).toMatchObject({ osBuild: "20348.4405", kubernetes: { kubelet: "1.35.8" } });
  });
});
