// A statement of a policy document, whose keys a mutation knows.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Statement = any;

/** Changes the statements of a resource's `policy` document. */
export const statements = (change: (all: Statement[]) => void) => (props: { policy: string }) => {
  const document = JSON.parse(props.policy);
  change(document.Statement);
  props.policy = JSON.stringify(document);
};
/** Changes the statement of this name. */
export const statement = (sid: string, change: (one: Statement) => void) =>
  statements((all) => {
    const found = all.find(({ Sid }) => Sid === sid);
    if (found === undefined) throw new Error(`there is no statement ${sid}`);
    change(found);
  });
/** Changes the statement that denies changes to everybody but the deployer. */
export const others = (change: (one: Statement) => void) => statement("ChangedByTheDeployerOnly", change);
