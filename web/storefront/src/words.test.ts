import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Trouble, type Order} from '@gatehouse/sdk';
import {money, stageOf, whyCancelled, wordsOf} from './words.ts';

const placed = '2026-11-26T12:00:00.000Z';
const order = (status: Order['status'], more: Partial<Order> = {}): Order => ({
  id: 'ord_1', status, items: [], total: 100, currency: 'EUR', payment_id: null, failure: null, created_at: placed, updated_at: placed, version: 1, ...more,
});

test('every failure has words and a way on', () => {
  const codes = ['out_of_stock', 'unknown_sku', 'already_cancelled', 'version_mismatch', 'unknown_order', 'unreachable', 'timeout', 'never_heard_of'];
  for (const status of [0, 400, 401, 403, 404, 409, 412, 422, 429, 500, 502, 503, 504])
    for (const code of codes) {
      const words = wordsOf(new Trouble({status, code}));
      assert.ok(words.title.length > 0 && words.text.length > 0 && words.way.length > 0, `${status} ${code}`);
    }
});

test('a failure that changes nothing says so, and one that may have changed something does not', () => {
  assert.match(wordsOf(new Trouble({status: 409, code: 'out_of_stock'})).text, /nothing was charged/);
  for (const code of ['unreachable', 'timeout']) assert.doesNotMatch(wordsOf(new Trouble({status: 0, code})).text, /charged/);
});

test('the stage of an order follows from its status, its failure and its age', () => {
  const soon = Date.parse(placed) + 500;
  const late = Date.parse(placed) + 60_000;
  const table: [Order, number, string][] = [
    [order('pending'), soon, 'paying'], [order('pending'), late, 'waiting'], [order('confirmed', {payment_id: 'pay_1'}), late, 'confirmed'],
    [order('cancelling', {payment_id: 'pay_1'}), late, 'returning'], [order('cancelled', {payment_id: 'pay_1'}), late, 'refunded'],
    [order('cancelled'), late, 'cancelled'], [order('cancelled', {payment_id: 'pay_1', failure: 'expired_card'}), late, 'declined'],
  ];
  for (const [each, now, stage] of table) assert.equal(stageOf(each, now), stage, JSON.stringify(each));
});

test('money that came back is told apart from money that never left', () => {
  assert.match(whyCancelled(order('cancelled', {payment_id: 'pay_1'})), /given back/);
  assert.match(whyCancelled(order('cancelled')), /before anything was charged/);
  assert.equal(whyCancelled(order('cancelled', {failure: 'expired_card'})), 'The card has expired. Nothing was charged.');
  assert.match(whyCancelled(order('cancelled', {failure: 'a_new_reason'})), /could not be completed. Nothing was charged/);
});

test('amounts are minor units of their currency', () => {
  assert.equal(money(12345, 'EUR'), '€123.45');
  assert.match(money(500, 'JPY'), /500$/);
});
