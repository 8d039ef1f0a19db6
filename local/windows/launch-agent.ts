import { cpSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Base } from "./bases.ts";
import type { Machine } from "./machine.ts";
import { hostPath } from "./paths.ts";
import type { Programs } from "./programs.ts";
import type { MachineState } from "./state.ts";

const currentVersion = "2.0.2107";
/** The version of April 2023, when AWS published the last images of the family ContainersLatest. */
const versionOfContainersLatest = "2.0.1245";

/** What EC2Launch gives sysprep. */
export const answerFile = new URL("model/ec2launch-v1/Sysprep/Unattend.xml", import.meta.url);

/** EC2Launch v1 sets up a new machine by this task, which an image has until its first start. */
export const taskOfLaunchAgent: MachineState["tasks"] = {
  "\\Amazon Ec2 Launch - Instance Initialization": {
    state: "Ready",
    xml: `<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Actions Context="Author"><Exec><Command>powershell.exe</Command></Exec></Actions>
</Task>`,
  },
};

/** Puts the launch agent there that an image of AWS has. */
export function placeLaunchAgent(
  { windows, kind }: Pick<Base, "windows" | "kind">,
  machine: Machine,
  programs: Programs,
): void {
  if (windows === "2019") {
    const source = fileURLToPath(new URL("model/ec2launch-v1", import.meta.url));
    cpSync(source, hostPath(machine.prefix, "C:\\ProgramData\\Amazon\\EC2-Windows\\Launch"), { recursive: true });
    return;
  }
  const version = kind === "ContainersLatest" ? versionOfContainersLatest : currentVersion;
  machine.write(
    "C:\\Program Files\\Amazon\\EC2Launch\\EC2Launch.exe",
    programs.content({ name: "ec2launch", version }),
  );
  machine.write("C:\\ProgramData\\Amazon\\EC2Launch\\sysprep\\unattend.xml", readFileSync(answerFile));
}
