// Pages that want somebody signed in: says so, keeps the place, and offers both ways.
import type {ComponentChildren} from 'preact';
import {useEffect} from 'preact/hooks';
import {isReachable} from '../network.ts';
import {path} from '../router.ts';
import {askForSignUp, offersSignUp, session, signIn, signUp} from '../session.ts';
import {Loading} from './notice.tsx';

export function SignInWays({returnTo = path.value}: {returnTo?: string}) {
  useEffect(() => void askForSignUp().catch(() => {}), []);   // without an answer there is no such button
  return <p class="ways">
    <button type="button" class="strong" onClick={() => void signIn(returnTo)}>Sign in</button>
    {offersSignUp.value && <button type="button" onClick={() => void signUp(returnTo)}>Create an account</button>}
  </p>;
}

export function Gate({title, why, children}: {title: string; why: string; children: ComponentChildren}) {
  if (session.value === 'in') return <>{children}</>;
  if (session.value === 'unknown' && isReachable.value) return <Loading what="One moment" />;
  return <section class="narrow">
    <h1>{session.value === 'ended' ? 'Your session has ended' : title}</h1>
    <p>{session.value === 'ended' ? 'Sign in again and go on where you were. Your basket is still here.' : why}</p>
    <SignInWays />
  </section>;
}
