#!/usr/bin/env bash
# Prints a session of the place's role, as the setting `credential_process` expects it (AWS SDKs and tools reference).
# Packer and the AWS CLI run this again before the session ends: AWS gives a role that assumes another one hour.
set -euo pipefail

there="$RUN_DIR/place" external=()
[[ ! -e "$there/externalId" ]] || external=(--external-id "$(<"$there/externalId")")
exec aws sts assume-role --region "$(<"$there/region")" --role-arn "$(<"$there/roleArn")" "${external[@]}" \
  --role-session-name "eks-windows-images-${TOKEN:0:12}" --output json --query '{
    Version: `1`,
    AccessKeyId: Credentials.AccessKeyId,
    SecretAccessKey: Credentials.SecretAccessKey,
    SessionToken: Credentials.SessionToken,
    Expiration: Credentials.Expiration
  }'
