// Keeps the shop's own files, so that it opens without a network. It never touches an API answer or a login: what a
// person may see offline, the page keeps itself and clears at sign-out.
declare const self: ServiceWorkerGlobalScope;
export {}; // a module of its own, so that this self is not the window
declare const KEPT: string[];
declare const VERSION: string;

const CACHE = `shop-${VERSION}`;
const SHELL = '/shop/';

self.addEventListener('install', (event) => {
  const keep = async () => (await caches.open(CACHE)).addAll(KEPT.map((path) => new Request(path, {cache: 'reload'})));
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  const tidy = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith('shop-') && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener('fetch', (event) => {
  const {request} = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin || !url.pathname.startsWith(SHELL)) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (KEPT.includes(url.pathname)) event.respondWith(asset(request));
});

// The newest page while there is a network and it is quick, the kept one otherwise.
async function page(request: Request): Promise<Response> {
  const kept = async () => (await caches.open(CACHE)).match(SHELL);
  try {
    const response = await fetch(request, {signal: AbortSignal.timeout(4000)});
    return response.status >= 500 ? ((await kept()) ?? response) : response;
  } catch {
    return (await kept()) ?? Response.error();
  }
}

async function asset(request: Request): Promise<Response> {
  return (await (await caches.open(CACHE)).match(request)) ?? fetch(request);
}
