// The three charts of the last fifteen minutes. Lines differ in dash and weight, areas in lightness and hatching, not
// only in colour.

import { $, el, setText } from './dom.js';
import { clock, count, duration } from './format.js';

const CAPACITY = 900;
const REACHES = [[60, '1 min'], [300, '5 min'], [CAPACITY, '15 min']];

/** Reads a colour from the style sheet, which defines it for light and dark. */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/**
 * Utilisation as stacked areas: checked out, then idle, which sum up to the open connections; the part beyond pool_size
 * is hatched. `at` is the height of a line if it differs from its value, `from` the index of the line below its area.
 */
const FULL = [
  { label: 'checked out', value: (s) => s.checkedOut, colour: 'out', width: 1.25, fill: true },
  { label: 'idle', value: (s) => s.idle, at: (s) => s.totalConnections, from: 1, colour: 'open', width: 1, fill: true },
  { label: 'pool_size', value: (s) => s.poolSize, colour: 'limit', width: 1.5, dash: [3, 3], mark: 'dotted' },
  { label: 'overflow', value: (s) => s.overflow, at: (s) => s.poolSize + s.overflow, from: 3, colour: 'others', width: 0, hatched: true },
  { label: 'maximum', value: (s) => s.poolSize + s.maxOverflow, colour: 'limit', width: 2, dash: [10, 4] },
  { label: 'waiting', value: (s) => s.waiting, colour: 'waiting', width: 1.5, scale: 'waiting' },
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

/** Durations use a logarithmic axis, which has no zero. */
const FLOOR_MILLIS = 0.01;

class Plot {
  #plot;
  #seconds = [];
  #lines;
  #container;

  constructor(id, lines, millis) {
    this.#lines = lines;
    this.#container = $(id);
    this.millis = millis;
    this.draw();
    new ResizeObserver(() => this.#plot.setSize(this.#size())).observe(this.#container);
  }

  /** Creates the chart without data. */
  draw() {
    this.#seconds = [];
    this.#plot?.destroy();
    const axis = { stroke: colour('quiet'), grid: { stroke: colour('grid'), width: 1 }, ticks: { show: false } };
    const second = this.#lines.some((line) => line.scale);
    this.#plot = new uPlot({
      ...this.#size(),
      cursor: { points: { size: 6 }, sync: { key: 'pool' } },
      legend: { live: true, markers: this.#markers() },
      scales: this.millis
        ? { y: { distr: 3, range: (u, min, max) => [FLOOR_MILLIS, Math.max(10, (max || 1) * 1.5)] } }
        : { y: { range: (u, min, max) => [0, Math.max(1, max || 1) * 1.08] },
            waiting: { range: (u, min, max) => [0, Math.max(5, max || 0) * 1.08] } },
      axes: [
        { ...axis, size: 30, space: 90, values: (u, ticks) => ticks.map((tick) => clock(tick * 1000)) },
        { ...axis, size: 60, ...(this.millis ? { filter: powersOfTen, grid: { ...axis.grid, filter: powersOfTen } } : {}), values: (u, ticks) => ticks.map((tick) => this.#formatTick(tick)) },
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
          fill: fillOf(line),
          paths: this.millis ? undefined : uPlot.paths.stepped({ align: -1 }), // Counts are integers.
          points: { show: false, filter: this.millis ? isolatedPoints : undefined, size: 5, fill: colour(line.colour) },
          spanGaps: false,
          value: (u, drawn, series, index) => this.#formatValue(this.#seconds[index] && line.value(this.#seconds[index])),
        })),
      ],
      bands: this.#lines.flatMap((line, index) => (line.from ? [{ series: [index + 1, line.from], fill: fillOf(line) }] : [])),
    }, [[], ...this.#lines.map(() => [])], this.#container);
  }

  /** Shows a list of seconds; entries without a time are gaps. */
  show(seconds) {
    this.#seconds = seconds;
    this.#plot.setData([seconds.map((second) => second.at),
      ...this.#lines.map((line) => seconds.map((second) => this.#height(second, line)))]);
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
        const { colour: name, fill, hatched } = line(series);
        if (hatched) return `repeating-linear-gradient(135deg, ${colour(name)} 0 2px, transparent 2px 5px)`;
        return fill ? colour(`${name}-fill`) : 'transparent';
      },
    };
  }

  #formatTick(tick) {
    if (!this.millis) return Number.isInteger(tick) ? String(tick) : '';
    return tick === null ? '' : duration(tick);
  }

  #formatValue(value) {
    if (value === null || value === undefined) return '–';
    return this.millis ? duration(value) : count(value);
  }

  #size() {
    return { width: Math.max(280, this.#container.clientWidth), height: this.#container.classList.contains('small') ? 190 : 280 };
  }
}

export class Charts {
  #seconds = [];
  #reach = CAPACITY;
  #plots;

  constructor() {
    this.#plots = [
      new Plot('plot-full', FULL, false),
      new Plot('plot-wait', WAIT, true),
      new Plot('plot-use', USE, true),
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

  /** Redraws after a change of colours. */
  redraw() {
    this.#plots.forEach((plot) => plot.draw());
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
    const shown = insertGaps(this.#seconds.filter((second) => second.at > last.at - this.#reach));
    this.#plots.forEach((plot) => plot.show(shown));
    this.#describe(shown.filter((second) => second.time), last);
  }

  #describe(shown, last) {
    const max = (value) => shown.reduce((highest, second) => Math.max(highest, value(second) || 0), 0);
    const span = REACHES.find(([seconds]) => seconds === this.#reach)[1];
    setText($('plot-full-text'), `Last ${span}: maximum ${max((s) => s.peakCheckedOut ?? s.checkedOut)} of `
      + `${last.poolSize + last.maxOverflow} in use, maximum ${count(max((s) => s.waiting))} waiting, `
      + `${count(shown.reduce((sum, s) => sum + (s.refused || 0), 0))} refused.`);
    setText($('plot-wait-text'), `Maximum p99: ${duration(max((s) => s.waitP99Millis))}. Logarithmic scale.`);
    setText($('plot-use-text'), `Maximum p99: ${duration(max((s) => s.useP99Millis))}. Logarithmic scale.`);
  }
}

/** Keeps only the powers of ten of a logarithmic axis's ticks. */
function powersOfTen(u, ticks) {
  return ticks.map((tick) => (Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9 ? tick : null));
}

/** The indexes of values without neighbours, which no line would show. */
function isolatedPoints(u, series) {
  const none = (value) => value === null || value === undefined;
  return u.data[series].flatMap((value, at, all) => (!none(value) && none(all[at - 1]) && none(all[at + 1]) ? [at] : []));
}

/** The fill of an area: the faint colour of its line, or stripes if it overlaps another area. */
function fillOf(line) {
  if (line.hatched) return stripes(colour(line.colour));
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

/** Inserts an empty entry where seconds are missing, so that the line breaks. */
function insertGaps(seconds) {
  const filled = [];
  for (const second of seconds) {
    const before = filled[filled.length - 1];
    if (before && second.at - before.at > 3) filled.push({ at: before.at + 1 });
    filled.push(second);
  }
  return filled;
}
