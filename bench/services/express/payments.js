// POST /payments: the payment is on disk before the provider is called, and its outcome before the answer. The
// idempotency key makes the payment's id, so the same request again finds it.
'use strict'

const crypto = require('node:crypto')
const { Refusal } = require('./refusal')
const { fingerprintOf, sealer } = require('./seal')
const { provider } = require('./provider')

const engines = { sqlite: './payments_sqlite', dynamodb: './payments_dynamodb' }

function wishOf(body) {
  const { amount, currency, payment_method: method, reference, capture = 'automatic' } = body
  if (!Number.isInteger(amount) || amount < 1) throw new Refusal(400, 'invalid_amount')
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) throw new Refusal(400, 'invalid_currency')
  if (typeof method !== 'string' || !/^[A-Za-z0-9_-]{3,255}$/.test(method)) throw new Refusal(400, 'invalid_method')
  if (typeof reference !== 'string' || reference.length > 128) throw new Refusal(400, 'invalid_reference')
  if (capture !== 'automatic' && capture !== 'manual') throw new Refusal(400, 'invalid_capture')
  return { amount, currency, method, reference, capture }
}

function bodyOf(payment) {
  return JSON.stringify({
    id: payment.id,
    status: payment.status,
    amount: payment.amount,
    amount_captured: payment.captured,
    amount_refunded: 0,
    currency: payment.currency,
    capture: payment.capture,
    reference: payment.reference,
    decline_code: payment.declineCode ?? null,
    created_at: payment.createdAt.toISOString(),
    updated_at: payment.updatedAt.toISOString(),
    version: payment.version,
  })
}

function conclude(payment, charge) {
  payment.charge = charge.id
  payment.status = charge.status
  payment.captured = charge.amount_captured
  payment.declineCode = charge.decline_code
  payment.updatedAt = new Date()
  payment.version += 1
}

async function paymentRoutes(config) {
  const seal = sealer(Buffer.from(config.field_key, 'base64'))
  const store = await require(engines[config.engine]).open(config)
  const charge = provider(config.provider)
  return async (req, res) => {
    const wish = wishOf(req.body)
    const scope = crypto.createHash('sha256').update(`${req.user.id}\n${req.idempotencyKey}`).digest('hex')
    const id = 'pay_' + scope.slice(0, 32)
    const now = new Date()
    const payment = {
      ...wish, id, owner: req.user.id, fingerprint: fingerprintOf(req.body), status: 'processing', captured: 0,
      sealed: seal(wish.method, id), createdAt: now, updatedAt: now, version: 1,
    }
    const known = await store.create(payment)
    if (known) {
      if (!known.fingerprint.equals(payment.fingerprint)) throw new Refusal(422, 'idempotency_key_reused')
      if (!known.answer) throw new Refusal(409, 'idempotency_key_in_use')
      return res.status(201).set('Idempotent-Replayed', 'true').type('application/json').send(known.answer)
    }
    conclude(payment, await charge(payment))
    const answer = bodyOf(payment)
    await store.conclude(payment, answer)
    res.status(201).type('application/json').location('/payments/' + id).set('ETag', `"${payment.version}"`)
      .send(answer)
  }
}

module.exports = { paymentRoutes }
