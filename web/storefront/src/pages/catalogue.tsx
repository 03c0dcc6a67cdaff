// What is sold.
import {useEffect, useState} from 'preact/hooks';
import {Trouble, type Product} from '@gatehouse/sdk';
import {Failed, Loading} from '../parts/notice.tsx';
import {Picture} from '../parts/pictures.tsx';
import {Quantity} from '../parts/quantity.tsx';
import {basket, loadProducts, products, setQuantity} from '../shop.ts';
import {money} from '../words.ts';

const FEW = 5;

function Card({product}: {product: Product}) {
  const quantity = basket.value[product.sku] ?? 0;
  const isGone = product.available === 0;
  return <li class={isGone ? 'card gone' : 'card'}>
    <Picture sku={product.sku} />
    <h2>{product.name}</h2>
    <p class="price">{money(product.price, product.currency)}</p>
    <p class="stock">{isGone ? 'Sold out' : product.available <= FEW ? `Only ${product.available} left` : ' '}</p>
    {quantity > 0 ? <Quantity sku={product.sku} name={product.name} quantity={quantity} available={product.available} />
      : <button type="button" disabled={isGone} aria-label={isGone ? `${product.name} is sold out` : `Put ${product.name} into the basket`}
          onClick={() => setQuantity(product.sku, 1)}>{isGone ? 'Sold out' : 'Into the basket'}</button>}
  </li>;
}

export function Catalogue() {
  const [trouble, setTrouble] = useState<Trouble>();
  const load = () => {
    setTrouble(undefined);
    loadProducts().catch((thrown) => setTrouble(Trouble.of(thrown)));
  };
  useEffect(load, []);
  return <>
    <div class="lead">
      <h1>Well-made things for the house</h1>
      <p>Objects we would buy again. Made to last, sent within a day.</p>
    </div>
    {trouble !== undefined && <Failed trouble={trouble} again={load} />}
    {products.value === undefined ? trouble === undefined && <Loading what="Unpacking the shelves" />
      : <ul class="cards">{products.value.map((product) => <Card key={product.sku} product={product} />)}</ul>}
  </>;
}
