import { eksBase } from "./runs.ts";
import { testWholeBuilds } from "./whole-builds.ts";

testWholeBuilds([
  {
    what: "assemble on 2022 Core with an EC2Launch of 2023",
    base: { kind: "ContainersLatest", windows: "2022", edition: "Core" },
    from: eksBase("2022", "Core", "2.3.7"),
  },
  {
    what: "assemble on 2019 Core with EC2Launch v1",
    base: { kind: "Base", windows: "2019", edition: "Core" },
    from: eksBase("2019", "Core", "1.7.36"),
  },
  {
    what: "assemble on 2025 Full with containerd 2.3",
    base: { kind: "Base", windows: "2025", edition: "Full" },
    from: eksBase("2025", "Core", "2.3.7"),
    isReplayed: true,
  },
]);
