// What this device keeps between visits, as signals: nothing secret, and everything survives being refused storage.
import {effect, signal, type Signal} from '@preact/signals';

export function kept<Value>(name: string, fallback: Value, isValid: (value: unknown) => boolean): Signal<Value> {
  const key = `shop.${name}`;
  const made = signal(read(key, fallback, isValid));
  effect(() => {
    const {value} = made;
    try {
      if (value === fallback) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Full or forbidden: the shop works, it only forgets.
    }
  });
  addEventListener('storage', (event) => {
    if (event.key === key) made.value = read(key, fallback, isValid);
  });
  return made;
}

function read<Value>(key: string, fallback: Value, isValid: (value: unknown) => boolean): Value {
  try {
    const text = localStorage.getItem(key);
    const value: unknown = text === null ? undefined : JSON.parse(text);
    return isValid(value) ? (value as Value) : fallback;
  } catch {
    return fallback;
  }
}
