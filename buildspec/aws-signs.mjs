/** Errors of EC2. Their texts are the same in all steps of Packer. */
export const awsSigns = [
  {
    class: "capacity",
    sign: /Insufficient(Instance|Host|ReservedInstance|Volume|Address)?Capacity\w*|InsufficientFreeAddressesInSubnet/,
  },
  {
    class: "capacity",
    sign: /\b(Vcpu|Instance|Volume|MaxIOPS|Snapshot|ConcurrentSnapshot|SecurityGroup|Address)LimitExceeded\b|\bSecurityGroupsPerInterfaceLimitExceeded\b|\bResourceLimitExceeded\b/,
  },
  {
    class: "throttling",
    sign: /\bRequestLimitExceeded\b|\bThrottl(ing|ed)\w*|\bTooManyRequests\w*|\bSlowDown\b|\bRate exceeded\b|\bEC2ThrottledException\b|\bBandwidthLimitExceeded\b/,
  },
  // EC2 refuses the call itself ("Error codes for the Amazon EC2 API"). Not among the codes are those that also stand
  // for something too new to be visible everywhere, such as InvalidKeyPair.NotFound or InvalidGroup.NotFound.
  {
    class: "refused",
    sign: /\boperation error EC2: .*\bapi error (UnauthorizedOperation|AuthFailure|Blocked|OptInRequired|Unsupported(Operation)?|VPCIdNotSpecified|DefaultVpcDoesNotExist|InvalidSubnetI[Dd]\.NotFound|InvalidSubnet|InvalidParameter(Value|Combination)): /,
  },
  // The plugin looks the instance profile up in IAM before the launch (1.8.2, step_iam_instance_profile.go).
  { class: "refused", sign: /\boperation error IAM: GetInstanceProfile, .*\bapi error AccessDenied: / },
  // The plugin's own word for VPCIdNotSpecified (1.8.2, step_run_source_instance.go).
  { class: "refused", sign: /Error launching source instance: a valid Subnet Id was not specified/ },
  // The reason of an instance that ended at once: EC2 may not use the key of its volumes, for example.
  { class: "refused", sign: /Instance state change details: .*\bClient\.(InternalError|InvalidKMSKey\b)/ },
];
