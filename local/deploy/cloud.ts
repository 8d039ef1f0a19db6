import type { AccountLimits } from "./account-limits.ts";
import type { BuildRequest, FunctionBuild } from "./function-build.ts";
import type { Groups } from "./group-look-ups.ts";

/** A resource as the program declares it, with all its inputs resolved. */
export interface DeclaredResource {
  /** Pulumi's type, `aws:sqs/queue:Queue`. */
  type: string;
  /** Its logical name in the program. */
  name: string;
  inputs: Record<string, unknown>;
  /** Set if the resource stays when it is removed from the program, or when its stage is removed from the account. */
  retainOnDelete?: boolean;
  /** Inputs that keep the value with which the resource was created, such as a name with a random part. */
  ignoreChanges?: string[];
  /** Names of the resources that exist before it and are removed after it. */
  waitsFor?: string[];
  /** The provider that creates it, where that is not the program's default provider. */
  provider?: string;
}

/** A resource after its creation. Inputs of later resources may use `state`. */
export interface CreatedResource extends DeclaredResource {
  id: string;
  state: Record<string, unknown>;
}

/** What a cloud does for a program. */
export interface Cloud {
  create(resource: DeclaredResource): Promise<{ id: string; state?: Record<string, unknown> }>;
  /** Answers a data source, such as `aws:index/getRegion:getRegion`. */
  lookUp(token: string, inputs: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Bundles a function. */
  build(request: BuildRequest): Promise<FunctionBuild>;
  limits: AccountLimits;
  /** Groups of nodes in the account. */
  groups?: Groups | undefined;
  /** The bucket in which SST keeps function archives, one per Region. */
  assetBucket: string;
}

/** The result of an evaluated program. */
export interface Ran {
  /** The result of `app()`: name, removal, providers with their default tags … */
  app: Record<string, unknown>;
  resources: CreatedResource[];
  /** What the program returns: the last lines of `sst deploy`. */
  outputs: Record<string, unknown>;
  /** What the program writes to standard error. `sst deploy` shows it. */
  said: string;
}
