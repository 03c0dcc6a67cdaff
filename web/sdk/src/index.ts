// The platform's services as typed clients; what an application imports.
export {connect, idempotencyKey, type Connection, type Platform} from './connect.ts';
export {EventStream, type ServerEvent} from './event_stream.ts';
export {follow, type Following, type Sight} from './follow.ts';
export {answered, Trouble, type Reply} from './trouble.ts';

import type {components as AuthComponents} from './generated/auth.ts';
import type {components as OrderComponents} from './generated/orders.ts';
import type {components as PaymentComponents} from './generated/payments.ts';

export type Product = OrderComponents['schemas']['Product'];
export type Order = OrderComponents['schemas']['Order'];
export type OrderPage = OrderComponents['schemas']['OrderPage'];
export type NewOrder = OrderComponents['schemas']['NewOrder'];
export type Person = AuthComponents['schemas']['Person'];
export type PersonChanges = AuthComponents['schemas']['PersonChanges'];
export type Payment = PaymentComponents['schemas']['Payment'];
