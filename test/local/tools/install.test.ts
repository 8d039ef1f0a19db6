import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { cacheDirectory, installDirectory, installFile } from "../../../local/tools/cache.ts";
import { installTools } from "../../../local/tools/install.ts";
import { temporaryDirectory } from "./workshop.ts";

test("a directory is installed completely or not at all", async () => {
  const cache = temporaryDirectory();
  const target = join(cache, "thing");
  const fill = async (directory: string) => writeFileSync(join(directory, "part"), "");

  const broken = installDirectory(target, async (directory) => {
    await fill(directory);
    throw new Error("connection lost");
  });
  await expect(broken).rejects.toThrow("connection lost");
  expect(readdirSync(cache)).toEqual([]);

  await installDirectory(target, fill);
  expect(readdirSync(target)).toEqual(["part"]);
});

test("the cache is where the setting says, else in the user's cache directory", () => {
  expect(cacheDirectory({ EKS_WINDOWS_IMAGES_TOOLS: "/some/where", XDG_CACHE_HOME: "/c" })).toBe("/some/where");
  expect(cacheDirectory({ XDG_CACHE_HOME: "/c" })).toBe("/c/eks-windows-images");
});

test("if every tool is there, nothing is logged, and the versions are those that the repository pins", async () => {
  const lines: string[] = [];

  const tools = await installTools((line) => lines.push(line));

  expect(lines).toEqual([]);
  expect(tools.versions).toMatchObject({ amazonPlugin: "1.8.2", moto: "5.2.5", sst: "4.17.1" });
  expect(tools.versions.node).toMatch(/^24\./);
  for (const file of [tools.packer, tools.python, join(tools.aws, "aws")]) expect(existsSync(file)).toBe(true);
  expect(readdirSync(tools.aws)).toEqual(["aws"]);
  expect((process.env.PATH ?? "").split(delimiter)).not.toContain(tools.aws);
});

test("a file that is there stays the same, for a link that another process may be making to it", () => {
  const target = join(temporaryDirectory(), "program.exe");
  installFile(target, Buffer.from("program"));
  const { ino } = statSync(target);

  installFile(target, Buffer.from("program"));

  expect(statSync(target).ino).toBe(ino);
  expect(readdirSync(join(target, ".."))).toEqual(["program.exe"]);
});
