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
  // EC2 and IAM refuse the call itself ("Error codes for the Amazon EC2 API"). Not among them are codes that also
  // stand for something too new to be visible everywhere, such as InvalidKeyPair.NotFound or InvalidGroup.NotFound.
  {
    class: "refused",
    sign: /\bapi error (UnauthorizedOperation|AccessDenied\w*|AuthFailure|Blocked|OptInRequired|Unsupported\w*|VPCIdNotSpecified|DefaultVpcDoesNotExist|InvalidSubnetID\.NotFound|InvalidSubnet|InvalidParameter(Value|Combination))\b/,
  },
  // The plugin's own word for VPCIdNotSpecified (1.8.2, step_run_source_instance.go).
  { class: "refused", sign: /Error launching source instance: a valid Subnet Id was not specified/ },
  // The reason of an instance that ended at once: EC2 may not use the key of its volumes, for example.
  { class: "refused", sign: /Instance state change details: .*\bClient\.(InternalError|InvalidKMSKey\b)/ },
];
