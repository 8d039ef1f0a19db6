import * as autoscaling from "@aws-sdk/client-auto-scaling";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as codebuild from "@aws-sdk/client-codebuild";
import * as ec2 from "@aws-sdk/client-ec2";
import * as eks from "@aws-sdk/client-eks";
import * as s3 from "@aws-sdk/client-s3";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import * as ssm from "@aws-sdk/client-ssm";
import * as sts from "@aws-sdk/client-sts";
import type { ServiceName } from "./clients.ts";

type Exception = new (options: object) => Error;

const exceptions: Record<ServiceName, Readonly<Record<string, unknown>>> = {
  autoscaling,
  cloudwatch,
  codebuild,
  ec2,
  eks,
  s3,
  sns,
  sqs,
  ssm,
  sts,
};
const bases: Record<ServiceName, unknown> = {
  autoscaling: autoscaling.AutoScalingServiceException,
  cloudwatch: cloudwatch.CloudWatchServiceException,
  codebuild: codebuild.CodeBuildServiceException,
  ec2: ec2.EC2ServiceException,
  eks: eks.EKSServiceException,
  s3: s3.S3ServiceException,
  sns: sns.SNSServiceException,
  sqs: sqs.SQSServiceException,
  ssm: ssm.SSMServiceException,
  sts: sts.STSServiceException,
};

/** The exception that the SDK makes of an error code: one of its classes, if it has one for the code. */
export function exceptionOf(service: ServiceName, name: string, message: string, status = 400): Error {
  const own = exceptions[service][name];
  const Class = (typeof own === "function" ? own : bases[service]) as Exception;
  return new Class({ name, message, $fault: "client", $metadata: { httpStatusCode: status } });
}

/** What the SDK throws if no answer comes in time. */
export function timeoutError(service: ServiceName, operation: string): Error {
  return Object.assign(new Error(`${service} ${operation}: socket timed out`), { name: "TimeoutError" });
}
