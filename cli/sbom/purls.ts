import { PackageURL } from "packageurl-js";

/** Go modules of the programs whose names say what they are, by file name. */
const modules: Readonly<Record<string, { namespace: string; name: string }>> = {
  "kubelet.exe": { namespace: "k8s.io", name: "kubernetes" },
  "kube-proxy.exe": { namespace: "k8s.io", name: "kubernetes" },
  "containerd.exe": { namespace: "github.com/containerd", name: "containerd" },
};

/** As scanners of vulnerabilities name the program; undefined if they could not know it. */
export function purlOfProgram(file: string, version: string): string | undefined {
  const module = modules[file];
  if (!module || version === "") return undefined;
  // From version 2 on, a Go module says its major version in its path.
  const major = Number.parseInt(version, 10);
  const isMajor = module.name === "containerd" && major >= 2;
  const { namespace, name } = isMajor ? { namespace: `${module.namespace}/containerd`, name: `v${major}` } : module;
  return new PackageURL("golang", namespace, name, `v${version}`).toString();
}

/** `pkg:oci/nanoserver@sha256%3A…?repository_url=mcr.microsoft.com/windows/nanoserver&tag=ltsc2022` */
export function purlOfContainerImage(reference: string, digest: string): string | undefined {
  const [, repository = "", tag] = /^([^@]+?)(?::([\w.-]+))?(?:@.*)?$/.exec(reference) ?? [];
  const name = repository.slice(repository.lastIndexOf("/") + 1);
  if (name === "") return undefined;
  const qualifiers = { repository_url: repository, ...(tag !== undefined && { tag }) };
  return new PackageURL("oci", undefined, name.toLowerCase(), digest, qualifiers).toString();
}
