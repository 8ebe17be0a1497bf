// The charts of the last fifteen minutes on one time axis: connections, waiting callers, active sessions by wait class
// with the sessions that block them, and times. Lines differ in dash and weight, areas in lightness and hatching, not
// only in colour. Dragging over a chart chooses a period.

import { $, el, setText } from './dom.js';
import { clock, count, duration } from './format.js';

const CAPACITY = 900;
const REACHES = [[60, '1 min'], [300, '5 min'], [CAPACITY, '15 min']];

/** Reads a colour from the style sheet, which defines it for light and dark. */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/**
 * Connections as stacked areas: in use, then idle, which sum up to the open connections; the part beyond pool_size
 * is hatched. `at` is the height of a line if it differs from its value, `from` the index of the line below its area.
 */
const FULL = [
  { label: 'in use', value: (s) => s.checkedOut, colour: 'out', width: 1.25, fill: true },
  { label: 'idle', value: (s) => s.idle, at: (s) => s.totalConnections, from: 1, colour: 'open', width: 1, fill: true },
  { label: 'pool_size', value: (s) => s.poolSize, colour: 'limit', width: 1.5, dash: [3, 3], mark: 'dotted' },
  { label: 'overflow', value: (s) => s.overflow, at: (s) => s.poolSize + s.overflow, from: 3, colour: 'others', width: 0, hatched: true },
  { label: 'maximum', value: (s) => s.poolSize + s.maxOverflow, colour: 'limit', width: 2, dash: [10, 4] },
];
const WAITING = [
  { label: 'waiting', value: (s) => s.waiting, colour: 'waiting', width: 1.5, fill: true },
];

/** PostgreSQL's wait classes, from the bottom of the stack, in the colours that its tools use. */
const CLASSES = [
  ['CPU', 'cpu'],
  ['IO', 'io'],
  ['LWLock', 'lwLock'],
  ['Lock', 'lock'],
  ['IPC', 'ipc'],
  ['Client', 'client'],
  ['idle in transaction', 'idleInTransaction'],
  ['other', 'other'],
];
const ACTIVITY = CLASSES.map(([label, field], index) => ({
  label,
  value: (s) => s[field],
  at: (s) => CLASSES.slice(0, index + 1).reduce((sum, [, part]) => sum + s[part], 0),
  from: index, // The first area stands on the axis.
  colour: `class-${label.toLowerCase().replaceAll(' ', '-')}`,
  width: 0.5,
  solid: true,
  hidesIfZero: true,
}));
const WAIT = [
  { label: 'p50', value: (s) => s.waitP50Millis, colour: 'open', width: 1.5 },
  { label: 'p99', value: (s) => s.waitP99Millis, colour: 'out', width: 2 },
  { label: 'oldest now', value: (s) => s.oldestWaitMillis || null, colour: 'waiting', width: 2, dash: [4, 3] },
];
const USE = [
  { label: 'p50', value: (s) => s.useP50Millis, colour: 'open', width: 1.5 },
  { label: 'p99', value: (s) => s.useP99Millis, colour: 'out', width: 2 },
  { label: 'oldest now', value: (s) => s.oldestUseMillis || null, colour: 'waiting', width: 2, dash: [4, 3] },
];

/** Durations use a logarithmic axis, which has no zero. */
const FLOOR_MILLIS = 0.01;

/** The space beside the plotting area, equal for all charts so that their time axes match. */
const LEFT = 60;
const RIGHT = 16;

const HEIGHTS = { '': 250, small: 190, low: 96 };

class Plot {
  #plot;
  #seconds = [];
  #lines;
  #container;
  #span = [0, 1];
  #selection = null;
  #onSelect;

  /** onSelect: receives the start and end in epoch seconds of a period that the user chose by dragging */
  constructor(id, lines, millis, onSelect = null) {
    this.#lines = lines;
    this.#container = $(id);
    this.#onSelect = onSelect;
    this.millis = millis;
    this.draw();
    new ResizeObserver(() => {
      this.#plot.setSize(this.#size());
      this.#mark();
    }).observe(this.#container);
  }

  /** Creates the chart without data. */
  draw() {
    this.#seconds = [];
    this.#plot?.destroy();
    const axis = { stroke: colour('quiet'), grid: { stroke: colour('grid'), width: 1 }, ticks: { show: false } };
    this.#plot = new uPlot({
      ...this.#size(),
      padding: [8, RIGHT, 0, 0],
      cursor: { points: { size: 6 }, sync: { key: 'pool' }, drag: { x: Boolean(this.#onSelect), y: false, setScale: false, dist: 4 } },
      select: { show: Boolean(this.#onSelect) },
      hooks: { setSelect: [(u) => this.#selected(u)] },
      legend: { live: true, markers: this.#markers() },
      scales: {
        x: { range: () => this.#span },
        y: this.millis
          ? { distr: 3, range: (u, min, max) => [FLOOR_MILLIS, Math.max(10, (max || 1) * 1.5)] }
          : { range: (u, min, max) => [0, Math.max(1, max || 1) * 1.08] },
      },
      axes: [
        { ...axis, size: 34, gap: 9, space: 90, values: (u, ticks) => ticks.map((tick) => clock(tick * 1000)) },
        { ...axis, size: LEFT, ...(this.millis ? { filter: powersOfTen, grid: { ...axis.grid, filter: powersOfTen } } : {}), values: (u, ticks) => ticks.map((tick) => this.#formatTick(tick)) },
      ],
      series: [
        { label: 'Time', value: (u, time) => (time === null ? '–' : clock(time * 1000)) },
        ...this.#lines.map((line) => ({
          label: line.label,
          stroke: colour(line.colour),
          width: line.width,
          dash: line.dash,
          fill: line.from ? undefined : fillOf(line),
          paths: this.millis ? undefined : uPlot.paths.stepped({ align: -1 }), // Counts are integers.
          points: { show: false, filter: this.millis ? isolatedPoints : undefined, size: 5, fill: colour(line.colour) },
          spanGaps: false,
          value: (u, drawn, series, index) => this.#formatValue(this.#seconds[index]?.time ? line.value(this.#seconds[index]) : null),
        })),
      ],
      bands: this.#lines.flatMap((line, index) => (line.from ? [{ series: [index + 1, line.from], fill: fillOf(line) }] : [])),
    }, [[], ...this.#lines.map(() => [])], this.#container);
  }

  /** Shows a list of seconds, of which entries without a time are gaps, from and to a time in epoch seconds. */
  show(seconds, span) {
    this.#seconds = seconds;
    this.#span = span;
    this.#plot.setData([seconds.map((second) => second.at),
      ...this.#lines.map((line) => seconds.map((second) => this.#height(second, line)))]);
    this.#lines.forEach((line, index) => {
      if (line.hidesIfZero) {
        this.#plot.root.querySelectorAll('.u-legend .u-series')[index + 1].hidden = !seconds.some((second) => second.time && line.value(second));
      }
    });
    this.#mark();
  }

  /** Marks a period in epoch seconds; null for none. */
  select(selection) {
    this.#selection = selection;
    this.#mark();
  }

  #mark() {
    if (!this.#onSelect || this.dragging) return;
    const [left, right] = this.#selection
      ? this.#selection.map((at) => Math.min(this.#plot.over.clientWidth, Math.max(0, this.#plot.valToPos(at, 'x'))))
      : [0, 0];
    this.#plot.setSelect({ left, width: right - left, top: 0, height: this.#selection ? this.#plot.over.clientHeight : 0 }, false);
  }

  #selected(u) {
    if (u.select.width > 0) {
      this.#onSelect([u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x')]);
    }
  }

  #height(second, line) {
    if (!second.time) return null;
    const value = (line.at ?? line.value)(second);
    if (value === null || value === undefined) return null;
    return this.millis ? Math.max(value, FLOOR_MILLIS) : value;
  }

  /** Legend markers with the style of the lines and areas. */
  #markers() {
    const line = (series) => this.#lines[series - 1];
    return {
      show: true,
      width: 2,
      dash: (u, series) => (line(series).dash ? line(series).mark ?? 'dashed' : 'solid'),
      stroke: (u, series) => colour(line(series).colour),
      fill: (u, series) => {
        const { colour: name, fill, hatched, solid } = line(series);
        if (hatched) return `repeating-linear-gradient(135deg, ${colour(name)} 0 2px, transparent 2px 5px)`;
        if (solid) return colour(name);
        return fill ? colour(`${name}-fill`) : 'transparent';
      },
    };
  }

  #formatTick(tick) {
    if (!this.millis) return Number.isInteger(tick) ? count(tick) : '';
    return tick === null ? '' : duration(tick);
  }

  #formatValue(value) {
    if (value === null || value === undefined) return '–';
    return this.millis ? duration(value) : count(value);
  }

  #size() {
    const size = Object.keys(HEIGHTS).find((name) => name && this.#container.classList.contains(name)) ?? '';
    return { width: Math.max(260, this.#container.clientWidth), height: HEIGHTS[size] };
  }
}

export class Charts extends EventTarget {
  #seconds = [];
  #activity = [];
  #reach = CAPACITY;
  #period = null;
  #drawing = false;
  #live;
  #times;

  /** Dispatches `period` with [from, to] in epoch seconds when the user chooses a period on a chart. */
  constructor() {
    super();
    const choose = (period) => this.dispatchEvent(new CustomEvent('period', { detail: period }));
    this.full = new Plot('plot-full', FULL, false, choose);
    this.waiting = new Plot('plot-waiting', WAITING, false, choose);
    this.activity = new Plot('plot-activity', ACTIVITY, false, choose);
    this.#live = [this.full, this.waiting, this.activity];
    this.#times = [new Plot('plot-wait', WAIT, true, choose), new Plot('plot-use', USE, true, choose)];
    this.choose = choose;
    $('reach').append(...REACHES.map(([seconds, label]) => el('button', {
      type: 'button',
      'aria-pressed': String(seconds === this.#reach),
      onclick: (click) => this.#setReach(seconds, click.currentTarget),
    }, label)));
  }

  history(seconds) {
    this.#seconds = seconds.map(timed);
    this.#draw();
  }

  second(second) {
    const added = timed(second);
    if (this.#seconds.length && added.at <= this.#seconds[this.#seconds.length - 1].at) return;
    this.#seconds.push(added);
    if (this.#seconds.length > CAPACITY) this.#seconds.shift();
    this.#draw();
  }

  /** Adds the samples of sessions; returns the time of the last one, from which the next ones are needed. */
  sessions(seconds) {
    const known = this.#activity[this.#activity.length - 1]?.at ?? 0;
    this.#activity.push(...seconds.map(timed).filter((second) => second.at > known));
    this.#activity = this.#activity.slice(-CAPACITY);
    this.#draw();
    return this.#activity[this.#activity.length - 1]?.time ?? null;
  }

  /** Shows a period, in epoch seconds, in all charts below the first three, and marks it in those; null: now. */
  show(period) {
    this.#period = period;
    this.#draw();
  }

  /** Redraws after a change of colours. */
  redraw() {
    [...this.#live, ...this.#times].forEach((plot) => plot.draw());
    this.#draw();
  }

  #setReach(seconds, button) {
    this.#reach = seconds;
    for (const other of button.parentElement.children) other.setAttribute('aria-pressed', String(other === button));
    this.#draw();
  }

  /** Draws at most once per frame. */
  #draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      const last = this.#seconds[this.#seconds.length - 1];
      if (last) this.#drawUntil(last);
    });
  }

  #drawUntil(last) {
    const span = [last.at - Math.min(this.#reach, Math.max(MIN_SPAN, last.at - this.#seconds[0].at)), last.at];
    const shown = this.#seconds.filter((second) => second.at > span[0]);
    const sessions = this.#activity.filter((second) => second.at > span[0]);
    const [from, to] = this.#period ?? span;
    const chosen = this.#seconds.filter((second) => second.at >= from && second.at <= to);
    this.full.show(insertGaps(shown), span);
    this.waiting.show(insertGaps(shown), span);
    this.activity.show(insertGaps(sessions), span);
    this.#times.forEach((plot) => plot.show(insertGaps(chosen), [from, to]));
    this.#live.forEach((plot) => plot.select(this.#period));
    this.#bands(sessions, span);
    this.#describe(shown, sessions, chosen, last);
  }

  /** The sessions that blocked connections, as bands under the chart: a lane for each, the worst first. */
  #bands(sessions, [start, end]) {
    const shown = JSON.stringify([start, sessions.filter((second) => second.blockers.length).map((s) => [s.at, s.blockers.map(({ name, waiting }) => [name, waiting])])]);
    if (shown === this.#bandsShown) return;
    this.#bandsShown = shown;
    const lanes = new Map();
    const gap = Math.max(gapOf(sessions), (end - start) / 100); // Shorter gaps are not visible.
    for (const { at, blockers } of sessions) {
      for (const { name, waiting } of blockers) {
        const bands = lanes.get(name) ?? [];
        lanes.set(name, bands);
        const last = bands[bands.length - 1];
        if (last && at - last.to <= gap) Object.assign(last, { to: at, most: Math.max(last.most, waiting) });
        else bands.push({ from: at - 1, to: at, most: waiting });
      }
    }
    const weight = (bands) => bands.reduce((sum, band) => sum + (band.to - band.from) * band.most, 0);
    const worst = [...lanes].sort(([, one], [, other]) => weight(other) - weight(one));
    const share = (at) => (Math.min(end, Math.max(start, at)) - start) / (end - start);
    const focused = $('bands').contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    $('bands').replaceChildren(...worst.slice(0, MAX_LANES).map(([name, bands]) => el('li', {}, bands.map((band, index) => {
      const text = `${name} blocks ${band.most}`;
      const button = el('button', {
        type: 'button',
        class: `band ${labelPlace(share(band.from), share(band.to))}`,
        'data-key': `${name} ${band.from}`,
        title: `${text}, ${clock(band.from * 1000)} to ${clock(band.to * 1000)}`,
        'aria-label': `${text} at most, from ${clock(band.from * 1000)} to ${clock(band.to * 1000)}: show this period`,
        onclick: () => this.choose([band.from, band.to + 1]),
      }, el('span', {}, index === 0 ? text : ''));
      button.style.insetInlineStart = `${100 * share(band.from)}%`;
      button.style.inlineSize = `max(4px, ${100 * (share(band.to) - share(band.from))}%)`;
      return button;
    }))), ...(worst.length > MAX_LANES ? [el('li', { class: 'quiet' }, `and ${worst.length - MAX_LANES} more blocking sessions`)] : []));
    if (focused) $('bands').querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  #bandsShown = '';

  #describe(shown, sessions, chosen, last) {
    const maxOf = (seconds, value) => seconds.reduce((highest, second) => Math.max(highest, value(second) || 0), 0);
    const span = REACHES.find(([seconds]) => seconds === this.#reach)[1];
    const full = `Last ${span}: maximum ${maxOf(shown, (s) => s.peakCheckedOut ?? s.checkedOut)} of `
      + `${last.poolSize + last.maxOverflow} in use, maximum ${count(maxOf(shown, (s) => s.waiting))} waiting, `
      + `${count(shown.reduce((sum, s) => sum + (s.refused || 0), 0))} refused.`;
    const average = (field) => sessions.reduce((sum, s) => sum + s[field], 0) / Math.max(1, sessions.length);
    const classes = CLASSES.map(([label, field]) => [label, average(field)]).filter(([, mean]) => mean >= 0.05)
      .sort(([, one], [, other]) => other - one).map(([label, mean]) => `${count(mean)} ${label}`);
    const unanswered = sessions.filter((second) => !second.answered).length;
    setText($('plot-full-text'), full);
    setText($('plot-waiting-text'), `Maximum ${count(maxOf(shown, (s) => s.waiting))} waiting callers.`);
    setText($('plot-activity-text'), `Average in use by wait class: ${classes.join(', ') || 'none'}.${
      unanswered ? ` PostgreSQL did not answer in ${count(unanswered)} seconds.` : ''}`);
    const oldest = (field) => `Maximum p99: ${duration(maxOf(chosen, (s) => s[`${field}P99Millis`]))}. Longest: ${
      duration(maxOf(chosen, (s) => s[field === 'wait' ? 'oldestWaitMillis' : 'oldestUseMillis']))}. Logarithmic scale.`;
    setText($('plot-wait-text'), oldest('wait'));
    setText($('plot-use-text'), oldest('use'));
  }
}

const MAX_LANES = 5;

/** The time axis of a server that has just started. */
const MIN_SPAN = 60;

/** Where the label of a band has room: inside, else on the side with more space. */
function labelPlace(from, to) {
  if (to - from > 0.4) return 'inside';
  return from > 1 - to ? 'before' : 'after';
}

/** A second with its time in epoch seconds. */
const timed = (second) => ({ ...second, at: Date.parse(second.time) / 1000 });

/** Keeps only the powers of ten of a logarithmic axis's ticks. */
function powersOfTen(u, ticks) {
  return ticks.map((tick) => (Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9 ? tick : null));
}

/** The indexes of values without neighbours, which no line would show. */
function isolatedPoints(u, series) {
  const none = (value) => value === null || value === undefined;
  return u.data[series].flatMap((value, at, all) => (!none(value) && none(all[at - 1]) && none(all[at + 1]) ? [at] : []));
}

/** The fill of an area: the colour of its line, faint unless it is solid, or stripes if it overlaps another area. */
function fillOf(line) {
  if (line.hatched) return stripes(colour(line.colour));
  if (line.solid) return colour(line.colour);
  return line.fill ? colour(`${line.colour}-fill`) : undefined;
}

function stripes(ink) {
  const tile = el('canvas', { width: 8, height: 8 });
  const pen = tile.getContext('2d');
  pen.strokeStyle = ink;
  pen.lineWidth = 1.5;
  for (const start of [-8, 0, 8]) {
    pen.moveTo(start - 1, 9);
    pen.lineTo(start + 9, -1);
  }
  pen.stroke();
  return pen.createPattern(tile, 'repeat');
}

/** The distance of two samples from which the samples between them are missing: the interval can be longer than 1 s. */
function gapOf(seconds) {
  const distances = seconds.slice(-30).map((second, index, all) => (index ? second.at - all[index - 1].at : 0)).sort((one, other) => one - other);
  return Math.max(3, 2.5 * (distances[Math.floor(distances.length / 2)] ?? 0));
}

/** Inserts an empty entry where seconds are missing, so that the line breaks. */
function insertGaps(seconds) {
  const filled = [];
  const gap = gapOf(seconds);
  for (const second of seconds) {
    const before = filled[filled.length - 1];
    if (before && second.at - before.at > gap) filled.push({ at: before.at + 1 });
    filled.push(second);
  }
  return filled;
}
