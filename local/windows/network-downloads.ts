import type { Answer } from "./network.ts";
import type { Publications } from "./publications.ts";

/** What the host of a URL answers: the content that is published there, else 404; an unknown host is not found. */
export async function answerCurl(publications: Publications, url: string): Promise<Answer> {
  const content = await publications.read(url);
  if (content) return { status: 200, content };
  const { host, hostname } = new URL(url);
  if (publications.hosts.has(host)) return { status: 404, content: "not found" };
  const message = encodeURIComponent(`Could not resolve host: ${hostname}`);
  return { status: 502, headers: { "Model-Exit-Code": "6", "Model-Message": message } };
}
