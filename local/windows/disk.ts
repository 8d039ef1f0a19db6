import { createFiles, type Files } from "./files.ts";
import { baseInstallation, type Installation } from "./installation.ts";

/** What is on a machine's disk, and so in the image that is made of it. */
export type Disk = {
  installation: Installation;
  files: Files;
  /** The Administrator's; a generalized Windows has none that anybody knows. */
  password: string;
};

/** The disk of one of AWS's images, by its name. */
export function baseDisk(imageName: string): Disk {
  return { installation: baseInstallation(imageName), files: createFiles(), password: "" };
}

/** As an image takes it: neither sees what becomes of the other. */
export function copyOf({ installation, files, password }: Disk): Disk {
  return { installation: structuredClone(installation), files: createFiles(files), password };
}
