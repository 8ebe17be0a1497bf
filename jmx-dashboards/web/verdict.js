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
  #gone = false;
  #situation = 'WELL';

  /** control: creates the button for the action of a step, if this operator may use it */
  constructor(control) {
    this.control = control;
  }

  show(diagnosis) {
    this.sentence(diagnosis.situation, diagnosis.sentence);
    const steps = JSON.stringify([diagnosis.steps, this.control.may]);
    if (steps !== this.#steps) {
      this.#steps = steps;
      $('steps').replaceChildren(...diagnosis.steps.map((step) =>
        el('li', {}, step.what, step.command ? command(step.command) : null, this.control.step(step))));
    }
    const blind = JSON.stringify(diagnosis.blindSpots);
    if (blind !== this.#blind) {
      this.#blind = blind;
      $('blind').replaceChildren(...diagnosis.blindSpots.map((spot) => el('li', {}, spot)));
    }
  }

  sentence(situation, sentence) {
    this.#situation = situation;
    const [look, shape] = LOOKS[situation] ?? ['fair', '▲'];
    const words = situation.toLowerCase().replaceAll('_', ' ');
    $('well').dataset.look = look;
    if (!this.#gone) setText($('situation'), `${shape} ${words}`);
    if (sentence !== this.#sentence) {
      this.#sentence = sentence;
      $('sentence').replaceChildren(...sentence.split(INCIDENT).map((part, i) => (i % 2
        ? el('a', { href: `/incidents/${part}`, target: '_blank', rel: 'noopener' }, part) : part)));
    }
    if (!this.#gone) document.title = `${shape} ${words} · auth pool`;
  }

  /** The situation of the last diagnosis. */
  get situation() {
    return this.#situation;
  }

  /** Marks the situation as outdated while the server does not answer. */
  gone(gone) {
    if (gone === this.#gone) return;
    this.#gone = gone;
    $('well').classList.toggle('gone', gone);
    if (gone) {
      document.title = '✕ no answer · auth pool';
      setText($('situation'), `✕ no answer; last known: ${$('situation').textContent.replace(/^\S+ /, '')}`);
    } else if (this.#sentence) {
      this.sentence(this.#situation, this.#sentence);
    }
  }
}
