// A failure or a piece of news: in words, announced to who cannot see it, with the way on.
import type {ComponentChildren} from 'preact';
import type {Trouble} from '@gatehouse/sdk';
import {isReachable} from '../network.ts';
import {href, path} from '../router.ts';
import {signIn} from '../session.ts';
import {wordsOf} from '../words.ts';

export function Notice({title, tone = 'news', children}: {title: string; tone?: 'news' | 'bad'; children: ComponentChildren}) {
  return <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
    <p class="notice-title">{title}</p>
    {children}
  </div>;
}

export function Failed({trouble, again, what = 'Try again'}: {trouble: Trouble; again: () => void; what?: string}) {
  const words = wordsOf(trouble, isReachable.value);
  return <Notice title={words.title} tone="bad">
    <p>{words.text}</p>
    {trouble.status >= 500 && trouble.requestId !== undefined && <p class="reference">Reference: <code>{trouble.requestId}</code></p>}
    <p class="ways">
      {words.way === 'again' && <button type="button" onClick={again}>{what}</button>}
      {words.way === 'sign-in' && <button type="button" onClick={() => void signIn(path.value)}>Sign in</button>}
      {words.way === 'basket' && <a class="button" href={href('/basket')}>Look at the basket</a>}
      {words.way === 'shop' && <a class="button" href={href('/')}>To the shop</a>}
      {words.way === 'orders' && <a class="button" href={href('/orders')}>Your orders</a>}
    </p>
  </Notice>;
}

export function Loading({what}: {what: string}) {
  return <p class="loading" role="status"><span class="dots" aria-hidden="true" />{what}</p>;
}
