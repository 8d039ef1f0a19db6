import { hash } from "node:crypto";
import type { Files } from "../winrm/files.ts";
import type { Network } from "../winrm/network.ts";
import type { Transfer } from "./recording.ts";

/** A transfer that fails, or that brings other content than it must. */
export class FailedTransfer extends Error {
  readonly failureClass: string;

  constructor(failureClass: string, message: string) {
    super(message);
    this.failureClass = failureClass;
  }
}

/**
 * Makes a recorded transfer for real.
 * @param contentOf the content of a file of the machine
 * @throws FailedTransfer of class `checksum` if the content is another, `download` if a retry may help, else `provision`
 */
export async function transfer(
  made: Transfer,
  { network, files, contentOf }: { network: Network; files: Files; contentOf: (path: string) => Buffer },
): Promise<void> {
  if ("put" in made) {
    await network.upload(made.put, contentOf(made.path)).catch(failing(`uploading ${made.put}`));
    return;
  }
  const content = await network.download(made.get).catch(failing(`downloading ${made.get}`));
  const sum = hash("sha256", content);
  if (made.sha256 && made.sha256 !== sum)
    throw new FailedTransfer("checksum", `${made.get} has the SHA-256 ${sum}, expected ${made.sha256}.`);
  if (made.path) files.write(made.path, content);
}

function failing(doing: string): (cause: Error) => never {
  return ({ message }) => {
    const isPermanent = /returned error: 4\d\d|An error occurred \((AccessDenied|NoSuch\w+)\)/.test(message);
    throw new FailedTransfer(isPermanent ? "provision" : "download", `${doing}: ${message}`);
  };
}
