// All orders, the newest first; without a network, those that this device remembers.
import {useEffect, useState} from 'preact/hooks';
import {Trouble, type Order} from '@gatehouse/sdk';
import {Gate} from '../parts/gate.tsx';
import {Failed, Loading, Notice} from '../parts/notice.tsx';
import {isReachable} from '../network.ts';
import {href} from '../router.ts';
import {session} from '../session.ts';
import {asking, memory, platform, remember} from '../shop.ts';
import {day, moment, money, shortId, STAGE_NAMES, stageOf} from '../words.ts';

function List({orders}: {orders: Order[]}) {
  return <ul class="orders">
    {orders.map((order) => {
      const stage = stageOf(order, Date.now());
      return <li key={order.id}><a href={href(`/orders/${order.id}`)}>
        <span class="order-what"><strong>{order.items.map((item) => item.name).join(', ')}</strong>
          <span class="quiet">{day(order.created_at)} · {shortId(order.id)}</span></span>
        <span class={`stage ${stage}`}>{STAGE_NAMES[stage]}</span>
        <span class="sum">{money(order.total, order.currency)}</span>
      </a></li>;
    })}
  </ul>;
}

function Remembered() {
  const {value} = memory;
  if (value === undefined) return null;
  return <section class="narrow wide">
    <h1>Your orders</h1>
    <Notice title="As this device remembers them"><p>Last seen {moment(value.at)}. They are brought up to date when there is a connection.</p></Notice>
    <List orders={value.orders} />
  </section>;
}

function Orders() {
  const [orders, setOrders] = useState<Order[]>();
  const [cursor, setCursor] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<Trouble>();
  const [isBusy, setBusy] = useState(false);
  const load = async (from: string | null) => {
    setBusy(true);
    setTrouble(undefined);
    try {
      const query = from === null ? {limit: 20} : {limit: 20, cursor: from};
      const {data} = await asking(() => platform.orders.GET('/orders', {params: {query}, cache: 'no-store'}));
      setOrders((before) => (from === null ? data.data : [...(before ?? []), ...data.data]));
      setCursor(data.has_more ? data.next_cursor : null);
      remember(data.data);
    } catch (thrown) {
      setTrouble(Trouble.of(thrown));
    }
    setBusy(false);
  };
  useEffect(() => void load(null), []);
  if (orders === undefined && trouble !== undefined && memory.value !== undefined)
    return <><div class="narrow wide"><Failed trouble={trouble} again={() => void load(null)} /></div><Remembered /></>;
  return <section class="narrow wide">
    <h1>Your orders</h1>
    {trouble !== undefined && <Failed trouble={trouble} again={() => void load(orders === undefined ? null : cursor)} />}
    {orders === undefined ? trouble === undefined && <Loading what="Looking through the books" />
      : orders.length === 0 ? <><p>You have not ordered anything yet.</p><p class="ways"><a class="button strong" href={href('/')}>To the shop</a></p></>
      : <List orders={orders} />}
    {cursor !== null && <p class="ways"><button type="button" disabled={isBusy} onClick={() => void load(cursor)}>Older orders</button></p>}
  </section>;
}

export function OrdersPage() {
  if (session.value === 'unknown' && !isReachable.value && memory.value !== undefined) return <Remembered />;
  return <Gate title="Your orders" why="Sign in to see what you have ordered."><Orders /></Gate>;
}
