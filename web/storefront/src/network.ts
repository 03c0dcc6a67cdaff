// Whether the shop can be reached. The browser's own word is not enough: a machine without any network still reaches
// what runs on it. So it is offline when the browser says so and a request has found nobody, until one is answered.
import {signal} from '@preact/signals';

export const isReachable = signal(true);

export const heard = (): void => void (isReachable.value = true);

export function lost(): void {
  if (!navigator.onLine) isReachable.value = false;
}

export async function send(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    heard();
    return response;
  } catch (thrown) {
    if (!request.signal.aborted) lost();
    throw thrown;
  }
}

addEventListener('online', heard);
addEventListener('offline', () => (isReachable.value = false));
