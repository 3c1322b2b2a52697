// @ts-check

/** How often those who read a log hear what is still running. */
const HEARTBEAT_MS = 30_000;
const REDRAW_MS = 200;

/**
 * Shows a person what runs, how far it is and how long it takes: live on a terminal; otherwise a line when a step starts and
 * ends, and a heartbeat. Writes to the stream given, never to stdout, which belongs to the command that follows set-up.
 */
export class Board {
  /** @type {Map<string, {since: number, detail: string}>} */
  #running = new Map();
  #drawn = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /** @type {NodeJS.WriteStream} */
  #out;

  /** @param {NodeJS.WriteStream} out */
  constructor(out) {
    this.#out = out;
  }

  /** @param {number} total number of steps */
  start(total) {
    this.total = total;
    this.done = 0;
    this.#timer = this.#out.isTTY
      ? setInterval(() => this.#draw(), REDRAW_MS)
      : setInterval(() => this.#heartbeat(), HEARTBEAT_MS);
    this.#timer.unref();
  }

  /** @param {string} step */
  begin(step) {
    this.#running.set(step, { since: Date.now(), detail: "" });
    if (!this.#out.isTTY) this.say(`start   ${step}`);
  }

  /**
   * @param {string} step
   * @param {string} detail how far it is
   */
  detail(step, detail) {
    const state = this.#running.get(step);
    if (state && detail) state.detail = detail;
  }

  /**
   * @param {string} step
   * @param {"done" | "failed" | "stopped"} how
   * @param {string} result
   */
  end(step, how, result) {
    const seconds = this.#seconds(step);
    this.#running.delete(step);
    this.done = (this.done ?? 0) + 1;
    this.say(`${how.padEnd(7)} ${step} (${seconds} s, ${this.done} of ${this.total})${result ? `: ${result}` : ""}`);
  }

  /**
   * A line that stays.
   * @param {string} line
   */
  say(line) {
    this.#erase();
    this.#out.write(`${line}\n`);
    if (this.#out.isTTY) this.#draw();
  }

  close() {
    clearInterval(this.#timer);
    this.#erase();
    this.#running.clear();
  }

  /** @param {string} step */
  #seconds(step) {
    return Math.round((Date.now() - (this.#running.get(step)?.since ?? Date.now())) / 1000);
  }

  #heartbeat() {
    for (const [step, { detail }] of this.#running) {
      this.say(`...     ${step} (${this.#seconds(step)} s)${detail ? `: ${detail.slice(0, 120)}` : ""}`);
    }
  }

  #draw() {
    this.#erase();
    const width = (this.#out.columns || 80) - 1;
    for (const [step, { detail }] of this.#running) {
      this.#out.write(`${`  ${step} ${this.#seconds(step)} s  ${detail}`.slice(0, width)}\n`);
      this.#drawn += 1;
    }
  }

  #erase() {
    if (this.#drawn > 0) this.#out.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }
}
