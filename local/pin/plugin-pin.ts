import { publishedChecksum } from "./published-checksums.ts";

/** The publisher's own host, never a mirror of it: a mirror that names its own checksum proves nothing. */
const hashicorp = "https://releases.hashicorp.com";

/**
 * Pins Packer's amazon plugin to HashiCorp's checksum, unless it is pinned already.
 * @param text of `buildspec/packer-plugin-amazon.sha256`
 * @returns the new text
 * @throws Error with the address and its answer
 */
export async function pinPlugin(text: string, say: (line: string) => void, publisher = hashicorp): Promise<string> {
  const [, archive, product, version] = /^null {2}((\S+)_([\d.]+)_linux_amd64\.zip)$/m.exec(text) ?? [];
  if (!archive) return text;
  const folder = `${publisher}/${product}/${version}`;
  const { pin, source } = await publishedChecksum({
    url: `${folder}/${archive}`,
    checksumUrl: `${folder}/${product}_${version}_SHA256SUMS`,
  });
  say(`${archive} is ${pin} according to ${source}`);
  return text.replace(/^null(?= )/m, pin);
}
