// Tests the dashboard in a real browser. The calling test causes the faults: this script requests each by a word on
// standard output and waits for a line on standard input. The first failure ends it with exit code 1.
//
// node dashboard.mjs CHROMIUM PLAYWRIGHT ADMIN-URL DIRECTORY-FOR-SCREENSHOTS

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [chromiumPath, playwright, url, shots] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function requestFault(word) {
  console.log(word);
  await lines.next();
}

const browser = await chromium.launch({
  executablePath: chromiumPath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
});

/** Records each field that the page reads from the server's JSON and that does not exist. */
function recordMissingFields() {
  const missing = new Set();
  const ofTheLanguage = ['toJSON', 'then'];
  const ofThePage = ['class', 'key', 'first', 'detail'];
  const notAlways = ['outcome'];
  const allowed = new Set([...ofTheLanguage, ...ofThePage, ...notAlways]);
  const noting = (value, place) => (value === null || typeof value !== 'object' ? value : new Proxy(value, {
    get(target, name) {
      if (typeof name !== 'string') return Reflect.get(target, name);
      const path = Array.isArray(target) ? `${place}[]` : `${place} ${name}`;
      if (!Array.isArray(target) && !(name in target) && !allowed.has(name)) missing.add(path);
      return noting(Reflect.get(target, name), path);
    },
  }));
  const { json } = Response.prototype;
  Response.prototype.json = async function noted() { return noting(await json.call(this), this.url.split('?')[0]); };
  const { parse } = JSON;
  JSON.parse = (text) => noting(parse(text), '/events');
  window.missing = missing;
}

/** Opens a page as an operator; its console must stay empty. */
async function open(operator, viewport, path = '/dashboard', prepare = () => {}) {
  const context = await browser.newContext({
    viewport,
    httpCredentials: { username: operator, password: `the password of ${operator}` },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const consoleLines = [];
  page.on('console', (message) => consoleLines.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => consoleLines.push(String(error)));
  // Swagger UI also reads fields that a description may have.
  if (path !== '/dashboard/api.html') await page.addInitScript(recordMissingFields);
  await prepare(page);
  await page.goto(url + path);
  return { page, consoleLines, context };
}

/** Runs a Source whose event stream never works; the test controls its timers and its delayed responses. */
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
      addEventListener(kind, listener) { if (kind === 'error') queueMicrotask(listener); }
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
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `not within 60 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The cells of a table's row, by default of the first one, by heading. */
const row = (page, id, which = 'tbody tr:first-child') => page.locator(`#${id}`).evaluate((table, selector) => {
  const cells = table.querySelector(selector)?.children ?? [];
  return Object.fromEntries([...table.querySelectorAll(':scope > thead th')].map((title, column) =>
    [title.textContent, cells[column]?.innerText.trim().replace(/^[▸▾]\s*/, '')]));
}, which);

/** Checks every column of a table's row. */
async function assertRow(page, id, expected, which) {
  const found = await row(page, id, which);
  assert.deepEqual(Object.keys(found), Object.keys(expected), id);
  for (const [title, pattern] of Object.entries(expected)) {
    assert.match(found[title] ?? '', pattern, `${title} of ${id}: ${JSON.stringify(found)}`);
  }
}

/** The viewer shows every operation of the description, in both themes, and breaks no rule of the page's policy. */
async function assertApiDescription(path) {
  const { page, consoleLines, context } = await open('bob', { width: 1200, height: 1000 }, path);
  const operations = await page.evaluate(async () => {
    const description = await (await fetch('/dashboard/openapi.json')).json();
    return Object.values(description.paths).flatMap((methods) => Object.keys(methods)).length;
  });
  await until('every operation', async () => (await page.locator('.opblock').count()) === operations);
  assert.ok(operations > 25);
  await page.locator('#operations-roles-createRole button.opblock-summary-control').click();
  await until('the responses of an operation', async () =>
    (await page.locator('#operations-roles-createRole .responses-table').innerText()).includes('X-Request-ID'));
  assert.equal(await page.locator('.try-out, .authorize, .authorization__btn').count(), 0, 'the page sends no requests');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.screenshot({ path: `${shots}/api-light.png` });
  await page.emulateMedia({ colorScheme: 'dark' });
  await until('a dark page', async () => (await page.evaluate(() =>
    getComputedStyle(document.documentElement).colorScheme)) === 'dark');
  await page.screenshot({ path: `${shots}/api-dark.png` });
  assert.deepEqual(consoleLines, []);
  await context.close();
}

const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

async function assertNothingMissing(page) {
  assert.deepEqual(await page.evaluate(() => [...window.missing]), [], 'the page reads only existing fields');
}

try {
  const { page, consoleLines } = await open('alice', { width: 1400, height: 1200 });
  await until('a healthy pool', async () => (await text(page, 'sentence')).startsWith('Well'));
  await until('live mode', async () => (await text(page, 'live')).includes('live'));
  await until('the chart of the history', async () => /maximum \d+ of 3 in use/.test(await text(page, 'plot-full-text')));
  assert.equal(await page.locator('#plot-full canvas').count(), 1);
  await until('the sizing advice', async () => (await text(page, 'advice')).includes('in the last minute: too few'));
  const written = await page.evaluate(async () => {
    const { duration } = await import('/dashboard/format.js');
    return [0, 0.9996, 9.96, 999.6, 59_949, 59_960, 119_600, 3_599_600, 7_199_000].map(duration);
  });
  assert.deepEqual(written, ['0', '1.0 ms', '10 ms', '1.0 s', '59.9 s', '1 min 0 s', '2 min 0 s', '1 h 0 min', '2 h 0 min']);
  assert.equal(await page.locator('#reach [aria-pressed=true]').innerText(), '15 min');
  await until('the fleet with this process', async () => (await row(page, 'fleet-table')).Processes === '1');
  await assertRow(page, 'fleet-table', {
    Instance: /^test \(this one\)$/, Processes: /^1$/, Pool: /^2\+1$/, Maximum: /^4$/, Open: /^\d$/,
  });
  await until('the settings', () => page.evaluate(() => {
    const fields = [...document.querySelectorAll('#settings input')];
    return fields.length === 8 && fields.every((field) => field.value !== '');
  }));
  await page.screenshot({ path: `${shots}/at-rest.png`, fullPage: true });

  await assertApiDescription(await page.getByRole('link', { name: 'API', exact: true }).getAttribute('href'));

  await requestFault('EXHAUST');
  await until('the sentence', async () => (await text(page, 'sentence')).includes('wait for a lock on auth_group'));
  await until('the situation', async () => /EXHAUSTED/i.test(await text(page, 'situation')));
  await until('the connections in use', async () => (await row(page, 'holders-table', 'tr.trouble')).Verdict === '3 × LOCK WAIT');
  await until('the chart', async () => /maximum 3 of 3 in use/.test(await text(page, 'plot-full-text')));
  await until('an incident', async () => (await page.locator('#incidents a').count()) > 0);
  await until('the events', async () => (await text(page, 'events-table')).includes('timeout'));
  await assertRow(page, 'holders-table', {
    'In use for': / s$/, Verdict: /^BLOCKER$/, Why: /^colleague blocks 3 connections$/, Route: /^$/, Callers: /^$/,
    Connection: /^$/, Pid: /^\d+$/, PostgreSQL: /^idle in transaction$/, 'Last SQL': /^lock table auth_group$/, Tenant: /^$/,
    Request: /^$/, Actions: /^Terminate pid \d+$/,
  });
  await assertRow(page, 'holders-table', {
    'In use for': / s$/, Verdict: /^3 × LOCK WAIT$/, Why: /auth_group/, Route: /^POST \/api\/role\/\{role\}$/, Callers: /^3$/,
    Connection: /^\d+, \d+, \d+$/, Pid: /^\d+, \d+, \d+$/, PostgreSQL: /^active, waits for Lock\/relation$/, 'Last SQL': /^roles\./,
    Tenant: /^[\w-]{12}$/, Request: /^3 requests$/, Actions: /^$/,
  }, 'tr.trouble');
  await page.locator('#holders-table tr.trouble .expand').click();
  await until('the three connections and the lines of their statement', async () =>
    /auth_group[^]*\n/.test(await page.locator('#holders-table tr.detail code').first().innerText())
      && (await page.locator('#holders-table tr.detail .remedy', { hasText: 'Cancel query' }).count()) === 3);
  const stacks = await page.locator('#holders-table tr.detail div:has(> pre)').allInnerTexts();
  assert.equal(new Set(stacks.map((stack) => stack.split('\n').slice(1).join('\n'))).size, stacks.length, 'identical stacks once');
  const blocker = (await row(page, 'holders-table')).Pid;
  await until('the button beside the step', async () =>
    (await page.locator('#steps li', { hasText: 'Terminate the session' }).locator('button.remedy').innerText()) === `Terminate pid ${blocker}`);
  await until('the advice on the size', async () => (await text(page, 'advice')).startsWith('No advice'));
  await until('active sessions', async () => /Average in use by wait class: .*Lock/.test(await text(page, 'plot-activity-text')));
  await until('the band of the blocker', async () =>
    (await text(page, 'bands')) === `pid ${blocker} (colleague) blocks 3`);
  await until('the failed requests', async () => Number((await row(page, 'requests-table'))['Errors since start']) > 0);
  await assertRow(page, 'requests-table', {
    Route: /^POST \/api\/role\/\{role\}$/, 'Requests/s': /^[\d.]+$/, 'Errors/s (5xx)': /^[\d.]+$/, 'Errors since start': /^\d+$/,
    '4xx/s': /^0$/, Median: / s$/, p99: / s$/, Max: / s$/, 'Requests since start': /^\d+$/,
  });
  await until('a running statement', async () => /^3, .* s$/.test((await row(page, 'statements-table'))['Running now']));
  assert.match(await text(page, 'plot-use-text'), /Longest: [\d.]+ s/);
  await until('the waiting callers', async () => (await row(page, 'waiters-table')).Waiting === '5');
  await assertRow(page, 'waiters-table', {
    Tenant: /^[\w-]{12}$/, Route: /^POST \/api\/role\/\{role\}$/, Waiting: /^\d$/, 'Waiting since': /^\d\d:\d\d:\d\d$/,
    'Longest wait: request': /^[0-9a-z]{8}-[0-9a-z]+$/, 'Next deadline': /^\d\d:\d\d:\d\d$/,
  });
  assert.match(await page.locator('#incidents a').first().innerText(), /^\d\d:\d\d:\d\d .*auth_group/s);
  await page.locator('#events-kind').selectOption({ label: 'faults' });
  await assertRow(page, 'events-table', {
    Time: /^\d\d:\d\d:\d\d$/, Event: /^timeout$/, Duration: / s$/, Connection: /^$/, Route: /^POST /,
    Request: /^[0-9a-z]{8}-[0-9a-z]+$/, Cause: /\w/,
  });
  assert.match(await text(page, 'tile-overflow'), /1 of 1/);
  await page.locator('#plot-full .u-over').hover();
  await until('the numbers at the cursor', () => page.evaluate(() =>
    [...document.querySelectorAll('#plot-full .u-value')].slice(1).every((value) => /^\d+$/.test(value.textContent))));
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${shots}/in-trouble.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: `${shots}/in-trouble-dark.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: 'light' });

  const monitor = await open('bob', { width: 390, height: 800 });
  await until('the sentence on a phone', async () => (await text(monitor.page, 'sentence')).includes('auth_group'));
  await until('the connections in use on a phone', async () => (await monitor.page.locator('#holders-table tr.trouble').count()) === 1);
  await monitor.page.screenshot({ path: `${shots}/in-trouble-on-a-phone.png`, fullPage: true });

  // A period, chosen by dragging, by a band and by its times
  const plot = await page.locator('#plot-activity .u-over').boundingBox();
  await page.locator('#reach button').first().click();
  await page.mouse.move(plot.x + plot.width * 0.5, plot.y + 40);
  await page.mouse.down();
  await page.mouse.move(plot.x + plot.width - 2, plot.y + 60, { steps: 4 });
  await page.mouse.up();
  await until('the sentence of the period', async () => (await text(page, 'period-sentence')).includes('wait for a lock on auth_group'));
  assert.match(await text(page, 'period-title'), /^\d\d:\d\d:\d\d to \d\d:\d\d:\d\d$/);
  await until('the parts of the period', async () => new RegExp(`pid ${blocker} \\(colleague\\), idle in transaction[^]*3 × POST`)
    .test(await text(page, 'period-parts')));
  assert.ok(await page.locator('#holders-table').isHidden(), 'everything below is for the period');
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${shots}/period.png`, fullPage: true });
  await page.keyboard.press('Escape');
  await until('now', () => page.locator('#holders-table').isVisible());
  await until('the band', async () => {
    await page.locator('#bands .band').first().click();
    return page.locator('#period').isVisible();
  });
  const [from, to] = [await page.locator('#period-from').inputValue(), await page.locator('#period-to').inputValue()];
  await page.locator('#period-now').click();
  await page.locator('#period-from').fill(from);
  await page.locator('#period-to').fill(to);
  await page.keyboard.press('Enter');
  await until('the period of the form', async () => (await text(page, 'period-title')) === `${from} to ${to}`);
  await page.locator('#period-now').click();
  for (const plotId of ['full', 'waiting', 'activity', 'wait', 'use']) {
    const described = await page.locator(`#plot-${plotId}`).getAttribute('aria-describedby');
    assert.notEqual(await text(page, described), '', `the text of the chart ${plotId}`);
  }

  const [incident] = await Promise.all([page.waitForEvent('popup'), page.locator('#incidents a').first().click()]);
  await incident.waitForLoadState();
  assert.match(await incident.content(), /auth_group/);
  await incident.close();

  await page.locator('#holders-table th button', { hasText: 'Connection' }).click();
  assert.equal(await page.locator('#holders-table th[aria-sort]').innerText().then((title) => title.split(' ')[0]), 'Connection');

  await page.locator('#settings input[name=maxOverflow]').fill('3');
  await page.locator('#settings input[name=reclaimLeaksAfterMillis]').fill('120000');
  await page.locator('#settings button').click();
  await page.locator('#confirm-yes').click();
  await until('confirmation of the change', async () => (await text(page, 'control-result')).startsWith('Done'));
  await until('the new maximum', async () => /of 5/.test(await text(page, 'tile-out')));
  const { settings } = await page.evaluate(async () => (await fetch('/pool')).json());
  assert.equal(settings.reclaimLeaksAfterMillis, 120_000);

  await requestFault('RELIEVE');
  await until('recovery with the number of refused callers', async () =>
    /^(Requests fail|Nothing has failed for ).*: \d+ requests? refused/.test(await text(page, 'sentence')));
  assert.notEqual(await page.locator('#well').getAttribute('data-look'), 'good', 'not green after a failure');
  await until('the outcomes', async () =>
    /^Callers since start: [\d,]+ served, \d+ timed out\.$/.test(await text(page, 'outcomes')));
  await until('no waiting caller', async () => (await row(page, 'waiters-table')).Tenant === 'No caller is waiting.');
  assert.match(await page.locator('#sentence a').first().getAttribute('href'), /^\/incidents\/\d{8}-/);
  await until('slow statements', async () => {
    const { Statement, 'Running now': running } = await row(page, 'statements-table');
    return Statement.startsWith('roles.') && running === '';
  });
  await assertRow(page, 'statements-table', {
    Statement: /^roles\./, 'Running now': /^$/, Route: /^POST \/api\/role\/\{role\}$/, Count: /^\d+$/, Mean: / s$/, p99: / s$/, Max: / s$/,
    'Timed out': /^0$/, Cancelled: /^0$/,
  });
  await until('an idle connection with its backend', async () => /^idle/.test((await row(page, 'idle-table')).PostgreSQL));
  await assertRow(page, 'idle-table', {
    Connection: /^\d+$/, Pid: /^\d+$/, State: /^idle$/, 'Open for': / m?s$/, Checkouts: /^[1-9]/, PostgreSQL: /^idle/,
    'Last SQL': /^roles\./,
  });

  // Events while the page is paused and while the event stream fails
  await page.locator('#pause').click();
  await until('paused mode', async () => (await text(page, 'live')).includes('paused'));
  const closed = (on) => on.locator('#events-table tr', { hasText: 'evicted' }).count();
  const polling = await open('alice', { width: 1400, height: 1200 }, '/dashboard',
    (on) => on.route(`${url}/events`, (route) => route.fulfill({ status: 503 })));
  await until('polling mode', async () => (await text(polling.page, 'live')).includes('polling'));
  await until('this second', async () => /of 5/.test(await text(polling.page, 'tile-out')));
  assert.equal(await closed(polling.page), 0);
  await polling.page.evaluate(() => fetch('/actions/evictIdle', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}',
  }));
  await until('the events by polling', async () => (await closed(polling.page)) > 0);
  await assertNothingMissing(polling.page);
  await polling.context.close();
  await page.locator('#events-kind').selectOption({ label: 'connections' });
  assert.equal(await closed(page), 0);
  await page.locator('#pause').click();
  await until('the events of the pause', async () => (await closed(page)) > 0);
  assert.ok((await text(page, 'events-table')).includes('connect'), 'earlier events remain');

  // Keyboard and theme
  const before = await background(page);
  await page.locator('#theme').focus();
  await page.keyboard.press('Enter');
  assert.notEqual(await background(page), before);
  const other = await background(page);
  await page.reload();
  assert.equal(await background(page), other, 'the theme is stored');
  await until('the earlier failure', async () => (await text(page, 'sentence')).includes(' refused '));
  await until('the chart', async () => /maximum \d+ of 5 in use/.test(await text(page, 'plot-full-text')));
  await until('this second', async () => /of 5/.test(await text(page, 'tile-out')));
  await until('the slow statements', async () => (await text(page, 'statements-table')).includes('roles.'));
  await page.screenshot({ path: `${shots}/at-rest-dark.png`, fullPage: true });
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'holders');
  await page.locator('#statements-table th button').first().focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('#statements-table th').first().getAttribute('aria-sort'), 'ascending');
  await assertNothingMissing(page);
  assert.deepEqual(consoleLines, [], 'the console is empty');

  const bare = await open('alice', { width: 400, height: 400 }, '/health');
  assert.deepEqual(await bare.page.evaluate(pollWithSlowAnswers), { asked: 1, streams: 1, seconds: 0 });

  await until('the operator name', async () => (await text(monitor.page, 'operator')).includes('bob'));
  assert.ok(await monitor.page.locator('#settings button').isDisabled());
  assert.ok(await monitor.page.locator('#events-dropped').isHidden(), 'no events were dropped');
  await monitor.page.route('**/events', async (route) => {
    const now = await (await route.fetch({ url: `${url}/pool/now` })).json();
    await route.fulfill({ contentType: 'text/event-stream', body: `event: pool\ndata: ${JSON.stringify({ ...now, dropped: 1234 })}\n\n` });
  });
  await monitor.page.reload();
  await until('the number of dropped events', async () => (await text(monitor.page, 'events-dropped')).startsWith('1,234 more'));
  const refused = await monitor.page.evaluate(async () => (await fetch('/settings', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"poolSize": 9}',
  })).status);
  assert.equal(refused, 403);
  assert.ok(await monitor.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'fits a phone');
  await monitor.page.screenshot({ path: `${shots}/on-a-phone.png`, fullPage: true });
  await assertNothingMissing(monitor.page);
  await monitor.page.unrouteAll({ behavior: 'ignoreErrors' });
  await monitor.context.close();

  await requestFault('STOP');
  await until('the warning of outdated data', async () => (await text(page, 'stale')).includes('No data from the server for'));
  assert.ok(await page.locator('#stale').isVisible());
  await until('the title', async () => (await page.title()).startsWith('✕ no answer'));
  assert.match(await text(page, 'live'), /^no answer for /);
  await page.screenshot({ path: `${shots}/gone.png` });
  console.log('WELL');
} catch (failure) {
  console.log(failure.stack);
  process.exitCode = 1;
} finally {
  await browser.close();
  process.stdin.destroy();
}
