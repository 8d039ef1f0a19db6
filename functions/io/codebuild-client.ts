import { CodeBuildClient } from "@aws-sdk/client-codebuild";
import { clientSettings } from "./client-settings.ts";

export const codebuild = new CodeBuildClient(clientSettings);
