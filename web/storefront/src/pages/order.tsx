// One order, as it happens.
import {useEffect, useState} from 'preact/hooks';
import {follow, Trouble, type Order, type Sight} from '@gatehouse/sdk';
import {Gate} from '../parts/gate.tsx';
import {Failed, Loading, Notice} from '../parts/notice.tsx';
import {Picture} from '../parts/pictures.tsx';
import {href} from '../router.ts';
import {session, tokenRefused} from '../session.ts';
import {cancel, memory, platform, remember} from '../shop.ts';
import {moment, money, shortId, STAGE_NAMES, stageOf, WAITING_AFTER_MS, whyCancelled, type Stage} from '../words.ts';

const TELL: Record<Stage, (order: Order) => string> = {
  paying: () => 'Your order is in. The bank is being asked; this takes a moment.',
  waiting: () => 'The bank has not given its answer yet, so we do not know whether you have been charged. Please do not order again: we keep asking, and this page changes by itself.',
  confirmed: (order) => `Paid. ${money(order.total, order.currency)} went through, and we are packing your parcel.`,
  returning: () => 'Your order is being undone. What was paid is on its way back; we ask the bank until it is done.',
  refunded: whyCancelled,
  cancelled: whyCancelled,
  declined: whyCancelled,
};

// Which of the steps are done, for the line of dots.
const STEPS: Record<Stage, [string, string, string, number]> = {
  paying: ['Placed', 'Payment', 'Confirmed', 1],
  waiting: ['Placed', 'Waiting for the bank', 'Confirmed', 1],
  confirmed: ['Placed', 'Paid', 'Confirmed', 3],
  returning: ['Placed', 'Cancelling', 'Refunded', 1],
  refunded: ['Placed', 'Cancelled', 'Refunded', 3],
  cancelled: ['Placed', 'Cancelled', 'Nothing charged', 3],
  declined: ['Placed', 'Declined', 'Nothing charged', 3],
};

function Steps({stage}: {stage: Stage}) {
  const [first, second, third, done] = STEPS[stage];
  return <ol class={`steps ${stage}`} aria-label="Progress">
    {[first, second, third].map((name, index) =>
      <li key={index} class={index < done ? 'done' : index === done ? 'now' : ''} aria-current={index === done ? 'step' : undefined}>{name}</li>)}
  </ol>;
}

function useFollowed(id: string): {sight: Sight | undefined; trouble: Trouble | undefined; again: () => void} {
  const [sight, setSight] = useState<Sight>();
  const [trouble, setTrouble] = useState<Trouble>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const see = (seen: Sight) => {
      if (seen.order !== undefined) remember([seen.order]);
      setSight((before) => ({...before, ...seen}));
    };
    follow(platform, id, abort.signal, see).catch(async (thrown) => {
      if (abort.signal.aborted) return;
      const told = Trouble.of(thrown);
      if (told.status === 401) await tokenRefused();
      if (told.status === 401 && session.value === 'in' && round < 3) setRound(round + 1);
      else setTrouble(told);
    });
    return () => abort.abort();
  }, [id, round]);
  return {sight, trouble, again: () => { setTrouble(undefined); setRound(0); setSight(undefined); }};
}

// Renders again when a pending order has been waiting for long.
function useNow(order: Order | undefined): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    setNow(Date.now());
    if (order?.status !== 'pending') return;
    const left = Date.parse(order.created_at) + WAITING_AFTER_MS - Date.now();
    const timer = setTimeout(() => setNow(Date.now()), Math.max(left, 0) + 100);
    return () => clearTimeout(timer);
  }, [order?.id, order?.version]);
  return now;
}

function Undo({order, isPaid, changed}: {order: Order; isPaid: boolean; changed: (order: Order) => void}) {
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();
  const act = async () => {
    setBusy(true);
    setTrouble(undefined);
    try {
      changed(await cancel(order.id));
    } catch (thrown) {
      setTrouble(Trouble.of(thrown));
    }
    setBusy(false);
    setAsking(false);
  };
  if (trouble !== undefined) return <Failed trouble={trouble} again={() => void act()} />;
  if (!isAsking) return <p class="ways"><button type="button" onClick={() => setAsking(true)}>{isPaid ? 'Cancel and refund' : 'Cancel the order'}</button></p>;
  return <Notice title={isPaid ? `Give ${money(order.total, order.currency)} back?` : 'Cancel this order?'}>
    <p>{isPaid ? 'The order is cancelled, and the whole amount goes back to your card.' : 'If the bank has taken anything by then, it is given back.'}</p>
    <p class="ways"><button type="button" class="strong" autofocus disabled={isBusy} onClick={() => void act()}>{isBusy ? 'Cancelling…' : 'Yes, cancel it'}</button>
      <button type="button" onClick={() => setAsking(false)}>Keep it</button></p>
  </Notice>;
}

function Details({order, isLive, changed}: {order: Order; isLive: boolean; changed: (order: Order) => void}) {
  const stage = stageOf(order, useNow(order));
  const isPaid = stage === 'confirmed';
  return <>
    <div class="live" role="status" aria-live="polite">
      <p class={`stage ${stage}`}>{STAGE_NAMES[stage]}</p>
      <p class="tell">{TELL[stage](order)}</p>
    </div>
    <Steps stage={stage} />
    <ul class="rows">
      {order.items.map((item) => <li class="row" key={item.sku}>
        <Picture sku={item.sku} />
        <div class="what"><h2>{item.name}</h2><p class="quiet">{item.quantity} × {money(item.unit_price, order.currency)}</p></div>
        <p class="sum">{money(item.quantity * item.unit_price, order.currency)}</p>
      </li>)}
    </ul>
    <p class="total"><span>Total</span><strong>{money(order.total, order.currency)}</strong></p>
    {isLive && (order.status === 'confirmed' || order.status === 'pending') && <Undo order={order} isPaid={isPaid} changed={changed} />}
    {stage === 'declined' && <p class="ways"><a class="button strong" href={href('/')}>Order again with another card</a></p>}
  </>;
}

function Live({id}: {id: string}) {
  const {sight, trouble, again} = useFollowed(id);
  const [changed, setChanged] = useState<Order>();
  const seen = sight?.order ?? memory.value?.orders.find((order) => order.id === id);
  const order = changed !== undefined && changed.version > (seen?.version ?? 0) ? changed : seen;
  return <section class="narrow wide">
    <h1>Order {shortId(id)}</h1>
    {order !== undefined && <p class="quiet">Placed {moment(order.created_at)}</p>}
    {trouble !== undefined && <Failed trouble={trouble} again={again} />}
    {trouble === undefined && sight?.by === 'lost' && <Notice title="No connection to the shop">
      <p>{order === undefined ? 'We go on trying.' : 'This is how the order was last seen. We go on trying, and the page catches up by itself.'}</p></Notice>}
    {order === undefined ? trouble === undefined && <Loading what="Looking for your order" />
      : <Details order={order} isLive={sight?.order !== undefined && sight.by !== 'lost'} changed={setChanged} />}
    <p class="back"><a href={href('/orders')}>All your orders</a></p>
  </section>;
}

export function OrderPage({id}: {id: string}) {
  const known = memory.value?.orders.some((order) => order.id === id) ?? false;
  if (known && session.value === 'unknown') return <Live id={id} />;
  return <Gate title="Your order" why="Sign in to see it."><Live key={id} id={id} /></Gate>;
}
