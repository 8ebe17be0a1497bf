// The three plots, all over the same fifteen minutes. Lines differ in dash and weight, not only in colour.

import { $, el, say } from './dom.js';
import { clock, count, duration } from './format.js';

const CAPACITY = 900;
const REACHES = [[60, '1 min'], [300, '5 min'], [900, '15 min']];

/** Colours are the page's own, so that light and dark have theirs. */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const FULL = [
  { label: 'checked out', value: (s) => s.checkedOut, colour: 'out', width: 2.5, fill: true },
  { label: 'open', value: (s) => s.totalConnections, colour: 'open', width: 1.5, dash: [6, 3] },
  { label: 'waiting', value: (s) => s.waiting, colour: 'waiting', width: 2, scale: 'waiting' },
  { label: 'pool_size', value: (s) => s.poolSize, colour: 'limit', width: 1, dash: [2, 4] },
  { label: 'maximum', value: (s) => s.poolSize + s.maxOverflow, colour: 'limit', width: 1.5, dash: [10, 4] },
];
const WAIT = [
  { label: 'p50', value: (s) => s.waitP50Millis, colour: 'open', width: 1.5 },
  { label: 'p99', value: (s) => s.waitP99Millis, colour: 'out', width: 2 },
  { label: 'oldest now', value: (s) => s.oldestWaitMillis || null, colour: 'waiting', width: 2, dash: [4, 3] },
];
const USE = [
  { label: 'p50', value: (s) => s.useP50Millis, colour: 'open', width: 1.5 },
  { label: 'p99', value: (s) => s.useP99Millis, colour: 'out', width: 2 },
];

/** Millisecond values live over many powers of ten, and zero is none of them. */
const FLOOR_MILLIS = 0.01;

class Plot {
  #plot;
  #lines;
  #place;

  constructor(id, lines, millis) {
    this.#lines = lines;
    this.#place = $(id);
    this.millis = millis;
    this.draw([[], ...lines.map(() => [])]);
    new ResizeObserver(() => this.#plot.setSize(this.#size())).observe(this.#place);
  }

  draw(data) {
    this.#plot?.destroy();
    const axis = { stroke: colour('quiet'), grid: { stroke: colour('grid'), width: 1 }, ticks: { show: false } };
    const second = this.#lines.some((line) => line.scale);
    this.#plot = new uPlot({
      ...this.#size(),
      cursor: { points: { size: 6 }, sync: { key: 'pool' } },
      legend: { live: true },
      scales: this.millis
        ? { y: { distr: 3, range: (u, least, most) => [FLOOR_MILLIS, Math.max(10, (most || 1) * 1.5)] } }
        : { y: { range: (u, least, most) => [0, Math.max(1, most || 1) * 1.08] },
            waiting: { range: (u, least, most) => [0, Math.max(5, most || 0) * 1.08] } },
      axes: [
        { ...axis, space: 90, values: (u, ticks) => ticks.map((tick) => clock(tick * 1000)) },
        { ...axis, size: 60, ...(this.millis ? { filter: powersOfTen, grid: { ...axis.grid, filter: powersOfTen } } : {}), values: (u, ticks) => ticks.map((tick) => this.#written(tick)) },
        ...(second ? [{ ...axis, side: 1, scale: 'waiting', grid: { show: false }, stroke: colour('waiting'),
          values: (u, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? count(tick) : '')) }] : []),
      ],
      series: [
        { value: (u, time) => (time === null ? '–' : clock(time * 1000)) },
        ...this.#lines.map((line) => ({
          label: line.label,
          scale: line.scale ?? 'y',
          stroke: colour(line.colour),
          width: line.width,
          dash: line.dash,
          fill: line.fill ? colour('out-fill') : undefined,
          points: { show: false },
          spanGaps: false,
          value: (u, value) => (value === null || value === undefined ? '–' : this.#said(value)),
        })),
      ],
    }, data, this.#place);
  }

  show(seconds, columns) {
    this.#plot.setData([seconds, ...columns]);
  }

  #written(tick) {
    if (!this.millis) return Number.isInteger(tick) ? String(tick) : '';
    return tick === null ? '' : duration(tick);
  }

  #said(value) {
    return this.millis ? duration(value) : count(value);
  }

  #size() {
    return { width: Math.max(280, this.#place.clientWidth), height: this.#place.classList.contains('small') ? 190 : 280 };
  }
}

export class Charts {
  #seconds = [];
  #reach = 300;
  #plots;

  constructor() {
    this.#plots = [
      [new Plot('plot-full', FULL, false), FULL],
      [new Plot('plot-wait', WAIT, true), WAIT],
      [new Plot('plot-use', USE, true), USE],
    ];
    $('reach').append(...REACHES.map(([seconds, label]) => el('button', {
      type: 'button',
      'aria-pressed': String(seconds === this.#reach),
      onclick: (click) => this.#setReach(seconds, click.currentTarget),
    }, label)));
  }

  history(seconds) {
    this.#seconds = seconds.map((second) => ({ ...second, at: Date.parse(second.time) / 1000 }));
    this.#draw();
  }

  second(second) {
    const at = Date.parse(second.time) / 1000;
    if (this.#seconds.length && at <= this.#seconds[this.#seconds.length - 1].at) return;
    this.#seconds.push({ ...second, at });
    if (this.#seconds.length > CAPACITY) this.#seconds.shift();
    this.#draw();
  }

  /** After the colours changed. */
  redraw() {
    this.#plots.forEach(([plot, lines]) => plot.draw([[], ...lines.map(() => [])]));
    this.#draw();
  }

  #setReach(seconds, button) {
    this.#reach = seconds;
    for (const other of button.parentElement.children) other.setAttribute('aria-pressed', String(other === button));
    this.#draw();
  }

  #draw() {
    const last = this.#seconds[this.#seconds.length - 1];
    if (!last) return;
    const shown = withGaps(this.#seconds.filter((second) => second.at > last.at - this.#reach));
    const times = shown.map((second) => second.at);
    for (const [plot, lines] of this.#plots) {
      plot.show(times, lines.map((line) => shown.map((second) => drawn(second, line, plot.millis))));
    }
    this.#tell(shown.filter((second) => second.time), last);
  }

  #tell(shown, last) {
    const most = (value) => shown.reduce((highest, second) => Math.max(highest, value(second) || 0), 0);
    const span = REACHES.find(([seconds]) => seconds === this.#reach)[1];
    say($('plot-full-text'), `In the last ${span}: at most ${most((s) => s.peakCheckedOut ?? s.checkedOut)} of `
      + `${last.poolSize + last.maxOverflow} out, at most ${count(most((s) => s.waiting))} waiting, `
      + `${count(shown.reduce((sum, s) => sum + (s.timeouts || 0) + (s.rejections || 0), 0))} turned away.`);
    say($('plot-wait-text'), `p99 was at most ${duration(most((s) => s.waitP99Millis))}. Powers of ten.`);
    say($('plot-use-text'), `p99 was at most ${duration(most((s) => s.useP99Millis))}. Powers of ten.`);
  }
}

/** Of the lines a logarithmic axis would have, the few that one can read. */
function powersOfTen(u, ticks) {
  return ticks.map((tick) => (Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9 ? tick : null));
}

function drawn(second, line, millis) {
  if (!second.time) return null;
  const value = line.value(second);
  if (value === null || value === undefined) return null;
  return millis ? Math.max(value, FLOOR_MILLIS) : value;
}

/** Where seconds are missing the line breaks, instead of claiming that it was straight. */
function withGaps(seconds) {
  const filled = [];
  for (const second of seconds) {
    const before = filled[filled.length - 1];
    if (before && second.at - before.at > 3) filled.push({ at: before.at + 1 });
    filled.push(second);
  }
  return filled;
}
