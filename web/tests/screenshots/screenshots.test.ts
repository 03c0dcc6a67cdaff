// Every page as a picture, light, dark and on a phone, into docs/screenshots. On demand: npm run screenshots.
import {spawnSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import type {Page} from 'playwright-core';
import {source} from '../platform.ts';
import {DESKTOP, pay, PHONE, put, Shop, stage, toCheckout} from '../shop.ts';

const shop = new Shop();
const folder = join(source, 'docs/screenshots');

before(() => shop.start());
after(() => shop.stop());

const LOOKS = [
  ['light', {...DESKTOP, colorScheme: 'light'}], ['dark', {...DESKTOP, colorScheme: 'dark'}], ['phone', {...PHONE, colorScheme: 'light'}],
] as const;

for (const [look, options] of LOOKS) {
  test(`pictures: ${look}`, async () => {
    mkdirSync(folder, {recursive: true});
    const page: Page = await shop.visitor(options);
    const picture = async (name: string) => {
      await page.evaluate(() => document.fonts.ready);
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      const path = join(folder, `shop-${name}-${look}.png`);
      await page.screenshot({path, animations: 'disabled'});
      spawnSync('pngquant', ['--force', '--ext', '.png', '--skip-if-larger', '64', path]);   // smaller, where it is installed
    };
    await page.getByRole('heading', {name: 'Copper kettle'}).waitFor();
    await put(page, 'Copper kettle');
    await put(page, 'Stoneware mug');
    await page.getByRole('button', {name: 'One Stoneware mug more'}).click();
    await picture('shelves');
    await page.getByRole('link', {name: /^Basket/}).click();
    await page.getByText('€126.00').waitFor();
    await picture('basket');
    await page.getByRole('link', {name: 'Check out'}).click();
    await page.getByRole('main').getByRole('button', {name: 'Sign in'}).click();
    await page.getByLabel('Username or email').waitFor();
    await picture('sign-in');
    await page.goto('/shop/checkout');
    await page.getByRole('main').getByRole('button', {name: 'Create an account'}).click();
    await page.locator('input[name=email]').waitFor();
    await picture('sign-up');
    await page.goto('/shop/checkout');
    await page.getByRole('main').getByRole('button', {name: 'Sign in'}).click();
    await shop.signIn(page, look === 'phone' ? 'bob' : 'alice');
    await page.getByRole('heading', {name: 'Check out'}).waitFor();
    await picture('checkout');
    await pay(page, /^Visa Goes/);
    await stage(page, 'Confirmed');
    await picture('order');
    await page.getByRole('button', {name: 'Cancel and refund'}).click();
    await picture('refund');
    await page.getByRole('button', {name: 'Yes, cancel it'}).click();
    await stage(page, 'Refunded');
    for (const [card, name, told] of [[/overdrawn/, 'declined', 'Payment declined'], [/in no hurry/, 'unknown', 'Waiting for the bank']] as const) {
      await page.getByRole('link', {name: 'Shop', exact: true}).click();
      await put(page, name === 'declined' ? 'Wool throw' : 'Brass reading lamp');
      await toCheckout(page);
      await pay(page, card);
      await stage(page, told);
      await picture(name);
    }
    await page.getByRole('navigation').getByRole('link', {name: 'Orders'}).click();
    await page.getByRole('link', {name: /Wool throw/}).first().waitFor();
    await picture('orders');
    await page.getByRole('link', {name: 'Account'}).click();
    await page.getByLabel('First name').waitFor();
    await picture('account');
    await page.getByRole('navigation').getByRole('link', {name: 'Orders'}).click();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.context().setOffline(true);
    await page.reload();
    await page.getByText('As this device remembers them').waitFor();
    await picture('offline');
  });
}
