// The page: what there is on it, and what keeps each part up to date.

import { Charts } from './charts.js';
import { Control } from './control.js';
import { $, say } from './dom.js';
import { Events, REMEMBERED } from './events.js';
import { duration } from './format.js';
import { Holders } from './holders.js';
import { Fleet, Incidents, Statements } from './panels.js';
import { Source, ask } from './source.js';
import { Tiles } from './tiles.js';
import { VerdictPanel } from './verdict.js';

const LIVE = { live: 'live', polling: 'live, asked each second', paused: 'paused', hidden: 'paused' };

const theme = localStorage.getItem('theme');
if (theme) document.documentElement.dataset.theme = theme; // Before the plots look for their colours

const control = new Control();
const charts = new Charts();
const tiles = new Tiles();
const verdict = new VerdictPanel();
const holders = new Holders((holder) => control.remedies(holder));
const events = new Events();
const incidents = new Incidents();
const statements = new Statements();
const fleet = new Fleet();
const source = new Source();

/** Pushing tells of what happens from then on; what happened before, or while nothing was pushed, is asked for. */
let catchingUp = false;
async function catchUp() {
  if (catchingUp) return;
  catchingUp = true;
  try {
    events.show(await ask(`/pool/events?limit=${REMEMBERED}`));
  } catch {
    // That the server is silent is said by the banner.
  } finally {
    catchingUp = false;
  }
}

source.addEventListener('history', ({ detail }) => charts.history(detail));
source.addEventListener('second', ({ detail }) => {
  if ($('live').dataset.state !== 'live') catchUp();
  else if (!catchingUp) events.heardUntil(detail.time);
  charts.second(detail);
  tiles.show(detail);
  events.missed(detail.dropped);
  if (detail.situation) verdict.sentence(detail.situation, detail.sentence);
});
source.addEventListener('event', ({ detail }) => events.add(detail));
source.addEventListener('live', ({ detail }) => {
  say($('live'), LIVE[detail]);
  $('live').dataset.state = detail;
  if (detail === 'live') catchUp();
});
source.addEventListener('stale', ({ detail: silent }) => {
  $('stale').hidden = !silent;
  document.body.classList.toggle('is-stale', Boolean(silent));
  if (silent) say($('stale'), `Nothing heard from the server for ${duration(Math.floor(silent / 1000) * 1000)}: what you see is old.`);
});

/** Asks for a part of the page again and again, as often as it changes; never twice at once, and not while nobody looks. */
function keep(everyMillis, path, show) {
  let asking = false;
  const once = async () => {
    if (asking || document.hidden || $('pause').getAttribute('aria-pressed') === 'true') return;
    asking = true;
    try {
      show(await ask(path));
    } catch {
      // That the server is silent is said once, by the banner.
    } finally {
      asking = false;
    }
  };
  once();
  setInterval(once, everyMillis);
}

keep(1000, '/diagnosis', (diagnosis) => {
  verdict.show(diagnosis);
  holders.show(diagnosis);
});
keep(2000, '/pool/connections', (connections) => holders.showOpen(connections));
keep(5000, '/pool', (pool) => {
  say($('instance'), `${pool.server.instance} · version ${pool.server.version} · up ${duration(pool.server.uptimeMillis)}`);
  control.show(pool);
});
keep(2000, '/incidents', (found) => incidents.show(found));
keep(5000, '/statements/slow', (slow) => statements.show(slow));
keep(5000, '/fleet', (seen) => fleet.show(seen));
keep(10_000, '/capacity', (advice) => fleet.advise(advice));
catchUp();

$('pause').addEventListener('click', () => {
  const paused = $('pause').getAttribute('aria-pressed') !== 'true';
  $('pause').setAttribute('aria-pressed', String(paused));
  source.paused = paused;
});

$('theme').addEventListener('click', () => {
  const dark = getComputedStyle(document.documentElement).colorScheme === 'dark';
  document.documentElement.dataset.theme = dark ? 'light' : 'dark';
  localStorage.setItem('theme', document.documentElement.dataset.theme);
  charts.redraw();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.redraw());

source.start();
