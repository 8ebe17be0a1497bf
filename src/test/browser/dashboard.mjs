// Uses the dashboard as people do, in a real browser. Whoever started this makes the trouble when it is told to: a word
// on standard output asks for it, a line on standard input says that it is done. The first thing that is not as it
// should be ends it with exit code 1.
//
// node dashboard.mjs CHROMIUM PLAYWRIGHT ADMIN-URL DIRECTORY-FOR-SCREENSHOTS

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [chromiumPath, playwright, url, shots] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function please(word) {
  console.log(word);
  await lines.next();
}

const browser = await chromium.launch({
  executablePath: chromiumPath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
});

/** A page of one operator, whose console must stay empty. */
async function open(operator, viewport, path = '/dashboard') {
  const context = await browser.newContext({
    viewport,
    httpCredentials: { username: operator, password: `the password of ${operator}` },
  });
  const page = await context.newPage();
  const said = [];
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto(url + path);
  return { page, said, context };
}

/** A source of data where pushing never works; this test is its clock and its server, which answers when it likes. */
function pollWithSlowAnswers() {
  return import('/dashboard/source.js').then(async ({ Source }) => {
    const seen = { asked: 0, streams: 0, seconds: 0 };
    const beats = [];
    const answers = [];
    const settle = () => new Promise((resolve) => { setTimeout(resolve); });
    window.setInterval = (beat) => beats.push(beat);
    window.EventSource = class {
      static CLOSED = 2;
      readyState = 2;
      constructor() { seen.streams += 1; }
      addEventListener(kind, told) { if (kind === 'error') queueMicrotask(told); }
      close() {}
    };
    window.fetch = (path) => new Promise((resolve) => {
      if (path !== '/pool/now') return;
      seen.asked += 1;
      answers.push(() => resolve({ ok: true, json: async () => ({}) }));
    });
    const source = new Source();
    source.addEventListener('second', () => { seen.seconds += 1; });
    source.start();
    await settle();
    const asks = beats[beats.length - 1];
    for (let round = 0; round < 30; round += 1) asks();
    source.paused = true;
    answers.forEach((answer) => answer());
    await settle();
    return seen;
  });
}

const text = (page, id) => page.locator(`#${id}`).innerText();
async function until(what, holds) {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `not seen within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

try {
  const { page, said } = await open('alice', { width: 1400, height: 1200 });
  await until('a pool that is well', async () => (await text(page, 'sentence')).startsWith('Well'));
  await until('that it is live', async () => (await text(page, 'live')).includes('live'));
  await until('fifteen minutes or what there is of them', async () => /at most \d+ of 3 out/.test(await text(page, 'plot-full-text')));
  assert.equal(await page.locator('#plot-full canvas').count(), 1);
  await until('the advice on its size', async () => (await text(page, 'advice')).includes('nothing can be told of that'));
  const written = await page.evaluate(async () => {
    const { duration } = await import('/dashboard/format.js');
    return [0, 0.9996, 9.96, 999.6, 59_949, 59_960, 119_600, 3_599_600, 7_199_000].map(duration);
  });
  assert.deepEqual(written, ['0', '1.0 ms', '10 ms', '1.0 s', '59.9 s', '1 min 0 s', '2 min 0 s', '1 h 0 min', '2 h 0 min']);
  await page.screenshot({ path: `${shots}/at-rest.png`, fullPage: true });

  await please('EXHAUST');
  await until('the sentence', async () => (await text(page, 'sentence')).includes('wait for a lock on auth_group'));
  await until('its situation', async () => /EXHAUSTED/i.test(await text(page, 'situation')));
  await until('who holds what', async () => (await page.locator('#holders-table tr.trouble').count()) === 3);
  await until('the plot', async () => /at most 3 of 3 out/.test(await text(page, 'plot-full-text')));
  await until('an incident', async () => (await page.locator('#incidents a').count()) > 0);
  await until('what happened', async () => (await text(page, 'events-table')).includes('timeout'));
  await page.screenshot({ path: `${shots}/in-trouble.png`, fullPage: true });

  const [incident] = await Promise.all([page.waitForEvent('popup'), page.locator('#incidents a').first().click()]);
  await incident.waitForLoadState();
  assert.match(await incident.content(), /auth_group/);
  await incident.close();

  await page.locator('#holders-table th button', { hasText: 'Connection' }).click();
  assert.equal(await page.locator('#holders-table th[aria-sort]').innerText().then((title) => title.split(' ')[0]), 'Connection');

  await page.locator('#settings input[name=maxOverflow]').fill('3');
  await page.locator('#settings button').click();
  await page.locator('#confirm-yes').click();
  await until('that it is done', async () => (await text(page, 'control-said')).startsWith('Done'));
  await until('the new maximum', async () => /of 5/.test(await text(page, 'tile-out')));

  await please('RELIEVE');
  await until('that it is well again', async () => (await text(page, 'sentence')).startsWith('Well'));
  assert.deepEqual(said, [], 'the console is empty');

  const bare = await open('alice', { width: 400, height: 400 }, '/health');
  assert.deepEqual(await bare.page.evaluate(pollWithSlowAnswers), { asked: 1, streams: 1, seconds: 0 });

  const monitor = await open('bob', { width: 390, height: 800 });
  await until('whom it is shown to', async () => (await text(monitor.page, 'operator')).includes('bob'));
  assert.ok(await monitor.page.locator('#settings button').isDisabled());
  assert.ok(await monitor.page.locator('#events-dropped').isHidden(), 'nothing was missed');
  await monitor.page.route('**/events', async (route) => {
    const now = await (await route.fetch({ url: `${url}/pool/now` })).json();
    await route.fulfill({ contentType: 'text/event-stream', body: `event: pool\ndata: ${JSON.stringify({ ...now, dropped: 1234 })}\n\n` });
  });
  await monitor.page.reload();
  await until('how many events were missed', async () => (await text(monitor.page, 'events-dropped')).startsWith('1,234 more'));
  const refused = await monitor.page.evaluate(async () => (await fetch('/settings', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"poolSize": 9}',
  })).status);
  assert.equal(refused, 403);
  assert.ok(await monitor.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'fits a phone');
  await monitor.page.screenshot({ path: `${shots}/on-a-phone.png`, fullPage: true });
  console.log('WELL');
} catch (failure) {
  console.log(failure.stack);
  process.exitCode = 1;
} finally {
  await browser.close();
  process.stdin.destroy();
}
