import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {after, before, test} from 'node:test';
import type {Page} from 'playwright-core';
import {DESKTOP, pay, PHONE, put, Shop, stage, toCheckout} from '../shop.ts';

const shop = new Shop();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

before(() => shop.start());
after(() => shop.stop());

async function hasNoSeriousFault(page: Page, where: string): Promise<void> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const {violations} = await (globalThis as unknown as {axe: {run: () => Promise<{violations: {id: string; impact: string; nodes: {html: string}[]}[]}>}}).axe.run();
    return violations.filter(({impact}) => impact === 'serious' || impact === 'critical').map(({id, nodes}) => `${id}: ${nodes[0]?.html}`);
  });
  assert.deepEqual(found, [], where);
}

async function fitsTheScreen(page: Page, where: string): Promise<void> {
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(beyond <= 0, `${where} is ${beyond} pixels too wide`);
}

for (const [width, newcomer, options] of [['a desktop', 'nora', DESKTOP], ['a phone', 'nils', PHONE]] as const) {
  test(`a whole purchase on ${width}, from sign-up to refund`, async () => {
    const page = await shop.visitor(options);
    const look = async (where: string) => {
      await hasNoSeriousFault(page, where);
      await fitsTheScreen(page, where);
    };
    await put(page, 'Copper kettle');
    await put(page, 'Stoneware mug');
    await look('the shelves');
    await page.getByRole('button', {name: 'One Stoneware mug more'}).click();
    await page.getByRole('link', {name: /^Basket/}).click();
    await page.getByText('€126.00').waitFor();
    await look('the basket');
    await page.getByRole('link', {name: 'Check out'}).click();
    await page.getByRole('main').getByRole('button', {name: 'Create an account'}).click();
    await page.getByLabel('Username').waitFor();
    await look('the page to sign up');
    await shop.signUp(page, newcomer);
    await page.getByRole('heading', {name: 'Check out'}).waitFor();
    await look('the checkout');
    await pay(page, /^Visa Goes/);
    await stage(page, 'Confirmed');
    await look('the order');
    await page.getByRole('button', {name: 'Cancel and refund'}).click();
    await page.getByRole('button', {name: 'Yes, cancel it'}).click();
    await stage(page, 'Refunded');
    await page.getByText('Your money has been given back').waitFor();
    await page.getByRole('link', {name: 'All your orders'}).click();
    await page.getByRole('link', {name: /Copper kettle.*Refunded.*€126\.00/}).first().waitFor();
    await look('the orders');
    await page.getByRole('link', {name: 'Account'}).click();
    await page.getByLabel('First name').waitFor();
    await look('the account');
  });
}

test('a declined card is said, nothing is charged, and another card may be tried', async () => {
  const page = await shop.visitor(PHONE);
  await put(page, 'Wool throw');
  await toCheckout(page);
  await page.getByRole('main').getByRole('button', {name: 'Sign in'}).click();
  await shop.signIn(page, 'bob');
  await pay(page, /overdrawn/);
  await stage(page, 'Payment declined');
  await page.getByText('The card does not cover this amount. Nothing was charged.').waitFor();
  await hasNoSeriousFault(page, 'the declined order');
  await page.getByRole('link', {name: 'Order again with another card'}).click();
  await page.getByRole('heading', {name: 'Well-made things'}).waitFor();
});

test('while the outcome is unknown nobody is told to pay again, and the page finds out', async () => {
  const page = await shop.visitor(DESKTOP);
  await put(page, 'Brass reading lamp');
  await toCheckout(page);
  await page.getByRole('main').getByRole('button', {name: 'Sign in'}).click();
  await shop.signIn(page, 'alice');
  await pay(page, /in no hurry/);
  await stage(page, 'Waiting for the bank');
  await page.getByText('Please do not order again').waitFor();
  await stage(page, 'Confirmed', 30_000);
});

test('an order whose answer is lost with the network is asked for again and placed once', async () => {
  const page = await shop.visitor(PHONE);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await shop.signIn(page, 'alice');
  await page.getByRole('link', {name: 'Account'}).waitFor();
  await put(page, 'Linen-bound notebook');
  await toCheckout(page);
  const keys: (string | undefined)[] = [];
  await page.route('**/orders', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback();
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.fallback();
    await route.fetch();   // it arrives, and its answer does not
    return route.abort('connectionreset');
  });
  await pay(page, /Mastercard/);
  await page.getByRole('heading', {name: 'Did your order arrive?'}).waitFor();
  await hasNoSeriousFault(page, 'the unanswered order');
  await page.reload();
  await page.getByRole('heading', {name: 'Did your order arrive?'}).waitFor();
  await page.getByRole('button', {name: 'Ask again'}).click();
  await stage(page, 'Confirmed');
  assert.equal(new Set(keys).size, 1, 'one key for one order');
  await page.getByRole('link', {name: 'All your orders'}).click();
  await page.getByRole('link', {name: /Linen-bound notebook/}).first().waitFor();
  assert.equal(await page.getByRole('link', {name: /Linen-bound notebook/}).count(), 1);
});

test('what is sold out is said before and after', async () => {
  const page = await shop.visitor(DESKTOP);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await shop.signIn(page, 'bob');
  await page.getByText('Only 2 left').waitFor();
  await put(page, 'Oak stool');
  await page.getByRole('button', {name: 'One Oak stool more'}).click();
  assert.ok(await page.getByRole('button', {name: 'One Oak stool more'}).isDisabled());
  await toCheckout(page);
  await page.evaluate(() => localStorage.setItem('shop.basket', JSON.stringify({'stool-oak': 3})));
  await page.reload();
  await page.getByText('3 × Oak stool').waitFor();
  await pay(page, /^Visa Goes/);
  await page.getByText('Somebody was quicker').waitFor();
  await page.getByRole('link', {name: 'Look at the basket'}).click();
  await page.getByRole('button', {name: 'Take 2'}).click();
  await page.getByRole('link', {name: 'Check out'}).click();
  await pay(page, /^Visa Goes/);
  await stage(page, 'Confirmed');
  await page.getByRole('link', {name: 'Shop', exact: true}).click();
  assert.ok(await page.getByRole('button', {name: 'Oak stool is sold out'}).isDisabled());
});

test('without a network the shop opens and shows the orders that it remembers', async () => {
  const page = await shop.visitor(PHONE);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await shop.signIn(page, 'alice');
  await page.getByRole('navigation').getByRole('link', {name: 'Orders'}).click();
  await page.getByRole('link', {name: /Brass reading lamp/}).first().waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.context().setOffline(true);
  await page.reload();
  await page.getByText('As this device remembers them').waitFor();
  await hasNoSeriousFault(page, 'the remembered orders');
  await page.getByRole('link', {name: /Brass reading lamp/}).first().click();
  await page.getByText('No connection to the shop').waitFor();
  await page.context().setOffline(false);
});

test('a session that has ended is said, and signing in leads back', async () => {
  const page = await shop.visitor(DESKTOP);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await shop.signIn(page, 'bob');
  await page.getByRole('link', {name: 'Account'}).waitFor();
  await page.route('**/realms/*/protocol/openid-connect/token', (route) =>
    route.fulfill({status: 400, contentType: 'application/json', body: '{"error":"invalid_grant"}'}));
  await page.route('**/orders?*', (route) => route.fulfill({status: 401, contentType: 'application/json', body: '{}'}));
  await page.getByRole('navigation').getByRole('link', {name: 'Orders'}).click();
  await page.getByRole('heading', {name: 'Your session has ended'}).waitFor();
  await page.unroute('**/realms/*/protocol/openid-connect/token');
  await page.unroute('**/orders?*');
  await page.getByRole('main').getByRole('button', {name: 'Sign in'}).click();
  await page.getByRole('heading', {name: 'Your orders'}).waitFor();
});

test('a gateway that is down is said, and trying again works', async () => {
  const page = await shop.visitor({...DESKTOP, serviceWorkers: 'block'});
  await page.addInitScript(() => Object.defineProperty(navigator, 'onLine', {get: () => true}));   // it is not the network
  await page.route('**/products', (route) => route.abort('connectionrefused'));
  await page.reload();
  await page.getByText('The shop does not answer').waitFor();
  await page.unroute('**/products');
  await page.getByRole('button', {name: 'Try again'}).click();
  await page.getByRole('heading', {name: 'Copper kettle'}).waitFor();
});

test('a failure of ours has a reference, which finds the log lines', async () => {
  const page = await shop.visitor({...DESKTOP, serviceWorkers: 'block'});
  await page.getByRole('button', {name: 'Sign in'}).click();
  await shop.signIn(page, 'alice');
  await page.getByRole('link', {name: 'Account'}).waitFor();
  await page.route('**/orders?*', async (route) => {
    const answer = await route.fetch();   // so that the gateway knows of it
    return route.fulfill({status: 500, headers: answer.headers(), body: '{}'});
  });
  await page.getByRole('navigation').getByRole('link', {name: 'Orders'}).click();
  const reference = await page.locator('.reference code').textContent();
  assert.match(reference ?? '', /^[0-9a-f]{32}$/);
  const isLogged = () => shop.platform.run('logs', '--json', '--trace', reference ?? '').stdout.includes('"http-access"');
  for (let look = 0; look < 20 && !isLogged(); look += 1) await page.waitForTimeout(250);
  assert.ok(isLogged(), 'the log knows it');
});

test('it is worked by keyboard alone, and a change of page is told by the focus', async () => {
  const page = await shop.visitor(DESKTOP);
  await page.getByRole('heading', {name: 'Copper kettle'}).waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'To the content');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('button', {name: 'One Copper kettle', exact: false}).first().waitFor();
  await page.getByRole('link', {name: /^Basket/}).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Basket'}).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'content');
  assert.equal(await page.title(), 'Basket · Gatehouse');
});

test('tokens are never written down', async () => {
  const page = await shop.visitor(DESKTOP);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await shop.signIn(page, 'alice');
  await page.getByRole('link', {name: 'Account'}).waitFor();
  const stored = await page.evaluate(() => JSON.stringify([{...localStorage}, {...sessionStorage}]));
  assert.ok(!/eyJ|_token/.test(stored), stored);
  await page.reload();
  await page.getByRole('link', {name: 'Account'}).waitFor();
});

test('the first load stays below 100 kB', async () => {
  const page = await shop.visitor({...DESKTOP, serviceWorkers: 'block'});
  await page.reload({waitUntil: 'networkidle'});
  await page.evaluate(() => document.fonts.ready);
  const sizes = await page.evaluate(() => performance.getEntries().flatMap((entry) =>
    'encodedBodySize' in entry ? [[entry.name, entry.encodedBodySize as number] as const] : []));
  const sum = sizes.reduce((total, [, bytes]) => total + bytes, 0);
  assert.ok(sizes.length >= 5 && sum > 20_000 && sum < 100_000, `${sum} bytes: ${JSON.stringify(sizes)}`);
  console.log(`first load: ${sum} bytes`);
});

test('the browser has found nothing to complain about', () => assert.deepEqual(shop.complaints, []));
