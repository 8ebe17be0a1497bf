// Where the page's data comes from: the last fifteen minutes once, then every second as it ends, pushed by the server;
// asked for once a second where pushing does not work. Says so when nothing has come for a while.

const STALE_AFTER_MILLIS = 5000;
const PUSH_ATTEMPTS = 3;
const ROUNDS_UNTIL_PUSH = 15;

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** One answer in JSON. */
export async function ask(path, options = {}) {
  const response = await fetch(path, { headers: { Accept: 'application/json' }, cache: 'no-store', ...options });
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, body?.message ?? `HTTP ${response.status}`);
  return body;
}

/** Has the server do something; it says no, with a reason, to whoever may not. */
export function change(path, body = {}) {
  return ask(path, {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Tells of `history` (a list of seconds), `second`, `event`, `live` (pushed, polled, paused) and `stale` (since when). */
export class Source extends EventTarget {
  #stream = null;
  #polling = 0;
  #failures = 0;
  #lastHeard = Date.now();
  #paused = false;

  start() {
    setInterval(() => this.#watch(), 1000);
    document.addEventListener('visibilitychange', () => (document.hidden ? this.#stop() : this.#go()));
    this.#go();
  }

  set paused(paused) {
    this.#paused = paused;
    if (paused) this.#stop();
    else this.#go();
  }

  #go() {
    if (this.#paused || document.hidden || this.#stream || this.#polling) return;
    this.#lastHeard = Date.now();
    this.#history();
    this.#push();
  }

  #stop() {
    this.#stream?.close();
    this.#stream = null;
    clearInterval(this.#polling);
    this.#polling = 0;
    this.#tell('live', this.#paused ? 'paused' : 'hidden');
  }

  async #history() {
    try {
      this.#tell('history', await ask('/pool/history'));
    } catch {
      // The plots begin with now, then; that nothing comes is said by the one who watches.
    }
  }

  #push() {
    const stream = new EventSource('/events');
    this.#stream = stream;
    stream.addEventListener('open', () => {
      if (this.#failures) this.#history();
      this.#failures = 0;
      this.#tell('live', 'live');
    });
    stream.addEventListener('pool', (message) => this.#heard('second', JSON.parse(message.data)));
    stream.addEventListener('event', (message) => this.#heard('event', JSON.parse(message.data)));
    stream.addEventListener('error', () => {
      this.#failures += 1;
      if (this.#failures >= PUSH_ATTEMPTS || stream.readyState === EventSource.CLOSED) {
        stream.close();
        this.#stream = null;
        if (!this.#paused && !document.hidden) this.#poll();
      }
    });
  }

  #poll() {
    this.#tell('live', 'polling');
    let rounds = 0;
    let asking = false;
    const polling = setInterval(async () => {
      if (asking) return;
      asking = true;
      rounds += 1;
      try {
        const second = await ask('/pool/now', { signal: AbortSignal.timeout(STALE_AFTER_MILLIS) });
        if (this.#polling !== polling) return; // Ended while the answer was on its way.
        this.#heard('second', second);
        if (rounds >= ROUNDS_UNTIL_PUSH) { // The server is there again: it may push again, too.
          clearInterval(polling);
          this.#polling = 0;
          this.#failures = 0;
          this.#history();
          this.#push();
        }
      } catch {
        // Said by the one who watches.
      } finally {
        asking = false;
      }
    }, 1000);
    this.#polling = polling;
  }

  #heard(kind, data) {
    this.#lastHeard = Date.now();
    this.#tell(kind, data);
  }

  #watch() {
    if (this.#paused || document.hidden) return;
    const silent = Date.now() - this.#lastHeard;
    this.#tell('stale', silent > STALE_AFTER_MILLIS ? silent : 0);
  }

  #tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}
