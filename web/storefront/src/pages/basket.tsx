// The basket, kept on this device.
import {useEffect, useState} from 'preact/hooks';
import {Trouble} from '@gatehouse/sdk';
import {Failed, Loading, Notice} from '../parts/notice.tsx';
import {Picture} from '../parts/pictures.tsx';
import {Quantity} from '../parts/quantity.tsx';
import {href} from '../router.ts';
import {basketCount, lines, loadProducts, products, setQuantity, total, type Line} from '../shop.ts';
import {money} from '../words.ts';

function Row({line: {product, quantity}}: {line: Line}) {
  return <li class="row">
    <Picture sku={product.sku} />
    <div class="what">
      <h2>{product.name}</h2>
      <p class="quiet">{money(product.price, product.currency)} each</p>
      {quantity > product.available && <p class="bad-text" role="alert">
        {product.available === 0 ? 'Sold out. ' : `Only ${product.available} left. `}
        <button type="button" class="plain" onClick={() => setQuantity(product.sku, product.available)}>
          {product.available === 0 ? `Remove ${product.name}` : `Take ${product.available}`}</button>
      </p>}
    </div>
    <Quantity sku={product.sku} name={product.name} quantity={quantity} available={product.available} />
    <p class="sum">{money(product.price * quantity, product.currency)}</p>
  </li>;
}

export function Basket() {
  const [trouble, setTrouble] = useState<Trouble>();
  const load = () => {
    setTrouble(undefined);
    loadProducts().catch((thrown) => setTrouble(Trouble.of(thrown)));
  };
  useEffect(load, []);
  if (basketCount.value === 0) {
    return <section class="narrow">
      <h1>Your basket is empty</h1>
      <p>Nothing in it yet. The shelves are one step away.</p>
      <p class="ways"><a class="button strong" href={href('/')}>To the shop</a></p>
    </section>;
  }
  const currency = lines.value[0]?.product.currency ?? 'EUR';
  const isShort = lines.value.some(({product, quantity}) => quantity > product.available);
  return <section class="narrow wide">
    <h1>Basket</h1>
    {trouble !== undefined && <Failed trouble={trouble} again={load} />}
    {products.value === undefined ? trouble === undefined && <Loading what="Looking up the prices" /> : <>
      <ul class="rows">{lines.value.map((line) => <Row key={line.product.sku} line={line} />)}</ul>
      <p class="total"><span>Total</span><strong>{money(total.value, currency)}</strong></p>
      {isShort ? <Notice title="Not everything is there"><p>Take fewer of what is marked, then go on.</p></Notice>
        : <p class="ways end"><a class="button" href={href('/')}>Look around</a><a class="button strong" href={href('/checkout')}>Check out</a></p>}
    </>}
  </section>;
}
