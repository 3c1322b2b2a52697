/** What a resource provider is, as its author writes it. See ../README.md for an example. */
import type { CheckFailure } from "./check.ts";
import type { Changes } from "./diff.ts";
import { type Known, type Previewed, type Properties, withSchemaErased } from "./schema.ts";

export type Severity = "debug" | "info" | "warning" | "error";

/** What every handler is told besides its values. */
export interface Context<Client> {
  /** What the provider's `configure` returned. */
  readonly client: Client;
  readonly urn: string;
  /** The resource's name in the program: the last part of the URN. */
  readonly name: string;
  readonly type: string;
  /** Aborted when Pulumi cancels the update or the resource's custom timeout has passed. Long handlers must obey it. */
  readonly signal: AbortSignal;
  /**
   * Shows a message at the resource in Pulumi's output. `ephemeral` messages (progress) are shown while the update runs
   * and not kept. Settles when the engine has it.
   */
  log(severity: Severity, message: string, options?: { ephemeral?: boolean }): Promise<void>;
}

/** A resource as Pulumi has it on record: inputs and outputs in one object, as the program sees them. */
type State<I extends Properties, O extends Properties> = Known<I> & Known<O>;

interface Existing<I extends Properties, O extends Properties> {
  readonly id: string;
  readonly inputs: Known<I>;
  readonly state: State<I, O>;
}

/** A change of an existing resource, proposed or to be made. `news` may have unknowns in preview. */
interface ProposedChange<I extends Properties, O extends Properties> extends Existing<I, O> {
  readonly news: Previewed<I>;
  readonly changes: Changes;
}

interface ReadResult<I extends Properties, O extends Properties> {
  /** Given when it differs from the id asked for. */
  readonly id?: string;
  /**
   * The inputs that would make the resource as it is now: this is what shows drift. Give all there are: of those the
   * program never set, the empty and the computed ones are left out for you, and equal ones keep their old spelling.
   * Without `inputs`, the inputs on record stay.
   */
  readonly inputs?: Known<I>;
  readonly outputs: Known<O>;
}

/**
 * One type of resource. Handlers get plain, checked values: secrets opened, nothing unknown (except where the type says
 * {@link Previewed}), defaults filled in. The scaffold itself does previews, marshalling, secrets and diffs.
 * Any error thrown fails the operation with its message; see also `InitializationError`.
 */
export interface ResourceType<Client, I extends Properties, O extends Properties> {
  readonly inputs: I;
  /**
   * What the provider adds. A name that is an input as well is optional and computed: given by the program or else found
   * out, and no drift when the program does not give it.
   */
  readonly outputs: O;
  /** A replacement deletes the old one first: the real thing cannot exist twice. */
  readonly deleteBeforeReplace?: boolean;
  /**
   * The inputs with what the provider's own arguments add to them, such as default tags: what is checked, shown to
   * policies and kept. Called before any check, so nothing is sure about the values but that they are the program's.
   */
  complete?(inputs: Previewed<I>, context: Context<Client>): Previewed<I>;
  /** Rules over several properties. The schema has been checked and defaults filled in; values may be unknown. */
  check?(inputs: Previewed<I>, context: Context<Client>): CheckFailure[] | Promise<CheckFailure[]>;
  /** Changes beyond those that follow from the schema; returns the changes to report, usually `changes` with additions. */
  diff?(proposed: ProposedChange<I, O>, context: Context<Client>): Changes | Promise<Changes>;
  /** Outputs that a preview can know already. Without it, those of a new resource are all unknown. */
  preview?(
    inputs: Previewed<I>,
    existing: ProposedChange<I, O> | undefined,
    context: Context<Client>,
  ): Partial<Previewed<O>>;
  create(inputs: Known<I>, context: Context<Client>): Promise<{ id: string; outputs: Known<O> }>;
  /**
   * The resource as it is now; undefined if it is gone. `inputs` and `state` are empty when it is imported.
   * Without `read`, a refresh believes the record.
   */
  read?(
    existing: { id: string; inputs: Partial<Known<I>>; state: Partial<State<I, O>> },
    context: Context<Client>,
  ): Promise<ReadResult<I, O> | undefined>;
  /** Makes the change in place and returns all outputs. Without `update`, every change replaces. */
  update?(existing: Existing<I, O> & { readonly news: Known<I> }, context: Context<Client>): Promise<Known<O>>;
  /** Must succeed when the resource is gone already. Without `delete`, deleting is forgetting. */
  delete?(existing: Existing<I, O>, context: Context<Client>): Promise<void>;
}

/** A function of the provider (`aws.getCallerIdentity`). */
export interface Invoke<Client, A extends Properties, R extends Properties> {
  readonly inputs: A;
  readonly outputs: R;
  invoke(args: Known<A>, context: Pick<Context<Client>, "client" | "signal">): Promise<Known<R>>;
}

/** Any type of resource: handlers are methods, so that a narrower one fits. */
export type AnyResourceType<Client> = ResourceType<Client, Properties, Properties>;
export type AnyInvoke<Client> = Invoke<Client, Properties, Properties>;

/**
 * On what the official provider is built, which shows in its inputs and diffs:
 *
 * - `bridged`: Terraform's plugin SDK behind Pulumi's bridge. Each object of the inputs notes its defaults, and a diff
 *   names each changed member.
 * - `bridged framework`: Terraform's plugin framework behind it. A diff names properties only.
 * - `native`: pulumi-go-provider. No notes; a diff names members and says of none that it is an input's, and which of
 *   them replace follows from the members alone.
 */
export type Built = "bridged" | "bridged framework" | "native";

export interface ProviderDefinition<Client, C extends Properties = Properties> {
  /** `NAME` of `pulumi-resource-NAME`. */
  readonly name: string;
  /** The version of the official provider that is stood in for. */
  readonly version: string;
  readonly built: Built;
  /** The arguments of the provider resource. Nested values arrive as JSON texts and are parsed by this schema. */
  readonly config: C;
  /** Called once with checked arguments, before any handler. What it returns is every handler's `context.client`. */
  configure(variables: Known<C>): Client | Promise<Client>;
  /** By type token, e.g. `aws:ec2/vpc:Vpc`. */
  readonly resources: Readonly<Record<string, AnyResourceType<Client>>>;
  /** By function token, e.g. `aws:index/getCallerIdentity:getCallerIdentity`. */
  readonly invokes?: Readonly<Record<string, AnyInvoke<Client>>>;
}

/**
 * Typed constructors for one provider's resources and functions: inputs and outputs of the handlers follow from the
 * schemas.
 *
 * @example const { resource, invoke } = typesFor<AwsClient>();
 */
export function typesFor<Client>() {
  return {
    resource: <I extends Properties, O extends Properties>(type: ResourceType<Client, I, O>): AnyResourceType<Client> =>
      withSchemaErased(type),
    invoke: <A extends Properties, R extends Properties>(type: Invoke<Client, A, R>): AnyInvoke<Client> =>
      withSchemaErased(type),
  };
}

/** Keeps the types of a definition's `config` for its `configure`. */
export function defineProvider<Client, C extends Properties>(
  definition: ProviderDefinition<Client, C>,
): ProviderDefinition<Client> {
  return withSchemaErased(definition);
}
