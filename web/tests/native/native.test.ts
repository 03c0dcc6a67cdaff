// Apps without a page of their own, with a certified OpenID Connect client: a phone's private-use scheme and claimed
// https address and a computer's loopback port (RFC 8252), and a device that has no browser at all (RFC 8628).
import assert from 'node:assert/strict';
import {webcrypto} from 'node:crypto';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {Platform} from '../platform.ts';
import {Browser, fetchTrusting} from './http.ts';

Object.defineProperty(globalThis, 'crypto', {value: webcrypto});  // Node 18 hides it
const oidc = await import('openid-client');

const platform = new Platform();
let fetch: ReturnType<typeof fetchTrusting>;

before(async () => {
  await platform.start();
  fetch = fetchTrusting(readFileSync(join(platform.data, 'pki', 'ca.pem'), 'utf8'));
});
after(() => platform.stop());

const discover = (client: string) => oidc.discovery(new URL(`${platform.url}/realms/gatehouse`), client, undefined, oidc.None(), {
  [oidc.customFetch]: (url, options) => fetch(url, options as Parameters<typeof fetch>[1]),
});

async function logIn(browser: Browser, page: string): Promise<{location: string, page: string}> {
  return browser.send(page, {username: 'alice', password: platform.passwordOf('alice')});
}

async function canOrder(token: string): Promise<void> {
  const orders = await fetch(`${platform.url}/orders`, {headers: {authorization: `Bearer ${token}`}});
  assert.equal(orders.status, 200, await orders.text());
}

// From the address that the system's browser opens to the one that it hands to the app.
async function throughBrowser(redirect: string) {
  const config = await discover('mobile');
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirect, scope: 'openid profile', state, nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  });
  const browser = new Browser(fetch, platform.url);
  const {location} = await logIn(browser, (await browser.open(url.href)).page);
  return {config, location, checks: {pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce}};
}

for (const [kind, redirect] of [
  ['a private-use scheme', () => 'com.gatehouse.shop:/callback'],
  ['a claimed https address', () => `${platform.url}/app/callback`],
] as const) {
  test(`an app is handed its code by ${kind}`, async () => {
    const {config, location, checks} = await throughBrowser(redirect());
    assert.ok(location.startsWith(`${redirect()}?`), location);
    const tokens = await oidc.authorizationCodeGrant(config, new URL(location), checks);
    await canOrder(tokens.access_token);
    assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '')).preferred_username, 'alice');
  });
}

test('an app on a computer is handed its code on a port of its own, stays in, and signs out', async () => {
  const app = createServer((request, response) => {
    response.end('You can go back to the app.');
    app.emit('code', request.url);
  }).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const {port} = app.address() as AddressInfo;
  const handed = once(app, 'code');
  const {config, location, checks} = await throughBrowser(`http://127.0.0.1:${port}/callback`);
  assert.ok((await globalThis.fetch(location)).ok);
  const [url] = await handed as [string];
  app.close();
  const tokens = await oidc.authorizationCodeGrant(config, new URL(url, `http://127.0.0.1:${port}`), checks);
  const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
  await canOrder(fresh.access_token);
  await oidc.tokenRevocation(config, fresh.refresh_token ?? '');
  await assert.rejects(oidc.refreshTokenGrant(config, fresh.refresh_token ?? ''), {error: 'invalid_grant'});
});

test('a device is let in from another screen', async () => {
  const config = await discover('device');
  const device = await oidc.initiateDeviceAuthorization(config, {scope: 'openid'});
  const polling = oidc.pollDeviceAuthorizationGrant(config, device);

  const browser = new Browser(fetch, platform.url);
  const linked = await browser.open(device.verification_uri_complete ?? '');
  assert.match(linked.page, new RegExp(`value="${device.user_code}"`));
  const login = await browser.send(linked.page, {user_code: device.user_code});
  const question = await logIn(browser, login.page);
  assert.match(question.page, /Connect A device without a browser\?/);
  assert.match((await browser.send(question.page, {approve: 'yes'})).page, /Device connected/);
  await canOrder((await polling).access_token);
});

test('a code goes nowhere else than to addresses of the app', async () => {
  const config = await discover('mobile');
  for (const redirect of ['com.gatehouse.shop:/other', 'com.example.shop:/callback', 'http://127.0.0.1.example.com/callback',
                          'http://localhost/callback', 'http://127.0.0.1:4000/other', `${platform.url}/callback`]) {
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirect, scope: 'openid', state: oidc.randomState(),
      code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()), code_challenge_method: 'S256',
    });
    const {location, page} = await new Browser(fetch, platform.url).open(url.href);
    assert.equal(location, '', redirect);
    assert.match(page, /We are sorry/, redirect);
  }
});
