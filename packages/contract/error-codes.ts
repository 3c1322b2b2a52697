/** What an error is about, and what helps. docs/errors.md is made of this. */
interface ErrorCodeText {
  readonly meaning: string;
  readonly next: string;
}

const codes = {
  // The configuration of a stack and the files that it names.
  CONFIGURATION_INVALID: {
    meaning: "The stack's configuration has wrong, missing or unknown keys. Nothing was changed.",
    next: "Correct each key that the message names; docs/configuration.md has them all.",
  },
  STACK_FILE_INVALID: {
    meaning: "A stack's `Pulumi.<stack>.yaml` is not YAML, or lacks what a command wants to change in it.",
    next: "Correct the file that the message names.",
  },
  REPOSITORY_FILE_INVALID: {
    meaning: "A file or folder that the configuration names is missing or cannot be used.",
    next: "Correct the path in the configuration, or the file.",
  },
  PROMETHEUS_CONFIGURATION_INVALID: {
    meaning:
      "Prometheus would not load the configuration: a scrape job, a rule or an alert setting. Nothing was published.",
    next: "Correct the file that the message names; `promtool check config` says the same.",
  },
  ENVOY_CONFIGURATION_INVALID: {
    meaning: "An Envoy configuration is not safe to publish, or its input contradicts itself.",
    next: "Correct the value that the message names.",
  },
  // Other stacks, and one's own last update.
  STACK_OUTPUTS_UNREADABLE: {
    meaning: "Pulumi could not read the outputs of a stack, or they exceed a limit on time, size or depth.",
    next: "Check the stack's name, the login to the backend and the backend itself, then run the update again.",
  },
  OWN_OUTPUTS_INVALID: {
    meaning: "This stack's own last outputs were not written by this program or a later one that it can read.",
    next: "Update with the release that wrote them, or a later one.",
  },
  STATE_INVALID: {
    meaning: "The exported state of a stack lacks a resource or a value, or its parts contradict each other.",
    next: "Run `pulumi up` and try again; if it repeats, report the message as a bug.",
  },
  STACK_NOT_DEPLOYED: {
    meaning: "This stack lacks an output or a certificate that its first update makes.",
    next: "Run `pulumi up` first.",
  },
  PEER_NOT_DEPLOYED: {
    meaning: "The peer's stack has no `contract` output yet.",
    next: "Run `pulumi up` there first.",
  },
  PEER_CONTRACT_MALFORMED: {
    meaning:
      "The `contract` output of a peer has a missing field or a value of a wrong form. Its last accepted values stay in force.",
    next: "Ask the peer's people to look at their stack: their program never writes such a value.",
  },
  PEER_CONTRACT_VERSION: {
    meaning:
      "A peer writes a version of the contract that this release does not read. Its last accepted values stay in force.",
    next: "Update the side that the message names first.",
  },
  PEER_ROOT_NOT_PINNED: {
    meaning: "A peer offers a root certificate whose fingerprint is not pinned here.",
    next: "Compare fingerprints with the peer's people over another channel, then run `npm run trust -- accept`.",
  },
  PEER_ADDRESS_NOT_PINNED: {
    meaning: "A peer offers an address that is not pinned here.",
    next: "Compare addresses with the peer's people over another channel, then run `npm run trust -- accept`.",
  },
  PEER_LABELS_NOT_PINNED: {
    meaning: "A sender's series do not carry the labels that are pinned here.",
    next: "Compare labels with the sender's people over another channel; docs/operate.md, Changing a pinned label, has the order.",
  },
  LABELS_OUT_OF_ORDER: {
    meaning:
      "After this update the receiver would refuse this sender's series: they would no longer carry what it has pinned. Nothing was changed.",
    next: "Have the receiver's people pin what the new series carry first; docs/operate.md, Changing a pinned label, has the order.",
  },
  SENDER_UNKNOWN: {
    meaning: "The receiver has no such sender, or its keys are not in a file of its own. Nothing was written.",
    next: "Take one of the names that the message lists; `npm run -s fleet -- list` shows whose they are.",
  },
  FENCE_FULL: {
    meaning:
      "The rules for the senders' addresses do not fit into the security groups that AWS lets this account have. Nothing was changed.",
    next: "Ask AWS for the quota that the message names, then write it into `network.securityGroupQuotas`.",
  },
  PIN_NOT_CONFIRMED: {
    meaning: "What the peer offers is not what its people said, or nobody confirmed it. Nothing was pinned.",
    next: "Ask the peer's people again, over another channel. Do not pin what they did not say.",
  },
  PIN_LIMIT: {
    meaning: "More roots would be pinned than the configuration takes.",
    next: "Run `npm run rotate -- follow`, which removes roots that the peer no longer offers.",
  },
  EXCHANGE_NOT_READY: {
    meaning:
      "This account's exchange stack cannot be read, or has not the addresses that this stack needs. Nothing was changed.",
    next: "Update the exchange stack first.",
  },
  EXCHANGE_OF_ANOTHER: {
    meaning:
      "The stack that an exchange stack is to show has another role or is in another account. Nothing was changed.",
    next: "Correct `metrics-link:shows` or `metrics-link:account.id` of the exchange stack.",
  },
  EXCHANGE_ADDRESSES_NOT_MOVED: {
    meaning: "A new exchange stack would make other Elastic IPs than those that its host stack has and its peers pin.",
    next: "Move the addresses first; docs/deploy.md says how.",
  },
  ACCOUNT_TAKEN: {
    meaning:
      "Another stack has this role in this account and region, where one sender and one receiver fit. Nothing was made.",
    next: "Update the stack that the message names, or use another account or region.",
  },
  ADOPTION_REFUSED: {
    meaning:
      "An Elastic IP or a volume that the configuration names cannot be taken over: it is not in this account, in use elsewhere, or does not fit. Nothing was made.",
    next: "Correct the key that the message names; docs/deploy.md, Coming back, says how to find the ids.",
  },
  UPDATE_PARTIAL: {
    meaning: "An update with `--target` or `--exclude` leaves out something that its other parts need.",
    next: "Run `pulumi up` without `--target` and `--exclude`.",
  },
  // Certificates and their order.
  CERTIFICATES_INVALID: {
    meaning: "A text is not PEM certificates and nothing else, or a certificate is not of the accepted profile.",
    next: "Replace the file by one with `CERTIFICATE` blocks alone.",
  },
  CEREMONY_INVALID: {
    meaning: "What the ceremony left, or is about to sign, does not fit the configuration. Nothing was changed.",
    next: "Repeat the step of the ceremony that the message names; docs/pki.md has them all.",
  },
  ROTATION_OUT_OF_ORDER: {
    meaning: "A step of a rotation would make a peer refuse this side's certificate. Nothing was changed.",
    next: "Do what the message names first; `npm run rotate -- status` shows the order.",
  },
  // Releases, tools and hosts.
  RELEASE_INVALID: {
    meaning: "A release document is not of its schema, or its parts contradict each other.",
    next: "Run `pulumi up` again with an unchanged checkout; if it repeats, report the message as a bug.",
  },
  ARTIFACTS_INVALID: {
    meaning: "The index of tools in the cache is damaged or missing.",
    next: "Run `npm run setup` again.",
  },
  TOOLS_NOT_PINNED: {
    meaning: "A tool for the hosts is not the official download with the pinned hash.",
    next: "Run `npm run setup` with access to the official downloads, or `npm run pin` for an unknown hash.",
  },
  TOOL_MISSING: {
    meaning: "A tool that this command needs is not on PATH.",
    next: "Run `npm run setup`.",
  },
  EVIDENCE_INVALID: {
    meaning: "What a host reported for an audit, or an audit for a host, is not of a format that this release reads.",
    next: "Update the stack and the checkout to the same release, then audit again.",
  },
  JSON_INVALID: {
    meaning: "A document is not JSON, lacks the expected form, or is JSON that two readers could read differently.",
    next: "Correct or write anew the document that the message names.",
  },
  YAML_INVALID: {
    meaning: "A document is not YAML, or is YAML that two parsers could read differently.",
    next: "Write the document without aliases, anchors, tags and values that YAML 1.1 reads differently.",
  },
  PREVIEW_UNREADABLE: {
    meaning: "The Pulumi engine reported an event or an operation that the review does not know.",
    next: "Use the Pulumi version that `npm run setup` installs; if it repeats, report the message as a bug.",
  },
  AWS_LIMIT: {
    meaning: "A name or a document is longer than AWS allows. Nothing was changed.",
    next: "Shorten what the message names.",
  },
  // On a host: the agent, the repairer and those who query them.
  HASH_MISMATCH: {
    meaning: "A download does not have the SHA-256 that the release names. It was discarded.",
    next: "Run `pulumi up` again. If it repeats, find out who changed the object in the bucket.",
  },
  OBJECT_MISSING: {
    meaning: "The bucket lacks an object, or the host may not read it.",
    next: "Run `pulumi up` again; check the host's role if it repeats.",
  },
  SECRET_INVALID: {
    meaning: "A secret's value is not text, or lacks the field that the release names.",
    next: "Correct the secret's value.",
  },
  RELEASE_CHECK_FAILED: {
    meaning: "A release failed a check on the host. The release in force stays.",
    next: "Correct the cause that the message names and run `pulumi up` again.",
  },
  HOST_UNFIT: {
    meaning: "A host lacks what a release needs: a user, disk space, or a Node that runs the agent.",
    next: "Free the space that the message names, or replace the instance.",
  },
  HOST_UNHEALTHY: {
    meaning: "Probes of a host still failed at their deadline.",
    next: "Look at the unit that the message names: `journalctl --unit UNIT`.",
  },
  CHANGE_PENDING: {
    meaning: "A change waits, because it would lose samples that are not sent yet.",
    next: "Wait until the backlog is sent; docs/operate.md says how to force the change.",
  },
  ROLLBACK_IMPOSSIBLE: {
    meaning: "There is no other good release to roll back to.",
    next: "Correct the release and run `pulumi up` again.",
  },
  EVIDENCE_UNAVAILABLE: {
    meaning: "A host did not collect a part of the evidence.",
    next: "Correct the cause that the message names, then audit again.",
  },
  REQUEST_FAILED: {
    meaning: "A request was refused, or its answer was not as expected.",
    next: "Check that what the message names runs; its log says more.",
  },
  LINK_UNAVAILABLE: {
    meaning: "The link accepts no samples at present. The samples stay pending and are sent later.",
    next: "Nothing while this passes; else follow the runbook of the alert that fires.",
  },
  REMOTE_READ_INVALID: {
    meaning: "Prometheus answered a remote read with data that cannot be decoded.",
    next: "Check Prometheus' log for a damaged block; the repairer tries again.",
  },
  REPAIR_STATE_INVALID: {
    meaning: "The repairer's state file cannot be used. Starting without it would forget pending windows.",
    next: "Move the file away and backfill the windows that it lists (docs/operate.md, Repair).",
  },
  WRITE_REFUSED: {
    meaning: "The gate of a receiver refused a remote write request; nothing of it was stored.",
    next: "The gate's log names the sender, the reason and a series.",
  },
  NO_SAMPLES: {
    meaning: "Prometheus has no recent samples to answer a question from.",
    next: "Check that the senders run and that the link is up (docs/operate.md).",
  },
  // Commands.
  USAGE: {
    meaning: "A command was called with wrong arguments.",
    next: "The message is followed by the usage.",
  },
  COMMAND_FAILED: {
    meaning: "A program that was run ended with an error.",
    next: "Its own message is in the error or in the log that the error names.",
  },
  TIMED_OUT: {
    meaning: "Something did not answer or did not happen within its time.",
    next: "Check that what the message names runs, then try again.",
  },
  API_ERROR: {
    meaning: "Prometheus, Alertmanager or an AWS API answered with an error, or did not answer.",
    next: "The message has its answer; check that what it names runs.",
  },
  CHECK_FAILED: {
    meaning: "A command compared or probed the link and found a difference or an open path.",
    next: "The message has what was last seen; `npm run -s sandbox -- status` shows the present state.",
  },
  REVIEW_REFUSED: {
    meaning: "A review cannot compare the checkout with its base, so it gives no verdict.",
    next: "Correct the path or setting that the message names.",
  },
  RELEASE_BLOCKED: {
    meaning: "The repository is not ready for a release. Nothing was changed.",
    next: "Correct everything that the message names.",
  },
  PERSON_NEEDED: {
    meaning: "Only a person can do the next step of a rotation.",
    next: "Do the step that the message names, then run the same command again.",
  },
  INTERRUPTED: {
    meaning: "A person interrupted the command; what it broke is repaired.",
    next: "Run the command again.",
  },
  // The sandbox.
  SANDBOX_NOT_UP: {
    meaning: "The command needs a running sandbox.",
    next: "Run `npm run -s sandbox -- up`.",
  },
  SANDBOX_UNUSABLE: {
    meaning: "The sandbox cannot start on this machine, or from the files of an earlier run.",
    next: "Do what the message names; `npm run -s sandbox -- down` removes the files of an earlier run.",
  },
  SANDBOX_REFUSED: {
    meaning: "A request names something that the sandbox does not have, does not model, or cannot do now.",
    next: "Correct the request by what the message names.",
  },
  // Whatever has no code of its own.
  INPUT_INVALID: {
    meaning: "An input has wrong values; no code is more specific.",
    next: "Correct each value that the message names.",
  },
  INTERNAL: {
    meaning: "The program contradicts itself.",
    next: "Report the message as a bug.",
  },
} as const satisfies Record<string, ErrorCodeText>;

/** A closed set. A code keeps its name and meaning once it is released: scripts and runbooks match it. */
export type ErrorCode = keyof typeof codes;

export const errorCodes: Readonly<Record<ErrorCode, ErrorCodeText>> = codes;
