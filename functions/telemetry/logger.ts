import { Logger } from "@aws-lambda-powertools/logger";

/** Structured lines for CloudWatch; service name and level come from the environment. */
export const logger = new Logger();
