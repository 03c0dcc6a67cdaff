// The storefront: which page belongs to which path, and what a change of page means to who cannot see it.
import {render} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import './style.css';
import {AccountPage} from './pages/account.tsx';
import {Basket} from './pages/basket.tsx';
import {Callback} from './pages/callback.tsx';
import {Catalogue} from './pages/catalogue.tsx';
import {CheckoutPage} from './pages/checkout.tsx';
import {OrderPage} from './pages/order.tsx';
import {OrdersPage} from './pages/orders.tsx';
import {Frame} from './parts/frame.tsx';
import {href, path, startRouter} from './router.ts';
import {startSession} from './session.ts';

function pageOf(where: string) {
  const order = /^\/orders\/(ord_[0-9a-z]+)$/.exec(where);
  if (order?.[1] !== undefined) return {title: 'Order', page: <OrderPage id={order[1]} />};
  switch (where) {
    case '/': return {title: 'Shop', page: <Catalogue />};
    case '/basket': return {title: 'Basket', page: <Basket />};
    case '/checkout': return {title: 'Check out', page: <CheckoutPage />};
    case '/orders': return {title: 'Your orders', page: <OrdersPage />};
    case '/account': return {title: 'Account', page: <AccountPage />};
    case '/callback': return {title: 'Signing in', page: <Callback />};
    default: return {title: 'Not here', page: <section class="narrow"><h1>Nothing here</h1><p>This page does not exist, or not any more.</p>
      <p class="ways"><a class="button strong" href={href('/')}>To the shop</a></p></section>};
  }
}

function Shop() {
  const {title, page} = pageOf(path.value);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} · Gatehouse`;
    if (!isFirst.current) document.getElementById('content')?.focus({preventScroll: true});
    isFirst.current = false;
  }, [path.value]);
  return <Frame>{page}</Frame>;
}

startRouter();
void startSession();
addEventListener('online', () => void startSession());
const root = document.getElementById('shop');
if (root !== null) render(<Shop />, root);
if (import.meta.env.PROD && 'serviceWorker' in navigator) void navigator.serviceWorker.register('/shop/sw.js').catch(() => undefined);
