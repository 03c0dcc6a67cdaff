// Where the auth server sends people back to.
import {useEffect, useState} from 'preact/hooks';
import {SignInWays} from '../parts/gate.tsx';
import {Loading} from '../parts/notice.tsx';
import {go, href} from '../router.ts';
import {completeSignIn} from '../session.ts';

export function Callback() {
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    completeSignIn().then((returnTo) => go(returnTo, 'replace'), () => setFailed(true));
  }, []);
  if (!hasFailed) return <Loading what="Signing you in" />;
  return <section class="narrow">
    <h1>You are not signed in</h1>
    <p>The sign-in was not completed, or it took too long. Nothing is lost: your basket is still here.</p>
    <SignInWays returnTo="/" />
    <p><a href={href('/')}>To the shop</a></p>
  </section>;
}
