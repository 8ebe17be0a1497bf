// The page's data: the history of fifteen minutes once, then each second by server-sent events, or by polling if those
// fail. Reports when no data has arrived for a while.

const STALE_AFTER_MILLIS = 5000;
const PUSH_ATTEMPTS = 3;
const ROUNDS_UNTIL_PUSH = 15;

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Requests JSON. Throws Refused for an error response. */
export async function requestJson(path, options = {}) {
  const response = await fetch(path, { headers: { Accept: 'application/json' }, cache: 'no-store', ...options });
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, body?.message ?? `HTTP ${response.status}`);
  return body;
}

/** Sends a change. Throws Refused with the server's reason if the operator lacks the role control. */
export function change(path, body = {}) {
  return requestJson(path, {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Dispatches `history` (a list of seconds), `second`, `event`, `live` (the mode) and `stale` (milliseconds or 0). */
export class Source extends EventTarget {
  #stream = null;
  #polling = 0;
  #failures = 0;
  #lastReceived = Date.now();
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
    this.#lastReceived = Date.now();
    this.#history();
    this.#push();
  }

  #stop() {
    this.#stream?.close();
    this.#stream = null;
    clearInterval(this.#polling);
    this.#polling = 0;
    this.#dispatch('live', this.#paused ? 'paused' : 'hidden');
  }

  async #history() {
    try {
      this.#dispatch('history', await requestJson('/pool/history'));
    } catch {
      // The charts start empty; #watch reports missing data.
    }
  }

  #push() {
    const stream = new EventSource('/events');
    this.#stream = stream;
    stream.addEventListener('open', () => {
      if (this.#failures) this.#history();
      this.#failures = 0;
      this.#dispatch('live', 'live');
    });
    stream.addEventListener('pool', (message) => this.#received('second', JSON.parse(message.data)));
    stream.addEventListener('event', (message) => this.#received('event', JSON.parse(message.data)));
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
    this.#dispatch('live', 'polling');
    let rounds = 0;
    let asking = false;
    const polling = setInterval(async () => {
      if (asking) return;
      asking = true;
      rounds += 1;
      try {
        const second = await requestJson('/pool/now', { signal: AbortSignal.timeout(STALE_AFTER_MILLIS) });
        if (this.#polling !== polling) return; // Polling ended during the request.
        this.#received('second', second);
        if (rounds >= ROUNDS_UNTIL_PUSH) { // The server is reachable: try the event stream again.
          clearInterval(polling);
          this.#polling = 0;
          this.#failures = 0;
          this.#history();
          this.#push();
        }
      } catch {
        // #watch reports missing data.
      } finally {
        asking = false;
      }
    }, 1000);
    this.#polling = polling;
  }

  #received(kind, data) {
    this.#lastReceived = Date.now();
    this.#dispatch(kind, data);
  }

  #watch() {
    if (this.#paused || document.hidden) return;
    const silent = Date.now() - this.#lastReceived;
    this.#dispatch('stale', silent > STALE_AFTER_MILLIS ? silent : 0);
  }

  #dispatch(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}
