import { Enums, Models } from "@cyclonedx/cyclonedx-library";
import * as z from "zod";
import { Report } from "../../functions/domain/reports.ts";
import packageJson from "../../package.json" with { type: "json" };
import type { ReadReport } from "../service/report.ts";
import { purlOfContainerImage, purlOfProgram } from "./purls.ts";

const Binary = z.object({ path: z.string(), version: z.string(), sha256: z.string(), from: z.string() });

/** What a bill of materials lists of `report.json`. */
export const SbomReport = Report.extend({
  windows: z.string(),
  edition: z.string(),
  patchTuesday: z.string(),
  baseOsBuild: z.string(),
  launchAgent: z.object({ name: z.string(), version: z.string() }).nullish(),
  binaries: z.array(Binary),
});
export type SbomReport = z.infer<typeof SbomReport>;

const { Component, Property } = Models;
const { ComponentType } = Enums;

/** The bill of materials of an image: Windows with its updates, and everything that the build has added or recorded. */
export function bomOf({ image, variant, proof, report }: ReadReport<SbomReport>): Models.Bom {
  const parts = [
    ...report.installedUpdates.map(updateOf),
    ...programsOf(report),
    ...report.containerImages.map(containerImageOf),
    ...report.customSteps.map(customStepOf),
  ];
  const windows = new Component(ComponentType.OperatingSystem, `Windows Server ${report.windows} ${report.edition}`, {
    bomRef: image,
    publisher: "Microsoft",
    version: report.osBuild,
    properties: properties({
      image,
      variant: variant ?? undefined,
      patchTuesday: report.patchTuesday,
      baseOsBuild: report.baseOsBuild,
      proof: proof.result ?? undefined,
    }),
    dependencies: new Models.BomRefRepository(parts.map(({ bomRef }) => bomRef)),
  });
  return new Models.Bom({
    serialNumber: `urn:uuid:${crypto.randomUUID()}`,
    components: new Models.ComponentRepository(parts),
    metadata: new Models.Metadata({
      timestamp: new Date(),
      component: windows,
      tools: new Models.Tools({
        components: new Models.ComponentRepository([
          new Component(ComponentType.Application, packageJson.name, { version: packageJson.version }),
        ]),
      }),
    }),
  });
}

function updateOf(name: string): Models.Component {
  return new Component(ComponentType.Application, name, {
    bomRef: `update/${name}`,
    publisher: "Microsoft",
    description: "Windows update",
  });
}

/** The binaries, and the programs of which the report knows the version only. */
function programsOf({ binaries, kubernetes, containerd, launchAgent }: SbomReport): Models.Component[] {
  const listed = new Set(binaries.map(({ path }) => nameOf(path)));
  const others = [
    { name: "kubelet.exe", version: kubernetes.kubelet },
    { name: "kube-proxy.exe", version: kubernetes.kubeProxy },
    { name: "containerd.exe", version: containerd },
  ].filter(({ name }) => !listed.has(name));
  const agent = launchAgent && !listed.has("EC2Launch.exe") ? [launchAgent] : [];
  return [
    ...binaries.map(({ path, version, sha256, from }) =>
      program(nameOf(path), version, {
        bomRef: `file/${path}`,
        hashes: new Models.HashDictionary([[Enums.HashAlgorithm["SHA-256"], sha256.toLowerCase()]]),
        properties: properties({ path, from }),
      }),
    ),
    ...[...others, ...agent].map(({ name, version }) => program(name, version, { bomRef: `program/${name}` })),
  ];
}

function program(name: string, version: string, rest: Models.OptionalComponentProperties): Models.Component {
  const type = /\.(?!exe$)\w+$/i.test(name) ? ComponentType.File : ComponentType.Application;
  return new Component(type, name, { ...rest, version: version || undefined, purl: purlOfProgram(name, version) });
}

function containerImageOf({ name, digest }: SbomReport["containerImages"][number]): Models.Component {
  return new Component(ComponentType.Container, name, {
    bomRef: `container/${name}`,
    version: digest,
    purl: purlOfContainerImage(name, digest),
  });
}

function customStepOf({ name, sha256 }: SbomReport["customSteps"][number]): Models.Component {
  return new Component(ComponentType.File, name, {
    bomRef: `custom/${name}`,
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm["SHA-256"], sha256.toLowerCase()]]),
    description: "a step of packer/custom/",
  });
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("\\") + 1);
}

function properties(values: Record<string, string | undefined>): Models.PropertyRepository {
  return new Models.PropertyRepository(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [new Property(`eks-windows-images:${name}`, value)],
    ),
  );
}
