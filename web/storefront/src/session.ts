// Who is signed in: authorization code with PKCE. Tokens live in memory only; after a reload the auth server's own
// session gives new ones, without a page being shown.
import {signal} from '@preact/signals';
import {InMemoryWebStorage, UserManager, WebStorageStateStore, type User, type UserManagerSettings} from 'oidc-client-ts';
import {kept} from './kept.ts';
import {isReachable, lost} from './network.ts';

type State = 'unknown' | 'out' | 'in' | 'ended';

export const session = signal<State>('unknown');
export const user = signal<User | undefined>(undefined);

// Whether this device has been signed in, so that strangers cost the auth server no question.
const wasHere = kept<boolean>('was-here', false, (value) => value === true);

const realm = `${location.origin}/realms/gatehouse`;
const back = `${location.origin}/shop/callback`;
const SECONDS_LEFT_MIN = 20;

const settings: UserManagerSettings = {
  authority: realm,
  client_id: 'storefront',
  redirect_uri: back,
  post_logout_redirect_uri: `${location.origin}/shop/`,
  response_type: 'code',
  scope: 'openid profile email',
  automaticSilentRenew: false, // renewed when it is needed
  monitorSession: false,
  userStore: new WebStorageStateStore({store: new InMemoryWebStorage()}),
  stateStore: new WebStorageStateStore({store: sessionStorage}),
};

// The silent question by fetch: shop and auth server share an origin, and its pages refuse to be framed.
const byFetch = {
  async prepare() {
    return {
      async navigate({url}: {url: string}) {
        return {url: (await fetch(url, {credentials: 'same-origin', cache: 'no-store'})).url};
      },
      close() {},
    };
  },
  async callback() {},
};

const manager = new UserManager(settings, undefined, undefined, byFetch);

// Whether the auth server lets people sign up by themselves (OpenID Connect's prompt=create).
export const offersSignUp = signal(false);

export async function askForSignUp(): Promise<void> {
  const metadata = await manager.metadataService.getMetadata() as {prompt_values_supported?: string[]};
  offersSignUp.value = metadata.prompt_values_supported?.includes('create') ?? false;
}

function become(found: User | null | undefined): void {
  user.value = found ?? undefined;
  session.value = found ? 'in' : 'out';
  if (found) wasHere.value = true;
}

export async function startSession(): Promise<void> {
  if (location.pathname === '/shop/callback' || session.value !== 'unknown') return;
  if (!wasHere.value) return become(null);
  await renew().catch(lost);
  if (session.value === 'unknown' && isReachable.value) session.value = 'out';
}

// The answer of the auth server; where to go on. Throws what it refused.
export async function completeSignIn(): Promise<string> {
  const found = await manager.signinRedirectCallback();
  become(found);
  return typeof found.state === 'string' ? found.state : '/';
}

export const signIn = (returnTo: string): Promise<void> => manager.signinRedirect({state: returnTo});
export const signUp = (returnTo: string): Promise<void> => manager.signinRedirect({state: returnTo, prompt: 'create'});

export async function signOut(): Promise<void> {
  wasHere.value = false;
  const hint = user.value?.id_token;
  await manager.signoutRedirect(hint === undefined ? {} : {id_token_hint: hint});
}

let renewing: Promise<void> | undefined;

// One question at a time, however many requests wait for it.
export function renew(): Promise<void> {
  renewing ??= silently().finally(() => (renewing = undefined));
  return renewing;
}

async function silently(): Promise<void> {
  const wasIn = session.value === 'in';
  try {
    become(await manager.signinSilent());
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown; // no network: nothing is known, nothing is lost
    await manager.removeUser();
    user.value = undefined;
    session.value = wasIn ? 'ended' : 'out';
  }
}

// "login_required", "invalid_grant" and the like: the auth server has spoken.
function isRefusal(thrown: unknown): boolean {
  return thrown instanceof Error && 'error' in thrown && typeof (thrown as {error: unknown}).error === 'string';
}

export async function accessToken(): Promise<string | undefined> {
  const {value} = user;
  if (value === undefined) return undefined;
  if ((value.expires_in ?? 0) < SECONDS_LEFT_MIN) await renew().catch(() => undefined);
  return user.value?.access_token;
}

// A service did not believe the token: asks for another, and otherwise the session has ended.
export async function tokenRefused(): Promise<void> {
  await renew().catch(() => undefined);
}
