import { hash } from "node:crypto";
import { runBefore } from "../../../local/windows/snapshots.ts";
import { describeWithPowerShell, packerDirectory } from "../runs.ts";
import { layer } from "./faults.ts";
import { type FailingCase, type PassingCase, testInTurn } from "./in-turn.ts";

const directory = "C:\\Program Files\\kubernetes";
const notKubelet = "This is a page, not a program.";

const cases: (FailingCase | PassingCase)[] = [
  {
    what: "fails if the base is of another minor",
    settings: { KUBERNETES_VERSION: "1.34.8" },
    failure: { class: "provision", cause: "The base has kubelet 1.35.5, which is another minor than 1.34.8." },
  },
  {
    what: "keeps what the base has if it is as new, and replaces what is older",
    settings: { KUBERNETES_VERSION: "1.35.6" },
    files: {
      [`${directory}\\kubelet.exe`]: (_content, { programs }) =>
        programs.content({ name: "kubelet", version: "1.35.9" }),
    },
    says: ["kubelet 1.35.9 stays.", "kube-proxy is 1.35.6 now."],
  },
  {
    what: "fails if there is no such release",
    network: [{ url: "kubelet.exe", status: 404 }],
    failure: {
      class: "provision",
      cause: "downloading https://dl.k8s.io/v1.35.8/bin/windows/amd64/kubelet.exe.sha256: curl.exe exited with 22",
    },
  },
  {
    what: "fails if the publisher's checksum is none",
    network: [{ url: "kubelet.exe.sha256", content: "<html>Not now</html>" }],
    failure: {
      class: "checksum",
      cause: "https://dl.k8s.io/v1.35.8/bin/windows/amd64/kubelet.exe.sha256 holds no SHA-256.",
    },
  },
  {
    what: "fails if the program is not what its publisher's checksum says",
    network: [
      { url: "kubelet.exe.sha256", content: `${"a".repeat(64)}  kubelet.exe`, times: 1 },
      { url: "kubelet.exe", content: notKubelet },
    ],
    failure: {
      class: "checksum",
      cause: `kubelet.exe has the SHA-256 ${hash("sha256", notKubelet)}, expected ${"a".repeat(64)}.`,
    },
  },
  {
    what: "fails as a download if the name is never resolved",
    network: [{ url: "kube-proxy.exe", exitCode: 6, message: "Could not resolve host: dl.k8s.io" }],
    failure: { class: "download", cause: "curl.exe exited with 6: curl: (6) Could not resolve host: dl.k8s.io" },
  },
  {
    what: "fails if the program states another version than its release",
    network: ({ programs }) => {
      const content = programs.content({ name: "kubelet", version: "1.35.7" });
      return [
        { url: "kubelet.exe.sha256", content: hash("sha256", content), times: 1 },
        { url: "kubelet.exe", content },
      ];
    },
    failure: { class: "provision", cause: "kubelet states version 1.35.7 after it was replaced by 1.35.8." },
  },
];

describeWithPowerShell("Kubernetes", (bench) => {
  testInTurn(bench, {
    script: "33-kubernetes",
    start: (bench) => runBefore(bench, layer, "33-kubernetes", packerDirectory),
    changes: [directory],
    cases,
  });
});
