// Where one is: the path below /shop/, as a signal. Links are ordinary links; this keeps them from loading the page anew.
import {signal} from '@preact/signals';

const BASE = '/shop';

export const path = signal(current());

function current(): string {
  const inside = location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length) : location.pathname;
  return inside === '' ? '/' : inside;
}

export const href = (to: string): string => BASE + to;

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', href(to));
  else history.replaceState(null, '', href(to));
  path.value = current();
  window.scrollTo(0, 0);
}

export function startRouter(): void {
  addEventListener('popstate', () => (path.value = current()));
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = (event.target as Element | null)?.closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.target !== '' || link.origin !== location.origin) return;
    if (!link.pathname.startsWith(`${BASE}/`) || link.hash !== '') return;
    event.preventDefault();
    go(link.pathname.slice(BASE.length) + link.search);
  });
}
