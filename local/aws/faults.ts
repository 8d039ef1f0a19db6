/** Calls that are to fail; of what is not said, any. */
export type Failure = {
  /** As in the signature: `ec2`, `ssm` … */
  service?: string;
  operation?: string;
  /** Name of the assumed role. */
  role?: string;
  /** The error's code, such as `RequestLimitExceeded`. The AWS SDK tries again after throttling and after a status of 500 and more. */
  code: string;
  message?: string;
  /** HTTP status, 400 unless said otherwise. */
  status?: number;
  /** So many of these calls pass first. */
  after?: number;
  /** So many fail then; all of them without it. */
  times?: number;
  /** The call is carried out, only its answer is the error. */
  afterwards?: boolean;
};

export type ParameterValidation = {
  /** Real milliseconds from the answer until the image is looked for; 300 from the start. */
  delayMs?: number;
  /** So many of the next writes end as if there were no such image. */
  reject?: number;
};
