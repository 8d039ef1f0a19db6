import type { Site } from "../tools/cache.ts";
import { withLock } from "../tools/lock.ts";
import { installContainerd } from "./containerd.ts";
import { eksFiles, eksState } from "./eks-base.ts";
import { placeLaunchAgent, taskOfLaunchAgent } from "./launch-agent.ts";
import { type Machine, openMachine } from "./machine.ts";
import type { MachineSite } from "./powershell.ts";
import { copyPrefix, pristinePrefix } from "./prefix.ts";
import type { ProgramName, Programs } from "./programs.ts";
import type { Registry } from "./registry.ts";
import { hashOfModel, keptMachine, shelfFor } from "./shelf.ts";
import type { App, MachineState, Service, Update } from "./state.ts";

/** A release of Windows, as AWS names its images by it. */
export type Release = "2019" | "2022" | "2025";

/** One of AWS's public images: its EKS image, or plain Windows, with or without the Containers feature. */
export type Base = { windows: Release; edition: "Core" | "Full" } & (
  | { kind: "EKS_Optimized"; kubernetes: string; containerd: string }
  | { kind: "ContainersLatest" | "Base" }
);

/** The Windows build of an image, and the one that the month's update makes of it. */
export const windowsBuilds: Record<Release, { base: string; updated: string }> = {
  2019: { base: "17763.6414", updated: "17763.8027" },
  2022: { base: "20348.2849", updated: "20348.4405" },
  2025: { base: "26100.4349", updated: "26100.7171" },
};

/** Security Updates: the category of what comes on a Patch Tuesday. */
export const securityUpdates = "0fa1201d-4330-4fa8-8ae9-b877473b6441";

/** What Windows Update offers to every image of AWS: the month's update of Windows itself. */
export function monthlyUpdate(windows: Release): Update {
  return {
    kb: "5099999",
    title: "2026-11 Cumulative Update for Microsoft server operating system (KB5099999)",
    categories: [securityUpdates],
    installed: false,
    resultCode: 2,
    hresult: 0,
    browseOnly: false,
    needsRestarts: 1,
    raisesTo: windowsBuilds[windows].updated,
  };
}

/** What a base is made with. */
export type Workshop = MachineSite & { site: Site; programs: Programs; registry: Registry };

/** Windows' own programs that the scripts run, and where Windows has them. */
const windowsPrograms: [path: string, name: ProgramName][] = [
  ["C:\\Windows\\System32\\tar.exe", "tar"],
  ["C:\\Windows\\System32\\Dism.exe", "dism"],
  ["C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", "powershell"],
  ["C:\\Windows\\System32\\Sysprep\\sysprep.exe", "sysprep"],
  ["C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\ngen.exe", "ngen"],
  ["C:\\Windows\\Microsoft.NET\\Framework\\v4.0.30319\\ngen.exe", "ngen"],
  ...(["curl", "dism", "msiexec", "netsh", "powershell", "shutdown", "wevtutil"] as const).map(
    (name): [string, ProgramName] => [`C:\\windows-model\\programs\\${name}.exe`, name],
  ),
];

const modules = "C:\\Program Files\\WindowsPowerShell\\Modules";

/**
 * Makes the disk of one of AWS's images in a new folder. Its first start sets it up. The disk is kept in the tool cache
 * for the next machine.
 */
export async function createBase(base: Base, prefix: string, workshop: Workshop): Promise<Machine> {
  const shelf = shelfFor(workshop.site, base);
  const make = () => makeBase(base, `${prefix}-base`, { ...workshop, coverage: undefined });
  copyPrefix(await withLock(shelf, () => keptMachine(shelf, `base-${hashOfModel().slice(0, 16)}`, make)), prefix);
  return openMachine(workshop, prefix);
}

async function makeBase(base: Base, prefix: string, workshop: Workshop): Promise<Machine> {
  const { windows } = base;
  const { base: osBuild } = windowsBuilds[windows];
  const pristine = await pristinePrefix(workshop.site, workshop.powershell, Number(osBuild.split(".")[0]));
  copyPrefix(pristine, prefix);
  const machine = openMachine(workshop, prefix);
  for (const [path, name] of windowsPrograms) machine.link(path, workshop.programs.file({ name, version: "10.0" }));
  placeLaunchAgent(base, machine, workshop.programs);
  machine.write(`${modules}\\AWSPowerShell\\AWSPowerShell.psd1`, "@{ ModuleVersion = '4.1.900' }\n");
  machine.write("C:\\windows-model\\state.json", JSON.stringify(initialState(base)));
  await bringPester(machine);
  if (base.kind === "EKS_Optimized") {
    const containerd = await installContainerd(base.containerd, workshop.site);
    for (const [path, content] of Object.entries(eksFiles(base, containerd, workshop.programs)))
      machine.write(path, content);
    await cacheContainerImages(machine, windows, workshop.registry);
  }
  machine.change((state) => {
    state.generalized = true;
    state.imageState = "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE";
  });
  return machine;
}

function initialState(base: Base): MachineState {
  const ofEks = base.kind === "EKS_Optimized" ? eksState : { services: {}, tasks: {}, eventLogs: {} };
  return {
    windows: base.windows,
    edition: base.edition,
    osBuild: windowsBuilds[base.windows].base,
    imageState: "IMAGE_STATE_COMPLETE",
    boots: 0,
    generalized: false,
    password: "",
    pendingRestarts: 0,
    services: {
      WinRM: service("Windows Remote Management (WS-Management)", "Auto"),
      wuauserv: service("Windows Update", "Manual"),
      EventLog: service("Windows Event Log", "Auto"),
      Spooler: service("Print Spooler", "Auto"),
      ...(base.edition === "Full" ? servicesOfDesktop : {}),
      AmazonSSMAgent: service("Amazon SSM Agent", "Auto"),
      ...ofEks.services,
    },
    tasks: { ...ofEks.tasks, ...(base.windows === "2019" ? taskOfLaunchAgent : {}) },
    features: { Containers: base.kind === "Base" ? "Available" : "Installed" },
    updates: [monthlyUpdate(base.windows)],
    search: { resultCode: 2, warnings: [], emptyUpdates: 0 },
    hotfixes: ["KB5031234"],
    firewallRules: {},
    apps: base.edition === "Full" ? appsOfDesktop : [],
    disk: { sizeGiB: 120, freeGiB: 70, bytesRead: 3 * 1024 ** 3 },
    eventLogs: {
      System: { maxBytes: 20_971_520, sources: ["System"], records: 0 },
      Security: { maxBytes: 20_971_520, sources: ["Security"], records: 0 },
      Application: { maxBytes: 20_971_520, sources: ["Application"], records: 0 },
      ...ofEks.eventLogs,
    },
    defender: { exclusionPaths: [] },
    hnsNetworks: [],
    wsMan: {},
    certificates: {},
    processes: {},
    console: [],
    refusals: [],
    launch: {},
  };
}

function service(displayName: string, startMode: Service["startMode"]): Service {
  return { displayName, binaryPath: "C:\\Windows\\system32\\svchost.exe -k netsvcs -p", startMode, status: "Stopped" };
}

const servicesOfDesktop: MachineState["services"] = {
  MapsBroker: service("Downloaded Maps Manager", "Auto"),
  PcaSvc: service("Program Compatibility Assistant Service", "Manual"),
  WpnService: service("Windows Push Notifications System Service", "Auto"),
};

const appsOfDesktop: App[] = [
  {
    name: "Microsoft.WindowsTerminal",
    packageFullName: "Microsoft.WindowsTerminal_1.18_x64__8wekyb3d8bbwe",
    provisioned: true,
    forUser: "Administrator",
  },
  {
    name: "Microsoft.Edge.GameAssist",
    packageFullName: "Microsoft.Edge.GameAssist_1.0.3336.0_x64__8wekyb3d8bbwe",
    provisioned: false,
    forUser: "Administrator",
  },
];

/** Windows brings Pester 3.4 along. The PowerShell that stands in for it knows where it has it. */
async function bringPester(machine: Machine): Promise<void> {
  const script = `$pester = Get-Module -ListAvailable -Name Pester | Where-Object { $_.Version.Major -eq 3 } | Select-Object -First 1
if (-not $pester) { throw 'There is no Pester 3.' }
New-Item -ItemType Directory -Force -Path '${modules}\\Pester' | Out-Null
Copy-Item -LiteralPath $pester.ModuleBase -Destination "${modules}\\Pester\\$($pester.Version)" -Recurse`;
  await machine.administer(script, { POWERSHELL_PRELUDE: "" });
}

/** AWS's EKS image has the pause image, under a name that belongs to no registry, and Microsoft's, unpinned. */
async function cacheContainerImages(machine: Machine, windows: Release, registry: Registry): Promise<void> {
  const release = windows === "2019" ? "1809" : `ltsc${windows}`;
  registry.publish("eks/pause-windows:latest");
  registry.publish(`windows/servercore:${release}`);
  const ctr = `& 'C:\\Program Files\\containerd\\ctr.exe' --namespace k8s.io images`;
  const pull = (from: string, name: string) => `${ctr} pull --plain-http '${registry.host}/${from}' | Out-Null
if ($LASTEXITCODE -ne 0) { throw 'pulling ${from}' }
${ctr} tag '${registry.host}/${from}' '${name}' | Out-Null
${ctr} remove '${registry.host}/${from}' | Out-Null`;
  const script = `Start-Service -Name containerd
for ($attempt = 1; $attempt -le 60; $attempt++) { ${ctr} list --quiet 2>$null | Out-Null; if ($LASTEXITCODE -eq 0) { break }; Start-Sleep -Milliseconds 250 }
${pull("eks/pause-windows:latest", "amazonaws.com/eks/pause-windows:latest")}
${pull(`windows/servercore:${release}`, `mcr.microsoft.com/windows/servercore:${release}`)}
${ctr} label 'amazonaws.com/eks/pause-windows:latest' 'io.cri-containerd.pinned=pinned' | Out-Null
Stop-Service -Name containerd`;
  await machine.administer(script);
  await machine.switchOff();
}
