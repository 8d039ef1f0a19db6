export type ErrorCode =
  | "AccountLimitExceededException"
  | "InvalidInputException"
  | "ResourceAlreadyExistsException"
  | "ResourceNotFoundException"
  | "UnknownOperationException";

/** What the caller of the API gets as an answer; thrown by the operations, caught by the server. */
export class ServiceError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
