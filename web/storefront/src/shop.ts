// What the pages work with: the catalogue, the basket, the attempt to buy, and the orders that this device remembers.
import {computed, signal} from '@preact/signals';
import {answered, connect, idempotencyKey, type NewOrder, type Order, type Product, Trouble} from '@gatehouse/sdk';
import {kept} from './kept.ts';
import {send} from './network.ts';
import {accessToken, session, tokenRefused, user} from './session.ts';

export const platform = connect({baseUrl: location.origin, token: accessToken, fetch: send});

// Once more with a new token when a service refuses the old one: it may have been revoked.
export async function asking<Data>(ask: () => Parameters<typeof answered<Data>>[0]): Promise<{data: Data; response: Response}> {
  try {
    return await answered<Data>(ask());
  } catch (thrown) {
    if (Trouble.of(thrown).status !== 401) throw thrown;
    await tokenRefused();
    if (session.value !== 'in') throw thrown;
    return answered<Data>(ask());
  }
}

// --- what is sold -------------------------------------------------------------------------------------------

export const products = signal<Product[] | undefined>(undefined);

export async function loadProducts(): Promise<void> {
  const {data} = await asking(() => platform.orders.GET('/products'));
  products.value = data.data;
}

// --- the basket ---------------------------------------------------------------------------------------------

export const QUANTITY_MAX = 20;
type Basket = Readonly<Record<string, number>>;
const EMPTY: Basket = {};

const isBasket = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) &&
  Object.values(value).every((count) => Number.isInteger(count) && count > 0 && count <= QUANTITY_MAX);

export const basket = kept<Basket>('basket', EMPTY, isBasket);
export const basketCount = computed(() => Object.values(basket.value).reduce((sum, count) => sum + count, 0));

export function setQuantity(sku: string, quantity: number): void {
  const {[sku]: _, ...others} = basket.value;
  const next = quantity > 0 ? {...others, [sku]: Math.min(quantity, QUANTITY_MAX)} : others;
  basket.value = Object.keys(next).length === 0 ? EMPTY : next;
}

export interface Line {
  product: Product;
  quantity: number;
}

export const lines = computed<Line[]>(() =>
  (products.value ?? []).flatMap((product) => {
    const quantity = basket.value[product.sku];
    return quantity === undefined ? [] : [{product, quantity}];
  }));
export const total = computed(() => lines.value.reduce((sum, line) => sum + line.quantity * line.product.price, 0));

// --- buying -------------------------------------------------------------------------------------------------

// An order that was sent and not answered. It is repeated as it was, under its key, until there is an answer:
// then it was placed once, however often it was sent.
interface Attempt {
  key: string;
  order: NewOrder;
  owner: string;
}

const isAttempt = (value: unknown): boolean => typeof value === 'object' && value !== null && 'key' in value && 'order' in value;
export const attempt = kept<Attempt | undefined>('attempt', undefined, isAttempt);

export async function buy(paymentMethod: string): Promise<Order> {
  attempt.value ??= {
    key: idempotencyKey(),
    order: {items: lines.value.map((line) => ({sku: line.product.sku, quantity: line.quantity})), payment_method: paymentMethod},
    owner: user.value?.profile.sub ?? '',
  };
  const {key, order} = attempt.value;
  try {
    const placed = await asking(() => platform.orders.POST('/orders', {params: {header: {'Idempotency-Key': key}}, body: order}));
    attempt.value = undefined;
    basket.value = EMPTY;
    remember([placed.data]);
    return placed.data;
  } catch (thrown) {
    const trouble = Trouble.of(thrown);
    // A refusal has used no key up. Without an answer the key is all that protects from buying twice.
    if (!trouble.isPassing && trouble.status !== 401) attempt.value = undefined;
    throw trouble;
  }
}

export async function cancel(id: string): Promise<Order> {
  const seen = await asking(() => platform.orders.GET('/orders/{id}', {params: {path: {id}}, cache: 'no-store'}));
  const etag = seen.response.headers.get('ETag') ?? `"${seen.data.version}"`;
  const gone = await asking(() => platform.orders.POST('/orders/{id}/cancel', {params: {path: {id}, header: {'If-Match': etag}}}));
  remember([gone.data]);
  return gone.data;
}

// --- orders that this device remembers -------------------------------------------------------------------------

const REMEMBERED_MAX = 50;
interface Memory {
  owner: string;
  at: string;
  orders: Order[];
}

const isMemory = (value: unknown): boolean => typeof value === 'object' && value !== null && Array.isArray((value as Memory).orders);
export const memory = kept<Memory | undefined>('orders', undefined, isMemory);

export function remember(orders: Order[]): void {
  const owner = user.value?.profile.sub;
  if (owner === undefined) return;
  const known = memory.value?.owner === owner ? memory.value.orders : [];
  const byId = new Map(known.map((order) => [order.id, order]));
  for (const order of orders) {
    const old = byId.get(order.id);
    if (old === undefined || old.version <= order.version) byId.set(order.id, order);
  }
  const newest = [...byId.values()].sort((a, b) => b.created_at.localeCompare(a.created_at)).slice(0, REMEMBERED_MAX);
  memory.value = {owner, at: new Date().toISOString(), orders: newest};
}

export function forgetEverything(): void {
  memory.value = undefined;
  attempt.value = undefined;
  basket.value = EMPTY;
}
