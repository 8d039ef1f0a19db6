/** The calls that must fail. A condition that is absent matches every call. */
export type Failure = {
  /** The service's name in the signature: `ec2`, `ssm` … */
  service?: string;
  operation?: string;
  /** The name of the assumed role. */
  role?: string;
  /**
   * The error's code, such as `RequestLimitExceeded`. The AWS SDK retries after throttling and after a status of 500 or
   * more.
   */
  code: string;
  message?: string;
  /** The HTTP status, by default 400. */
  status?: number;
  /** How many of these calls succeed first. */
  after?: number;
  /** How many calls fail then; by default all. */
  times?: number;
  /** The call takes effect, and only its answer is the error. */
  afterwards?: boolean;
};

export type ParameterValidation = {
  /** Real milliseconds from the answer to the validation of the image; initially 300. */
  delayMs?: number;
  /** How many of the next writes end as if the image did not exist. */
  reject?: number;
  /** While true, no validation ends. */
  hold?: boolean;
};
