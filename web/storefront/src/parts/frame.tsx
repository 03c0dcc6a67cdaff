// The frame around every page: the name, the ways, and whether there is a network.
import type {ComponentChildren} from 'preact';
import {isReachable} from '../network.ts';
import {href, path} from '../router.ts';
import {session, signIn} from '../session.ts';
import {basketCount} from '../shop.ts';

function Way({to, children}: {to: string; children: ComponentChildren}) {
  const isHere = to === '/' ? path.value === '/' : path.value.startsWith(to);
  return <a href={href(to)} aria-current={isHere ? 'page' : undefined}>{children}</a>;
}

export function Frame({children}: {children: ComponentChildren}) {
  const count = basketCount.value;
  return <>
    <a class="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById('content')?.focus(); }}>To the content</a>
    <header class="top">
      <a class="name" href={href('/')}>
        <svg viewBox="0 0 64 64" aria-hidden="true"><path d="M14 50V22l6-4v-6h6v4h12v-4h6v6l6 4v28zM25 50V38a7 7 0 0 1 14 0v12" /></svg>
        Gatehouse
      </a>
      <nav aria-label="Shop">
        <Way to="/">Shop</Way>
        <Way to="/orders">Orders</Way>
        {session.value === 'in' ? <Way to="/account">Account</Way>
          : <button type="button" class="plain" onClick={() => void signIn(path.value)}>Sign in</button>}
        <Way to="/basket">Basket{count > 0 && <span class="count">{count}<span class="unseen"> {count === 1 ? 'thing' : 'things'}</span></span>}</Way>
      </nav>
    </header>
    {!isReachable.value && <p class="offline" role="status">You are offline. You can look around; buying has to wait.</p>}
    <main id="content" tabIndex={-1}>{children}</main>
    <footer><p>Well-made things for the house. Payments here go to a test provider: no card is charged.</p></footer>
  </>;
}
