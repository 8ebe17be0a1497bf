// The sentence of the diagnosis and its recommendations.

import { $, command, el, setText } from './dom.js';

// A shape for each situation, for users who cannot distinguish the colours.
const LOOKS = {
  WELL: ['good', '●'],
  RECOVERING: ['fair', '◑'],
  FAILING: ['bad', '■'],
  OPENING: ['fair', '◐'],
  SATURATED: ['fair', '▲'],
  NOISY_TENANT: ['fair', '▲'],
  TROUBLED: ['fair', '▲'],
  SUSPENDED: ['fair', '❚❚'],
  NOT_PREPARED: ['fair', '◐'],
  BLOCKED: ['bad', '■'],
  EXHAUSTED: ['bad', '■'],
  STALLED: ['bad', '■'],
  REFUSED: ['bad', '■'],
  NO_PRIMARY: ['bad', '✕'],
  DATABASE_DOWN: ['bad', '✕'],
};

const INCIDENT = /(\d{8}-\d{6}-\d{3}[a-z])/;

export class VerdictPanel {
  #steps = '';
  #blind = '';
  #sentence = '';

  show(diagnosis) {
    this.sentence(diagnosis.situation, diagnosis.sentence);
    const steps = JSON.stringify(diagnosis.steps);
    if (steps !== this.#steps) {
      this.#steps = steps;
      $('steps').replaceChildren(...diagnosis.steps.map((step) =>
        el('li', {}, step.what, step.command ? command(step.command) : null)));
    }
    const blind = JSON.stringify(diagnosis.blindSpots);
    if (blind !== this.#blind) {
      this.#blind = blind;
      $('blind').replaceChildren(...diagnosis.blindSpots.map((spot) => el('li', {}, spot)));
    }
  }

  sentence(situation, sentence) {
    const [look, shape] = LOOKS[situation] ?? ['fair', '▲'];
    const words = situation.toLowerCase().replaceAll('_', ' ');
    $('well').dataset.look = look;
    setText($('situation'), `${shape} ${words}`);
    if (sentence !== this.#sentence) {
      this.#sentence = sentence;
      $('sentence').replaceChildren(...sentence.split(INCIDENT).map((part, i) => (i % 2
        ? el('a', { href: `/incidents/${part}`, target: '_blank', rel: 'noopener' }, part) : part)));
    }
    document.title = `${shape} ${words} · auth pool`;
  }
}
