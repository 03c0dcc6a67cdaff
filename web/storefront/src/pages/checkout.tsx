// The last look, the card, and the order. What happens when no answer comes is half of this page.
import {useEffect, useState} from 'preact/hooks';
import {Trouble} from '@gatehouse/sdk';
import {Gate} from '../parts/gate.tsx';
import {Failed, Loading, Notice} from '../parts/notice.tsx';
import {go, href} from '../router.ts';
import {user} from '../session.ts';
import {attempt, basketCount, buy, lines, loadProducts, products, total} from '../shop.ts';
import {money} from '../words.ts';

// The test provider's tokens. A card number never comes near this page.
const CARDS = [
  {token: 'pm_card_visa', name: 'Visa', note: 'Goes through'},
  {token: 'pm_card_mastercard', name: 'Mastercard', note: 'Goes through'},
  {token: 'pm_card_insufficient_funds', name: 'Visa, overdrawn', note: 'Is declined'},
  {token: 'pm_card_expired', name: 'Visa, expired', note: 'Is declined'},
  {token: 'pm_card_unknown', name: 'Visa on a bad line', note: 'The bank’s answer gets lost'},
  {token: 'pm_card_slow', name: 'Visa, in no hurry', note: 'The bank takes its time'},
];

function Unanswered({trouble, again, isBusy}: {trouble: Trouble | undefined; again: () => void; isBusy: boolean}) {
  useEffect(() => {
    addEventListener('online', again);
    return () => removeEventListener('online', again);
  }, []);
  return <section class="narrow">
    <h1>Did your order arrive?</h1>
    <Notice title={trouble?.status === 503 || trouble?.status === 429 ? 'The shop was too busy to answer' : 'The line went dead before the answer came'} tone="bad">
      <p>Your order is kept here. Asking again sends the very same order: however often it arrives, it is placed and paid once.</p>
    </Notice>
    <p class="ways"><button type="button" class="strong" disabled={isBusy} onClick={again}>{isBusy ? 'Asking…' : 'Ask again'}</button></p>
  </section>;
}

function Checkout() {
  const [card, setCard] = useState(CARDS[0]!.token);
  const [trouble, setTrouble] = useState<Trouble>();
  const [isBusy, setBusy] = useState(false);
  const load = () => {
    setTrouble(undefined);
    loadProducts().catch((thrown) => setTrouble(Trouble.of(thrown)));
  };
  useEffect(() => {
    if (attempt.value !== undefined && attempt.value.owner !== user.value?.profile.sub) attempt.value = undefined;
    load();
  }, []);
  const place = async () => {
    setBusy(true);
    setTrouble(undefined);
    try {
      go(`/orders/${(await buy(card)).id}`, 'replace');
    } catch (thrown) {
      setTrouble(Trouble.of(thrown));
      setBusy(false);
      void loadProducts().catch(() => undefined);
    }
  };
  if (attempt.value !== undefined && !(isBusy && trouble === undefined && basketCount.value > 0 && products.value !== undefined))
    return <Unanswered trouble={trouble} again={() => void place()} isBusy={isBusy} />;
  if (basketCount.value === 0) return <section class="narrow"><h1>Nothing to pay</h1><p>Your basket is empty.</p>
    <p class="ways"><a class="button strong" href={href('/')}>To the shop</a></p></section>;
  const currency = lines.value[0]?.product.currency ?? 'EUR';
  return <section class="narrow">
    <h1>Check out</h1>
    {trouble !== undefined && <Failed trouble={trouble} again={load} />}
    {products.value === undefined ? trouble === undefined && <Loading what="Looking up the prices" /> : <form onSubmit={(event) => { event.preventDefault(); void place(); }}>
      <ul class="summary">
        {lines.value.map(({product, quantity}) => <li key={product.sku}>
          <span>{quantity} × {product.name}</span><span>{money(product.price * quantity, product.currency)}</span></li>)}
      </ul>
      <fieldset class="choices">
        <legend>Pay with</legend>
        {CARDS.map(({token, name, note}) => <label key={token} class="choice">
          <input type="radio" name="card" value={token} checked={card === token} onChange={() => setCard(token)} />
          <span class="choice-name">{name}</span><span class="quiet">{note}</span></label>)}
      </fieldset>
      <p class="total"><span>Total</span><strong>{money(total.value, currency)}</strong></p>
      <p class="ways end"><a class="button" href={href('/basket')}>Back to the basket</a>
        <button type="submit" class="strong" disabled={isBusy || lines.value.length === 0}>{isBusy ? 'Ordering…' : `Order and pay ${money(total.value, currency)}`}</button></p>
    </form>}
  </section>;
}

export const CheckoutPage = () =>
  <Gate title="Almost there" why="Sign in to order, or create an account: it takes a minute, and your basket waits."><Checkout /></Gate>;
