import { createHash, randomBytes } from "node:crypto";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { stringify } from "yaml";
import { ChangedConfiguration } from "./configuration.ts";
import { eventually } from "./eventually.ts";
import { on, pulumi, sandbox, sender } from "./sandbox.ts";
import { serve } from "./target.ts";

const port = 9481;
const wanted = "/run/shop-wants";

/** A target on the sender that demands a password, and a scrape job that has it from the stack's configuration. */
export class SecretJob {
  /** Since the beginning: there is no stack file before the sandbox is up. */
  #configuration: ChangedConfiguration | undefined;
  readonly #folder = join(sandbox.layout.directory, "shop");
  #stop: () => Promise<unknown> = async () => {};

  /** Where the host has it, below a release. */
  readonly path = "prometheus/scrape/secrets/shop-password";

  static password = (): string => randomBytes(24).toString("base64url");

  /** Scrapes the target with the password, after an update of the sender. */
  async begin(password: string): Promise<void> {
    const { scrapeConfigs = "" } = sandbox.files.section<{ scrapeConfigs?: string }>("sender", "prometheus");
    mkdirSync(this.#folder, { recursive: true });
    cpSync(resolve(sandbox.repository, scrapeConfigs), this.#folder, { recursive: true });
    const auth = { username: "metrics-link", password_file: "secrets/shop-password" };
    const job = { job_name: "shop", basic_auth: auth, static_configs: [{ targets: [`127.0.0.1:${port}`] }] };
    writeFileSync(join(this.#folder, "shop.yaml"), stringify([job]));
    this.#configuration = new ChangedConfiguration("sender");
    await this.#configuration.set("prometheus.scrapeConfigs", relative(sandbox.repository, this.#folder));
    await this.demand(password);
    this.#stop = await serve("sender", {
      name: "shop",
      port,
      // The target knows the hash: what it may not have is the password in clear.
      page: `
given = hashlib.sha256(self.headers.get("Authorization", "").encode()).hexdigest()
allowed = given == open("${wanted}").read().strip()
self.send("shop_up 1\\n" if allowed else "", 200 if allowed else 401)
`.trim(),
    });
    await this.give(password);
  }

  /** The target takes this password from now on, and no other. */
  async demand(password: string): Promise<void> {
    const header = `Basic ${Buffer.from(`metrics-link:${password}`).toString("base64")}`;
    await on("sender", "sh", "-c", `echo ${createHash("sha256").update(header).digest("hex")} > ${wanted}`);
  }

  /** Sets the password as a person does, and updates the sender. */
  async give(password: string): Promise<void> {
    await pulumi().setSecret("sender", "metrics-link:prometheus.secrets.shop-password", password);
    await pulumi().must(["up", "-s", "sender", "--yes", "--skip-preview"]);
  }

  /** Waits until the target lets Prometheus in, or no longer does. */
  isUp(up: boolean): Promise<true> {
    return eventually(
      `the target to ${up ? "let" : "not let"} Prometheus in`,
      async (note) => {
        const found = await sender.value('up{job="shop"}');
        note(found);
        return found === Number(up) ? true : undefined;
      },
      30_000,
      250,
    );
  }

  async end(): Promise<void> {
    this.#configuration?.restore();
    await pulumi().must(["up", "-s", "sender", "--yes", "--skip-preview"]);
    await this.#stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
