import type { Policies } from "../config/policies.ts";

/** The subnets that attempts are made in, in this order. One empty name stands for a subnet of the default VPC. */
export function subnetsOf(network: Policies["network"]): string[] {
  return network.kind === "vpc" ? network.subnetIds : [network.subnetId ?? ""];
}

/** The subnet of an attempt, counted from 1: each attempt is made in the next of the configured subnets. */
export function subnetOf(network: Policies["network"], attempt: number): string {
  const subnets = subnetsOf(network);
  return subnets[(attempt - 1) % subnets.length] ?? "";
}
