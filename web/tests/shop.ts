// The shop in a browser: a platform, Chromium, and what a customer does with his hands.
import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {chromium, type BrowserContext, type BrowserContextOptions, type Page} from 'playwright-core';
import {Platform} from './platform.ts';

export const DESKTOP: BrowserContextOptions = {viewport: {width: 1280, height: 900}};
export const PHONE: BrowserContextOptions = {viewport: {width: 390, height: 844}, deviceScaleFactor: 1, isMobile: true, hasTouch: true};

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
               '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
               '--ignore-certificate-errors'];   // a service worker wants a certificate that is trusted

export class Shop {
  readonly platform = new Platform();
  private readonly profiles: string[] = [];
  private readonly contexts: BrowserContext[] = [];
  // What the browser said that nobody should have to read: exceptions and refusals of the content security policy.
  readonly complaints: string[] = [];

  async start(): Promise<void> {
    await this.platform.start();
  }

  async stop(): Promise<void> {
    for (const context of this.contexts) await context.close();
    for (const profile of this.profiles) rmSync(profile, {recursive: true, force: true});
    this.platform.stop();
  }

  // A customer's own browser, with nothing of anybody else's in it.
  async visitor(options: BrowserContextOptions): Promise<Page> {
    const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
    this.profiles.push(profile);
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', headless: true, args: FLAGS,
      ignoreHTTPSErrors: true, baseURL: this.platform.url, locale: 'en-GB', reducedMotion: 'reduce', ...options,
    });
    this.contexts.push(context);
    context.setDefaultTimeout(10_000);
    const page = context.pages()[0] ?? (await context.newPage());
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) this.complaints.push(message.text());
    });
    await page.goto('/shop/');
    return page;
  }

  async signIn(page: Page, username: string): Promise<void> {
    await page.getByLabel('Username or email').fill(username);
    await page.locator('input[name=password]').fill(this.platform.passwordOf(username));
    await page.locator('form button[type=submit]').first().click();
  }

  // A person whom nobody has seen before, at the auth server's own page.
  async signUp(page: Page, username: string): Promise<void> {
    const password = `${username}-${randomUUID()}`;
    const fields = {'Username': username, 'Email': `${username}@example.test`, 'First name': 'Nora', 'Last name': 'Newcomer',
                    'Password': password, 'Confirm password': password};
    for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, {exact: true}).fill(value);
    await page.getByRole('button', {name: 'Create account'}).click();
  }
}

export async function put(page: Page, name: string): Promise<void> {
  await page.getByRole('button', {name: `Put ${name}`}).click();
}

export async function toCheckout(page: Page): Promise<void> {
  await page.getByRole('navigation').getByRole('link', {name: /^Basket/}).click();
  await page.getByRole('link', {name: 'Check out'}).click();
}

export async function pay(page: Page, card: RegExp): Promise<void> {
  await page.getByRole('radio', {name: card}).check();
  await page.getByRole('button', {name: /^Order and pay/}).click();
}

export const stage = (page: Page, name: string, timeout = 15_000) => page.locator('p.stage', {hasText: name}).waitFor({timeout});
