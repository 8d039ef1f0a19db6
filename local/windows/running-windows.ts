import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Files, fullPath } from "../winrm/files.ts";
import type { Network as HostNetwork } from "../winrm/network.ts";
import type { Host, MakeWindows, Windows } from "../winrm/windows.ts";
import { type Base, createBase, type Release } from "./bases.ts";
import type { Machine } from "./machine.ts";
import { startNetwork } from "./network.ts";
import { ObjectError, type ObjectStore } from "./network-objects.ts";
import { hostPath } from "./paths.ts";
import { userDataPath } from "./run-order.ts";
import type { Workbench } from "./workbench.ts";

/** The versions of Kubernetes' patch and of containerd in an EKS image, which its name does not tell. */
const ofEksImage = { patch: 5, containerd: "2.3.7" };

/**
 * Windows that really run the scripts they are sent: in a PowerShell, on the model of Windows. Objects in S3 are read and
 * written with the role of the instance.
 */
export function runningWindows(bench: Workbench): MakeWindows {
  async function make(imageName: string, host: Host): Promise<Windows> {
    const { site, close } = await siteOf(bench, host.network);
    return windowsOf(await createBase(baseNamed(imageName), bench.newPath("machine"), site), host, close);
  }

  function windowsOf(machine: Machine, host: Host, close: () => Promise<void>): Windows {
    let printed = 0;

    function printConsole(): void {
      const lines = machine.state().console;
      for (const line of lines.slice(printed)) host.print(line);
      printed = lines.length;
    }

    return {
      files: filesOf(machine),
      isGeneralized: () => machine.state().generalized,
      start: async () => {
        machine.write(userDataPath, host.userData.replace(/^\s*<powershell>|<\/powershell>\s*$/g, ""));
        await machine.start();
        printConsole();
        return Object.values(machine.state().wsMan.Listener ?? {}).some(({ Transport }) => Transport === "HTTPS");
      },
      hasRegistryKey: async (key) => {
        const parameters = ["-NoProfile", "-Command", `Test-Path '${key}'`];
        return (await machine.powershell({ parameters })).stdout.trim() === "True";
      },
      run: ({ commandLine }) => machine.powershell({ parameters: parametersOf(commandLine) }),
      leave: async () => {
        const { tasks } = machine.state();
        const isDue = Object.values(tasks).some(({ xml, state }) => state === "Ready" && xml.includes("<TimeTrigger"));
        if (!isDue) return false;
        await machine.runDueTasks();
        printConsole();
        return machine.state().power === "off";
      },
      powerOff: machine.switchOff,
      copy: async (other) => {
        const { site, close: closeOther } = await siteOf(bench, other.network);
        return windowsOf(await machine.copy(bench.newPath("machine"), site), other, closeOther);
      },
      remove: async () => {
        await machine.remove();
        await close();
      },
    };
  }

  return make;
}

/** A workbench with the network of one machine. */
async function siteOf(
  bench: Workbench,
  network: HostNetwork,
): Promise<{ site: Workbench; close: () => Promise<void> }> {
  const { url, close } = await startNetwork({ publications: bench.publications, objects: objectsOf(network) });
  return { site: { ...bench, network: url, isolated: true }, close };
}

function objectsOf(network: HostNetwork): ObjectStore {
  const refused = (cause: Error): never => {
    const [, code = "EndpointConnection"] = /An error occurred \((\w+)\)/.exec(cause.message) ?? [];
    throw new ObjectError(cause.message.includes("Unable to locate") ? "NoCredentials" : code, cause.message);
  };
  return {
    get: (bucket, key) => network.download(`s3://${bucket}/${key}`).catch(refused),
    put: (bucket, key, content) => network.upload(`s3://${bucket}/${key}`, content).catch(refused),
  };
}

/** The base that AWS's public image of this name is, such as `Windows_Server-2022-English-Core-EKS_Optimized-1.35-…`. */
function baseNamed(imageName: string): Base {
  const [, windows, edition, family, minor] =
    /^Windows_Server-(\d{4})-English-(Core|Full)-(EKS_Optimized|ContainersLatest|Base)-?(\d+\.\d+)?/.exec(imageName) ??
    [];
  if (!windows || !family) throw new Error(`there is no model of the image ${imageName}`);
  const common = { windows: windows as Release, edition: edition as Base["edition"] };
  if (family !== "EKS_Optimized") return { ...common, kind: family as "ContainersLatest" | "Base" };
  return { ...common, kind: family, kubernetes: `${minor}.${ofEksImage.patch}`, containerd: ofEksImage.containerd };
}

function filesOf(machine: Machine): Files {
  const onHost = (path: string) => hostPath(machine.prefix, fullPath(path));
  return {
    write: (path, content) => machine.write(fullPath(path), content),
    append: (path, content) => {
      mkdirSync(dirname(onHost(path)), { recursive: true });
      appendFileSync(onHost(path), content);
    },
    read: (path) => (existsSync(onHost(path)) ? machine.read(fullPath(path)) : undefined),
    remove: (path) => rmSync(onHost(path), { recursive: true, force: true }),
    paths: () =>
      readdirSync(join(machine.prefix, "drive_c"), { recursive: true, encoding: "utf8" }).map(
        (path) => `C:\\${path.replaceAll("/", "\\")}`,
      ),
  };
}

/**
 * The parameters in a command line such as `powershell -executionpolicy bypass "& { … }"`. Packer writes none with
 * quotation marks inside quotation marks.
 */
function parametersOf(commandLine: string): string[] {
  const [, ...words] = commandLine.match(/"[^"]*"|\S+/g) ?? [];
  return words.map((word) => word.replaceAll('"', ""));
}
