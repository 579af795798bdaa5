/** Tasks by name, each of which runs once nothing has started it again for some milliseconds. */
export class QuietTimers {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  has(name: string): boolean {
    return this.#timers.has(name);
  }

  start(name: string, milliseconds: number, task: () => void): void {
    clearTimeout(this.#timers.get(name));
    const run = (): void => {
      this.#timers.delete(name);
      task();
    };
    this.#timers.set(name, setTimeout(run, milliseconds));
  }

  cancel(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
