// Every failure in words, and the way on.
import type {Order, Trouble} from '@gatehouse/sdk';

export interface Words {
  title: string;
  text: string;
  // What helps. `again` repeats what was tried.
  way: 'again' | 'sign-in' | 'basket' | 'shop' | 'orders';
}

const BY_CODE: Record<string, Words> = {
  out_of_stock: {
    title: 'Somebody was quicker',
    text: 'There are fewer left than you have in your basket. Nothing was ordered and nothing was charged.',
    way: 'basket',
  },
  unknown_sku: {
    title: 'No longer sold',
    text: 'Something in your basket has left the shop. Nothing was ordered and nothing was charged.',
    way: 'basket',
  },
  already_cancelled: {title: 'Already cancelled', text: 'This order has been cancelled before.', way: 'again'},
  version_mismatch: {
    title: 'It has just changed',
    text: 'Somebody changed this a moment ago, perhaps you on another device. Look at it again, then decide.',
    way: 'again',
  },
  unknown_order: {title: 'No such order', text: 'There is no order of yours with this number.', way: 'orders'},
  email_taken: {title: 'Address in use', text: 'Another account has this e-mail address already.', way: 'again'},
  invalid_email: {title: 'Not an address', text: 'This does not look like an e-mail address.', way: 'again'},
};

export function wordsOf(trouble: Trouble, isOnline = true): Words {
  const known = BY_CODE[trouble.code];
  if (known !== undefined) return known;
  if (trouble.status === 401)
    return {title: 'Your session has ended', text: 'Sign in again and go on where you were.', way: 'sign-in'};
  if (trouble.status === 403)
    return {title: 'Not with this account', text: 'Your account may not do this.', way: 'shop'};
  if (!isOnline) return {title: 'You are offline', text: 'Your device has no connection at the moment.', way: 'again'};
  if (trouble.status === 429 || trouble.status === 503)
    return {title: 'Much is going on', text: 'The shop is busy. Wait a moment and try again.', way: 'again'};
  if (trouble.isUnanswered)
    return {title: 'The shop does not answer', text: 'It may be back in a moment.', way: 'again'};
  return {title: 'That did not work', text: 'The fault is ours. Try again, or come back later.', way: 'again'};
}

const DECLINES: Record<string, string> = {
  insufficient_funds: 'The card does not cover this amount.',
  expired_card: 'The card has expired.',
  generic_decline: 'The bank declined the card and gave no reason.',
  card_declined: 'The bank declined the card.',
};

export function whyCancelled(order: Order): string {
  if (order.failure === null)
    return order.payment_id === null ? 'You cancelled it before anything was charged.' : 'You cancelled it. Your money has been given back.';
  return `${DECLINES[order.failure] ?? 'The payment could not be completed.'} Nothing was charged.`;
}

export type Stage = 'paying' | 'waiting' | 'confirmed' | 'returning' | 'refunded' | 'cancelled' | 'declined';

// Longer than a payment takes when nothing is wrong: then its outcome is unknown for the time being.
export const WAITING_AFTER_MS = 4000;

export function stageOf(order: Order, now: number): Stage {
  switch (order.status) {
    case 'pending':
      return now - Date.parse(order.created_at) > WAITING_AFTER_MS ? 'waiting' : 'paying';
    case 'confirmed':
      return 'confirmed';
    case 'cancelling':
      return 'returning';
    case 'cancelled':
      return order.failure !== null ? 'declined' : order.payment_id !== null ? 'refunded' : 'cancelled';
  }
}

export const STAGE_NAMES: Record<Stage, string> = {
  paying: 'Paying', waiting: 'Waiting for the bank', confirmed: 'Confirmed', returning: 'Being cancelled',
  refunded: 'Refunded', cancelled: 'Cancelled', declined: 'Payment declined',
};

export function money(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en-IE', {style: 'currency', currency});
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minor / 10 ** digits);
}

export const day = (text: string): string =>
  new Date(text).toLocaleDateString('en-GB', {day: 'numeric', month: 'long', year: 'numeric'});
export const moment = (text: string): string =>
  new Date(text).toLocaleString('en-GB', {day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit'});
// Order numbers as people read them out.
export const shortId = (id: string): string => id.slice(-8).toUpperCase();
