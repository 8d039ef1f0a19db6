import { eksBase } from "./runs.ts";
import { testWholeBuilds } from "./whole-builds.ts";

testWholeBuilds([
  {
    what: "layer on 2022 Core with containerd 1.7",
    base: eksBase("2022", "Core", "1.7.36"),
    isReplayed: true,
  },
  {
    what: "layer on 2019 Full with containerd 2.3 and EC2Launch v1",
    base: eksBase("2019", "Full", "2.3.7"),
  },
  {
    what: "layer on 2025 Core with containerd 2.3",
    base: eksBase("2025", "Core", "2.3.7"),
  },
]);
