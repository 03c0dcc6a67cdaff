// How many: two buttons around a number, one label for who cannot see them.
import {QUANTITY_MAX, setQuantity} from '../shop.ts';

export function Quantity({sku, name, quantity, available}: {sku: string; name: string; quantity: number; available: number}) {
  const most = Math.min(available, QUANTITY_MAX);
  return <div class="quantity" role="group" aria-label={`Quantity of ${name}`}>
    <button type="button" aria-label={quantity === 1 ? `Remove ${name}` : `One ${name} less`} onClick={() => setQuantity(sku, quantity - 1)}>−</button>
    <output aria-live="polite">{quantity}</output>
    <button type="button" aria-label={`One ${name} more`} disabled={quantity >= most} onClick={() => setQuantity(sku, quantity + 1)}>+</button>
  </div>;
}
