/** A condition that is absent matches every call. */
type Calls = {
  /** The service's name in the signature: `ec2`, `ssm` … */
  service?: string;
  operation?: string;
  /** The name of the assumed role. */
  role?: string;
  /** The caller's account, and the Region that the call is signed for. */
  account?: string;
  region?: string;
  /** How many of these calls are spared first. */
  after?: number;
};

/** The calls that must fail. */
export type Failure = Calls & {
  /**
   * The error's code, such as `RequestLimitExceeded`. The AWS SDK retries after throttling and after a status of 500 or
   * more.
   */
  code: string;
  message?: string;
  /** The HTTP status, by default 400. */
  status?: number;
  /** How many calls fail then; by default all. */
  times?: number;
  /** The call takes effect, and only its answer is the error. */
  afterwards?: boolean;
};

/** The one call that is held. */
export type Hold = Calls & {
  /** The call takes effect, and only its answer is held. */
  afterwards?: boolean;
};

/** A call that is held until it is released. */
export type HeldCall = {
  /** Whether the call has come. */
  hasCome(): Promise<boolean>;
  /** Lets it go on; if it has not come yet, it is not held. */
  release(): Promise<void>;
  /** The same, but a call that had no effect yet never has one: it did not reach AWS. */
  lose(): Promise<void>;
};

export type ParameterValidation = {
  /** Real milliseconds from the answer to the validation of the image; initially 300. */
  delayMs?: number;
  /** How many of the next writes end as if the image did not exist. */
  reject?: number;
  /** While true, no validation ends. */
  hold?: boolean;
};
