/**
 * Refuses the value of a secret to everybody but some roles, whatever their own policies allow. Nobody is locked out by
 * it for good: who may change policies of secrets may change this one, and CloudTrail has it then.
 */
export function readersOnlyPolicy(secretArn: string, readers: readonly string[]) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "ReadersOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "secretsmanager:GetSecretValue",
        Resource: secretArn,
        Condition: { ArnNotEquals: { "aws:PrincipalArn": readers } },
      },
    ],
  };
}
