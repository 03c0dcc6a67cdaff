// POST /orders: the idempotency key, the order with its lines and the reserved stock are one transaction.
'use strict'

const crypto = require('node:crypto')
const { Refusal } = require('./refusal')
const { fingerprintOf, sealer } = require('./seal')

const engines = { sqlite: './orders_sqlite', postgres: './orders_postgres' }

function itemsOf(body) {
  const { items, payment_method: method } = body
  if (!Array.isArray(items) || items.length < 1 || items.length > 50) throw new Refusal(400, 'invalid_items')
  for (const { sku, quantity } of items) {
    if (typeof sku !== 'string' || !Number.isInteger(quantity) || quantity < 1 || quantity > 1000) {
      throw new Refusal(400, 'invalid_items')
    }
  }
  if (typeof method !== 'string' || !/^[A-Za-z0-9_-]{3,64}$/.test(method)) throw new Refusal(400, 'invalid_method')
  // One order of locks for all.
  return [...items].sort((a, b) => (a.sku < b.sku ? -1 : 1))
}

// The order that these products make, and the answer to whoever placed it.
function draft(wish, products) {
  const lines = wish.items.map(({ sku, quantity }) => {
    const product = products.find((one) => one.sku === sku)
    if (!product) throw new Refusal(422, 'unknown_product')
    if (Number(product.available) < quantity) throw new Refusal(409, 'out_of_stock')
    return { sku, name: product.name, quantity, unit_price: Number(product.price) }
  })
  const order = {
    id: wish.id,
    status: 'pending',
    items: lines,
    total: lines.reduce((sum, line) => sum + line.quantity * line.unit_price, 0),
    currency: products[0].currency,
    payment_id: null,
    failure: null,
    created_at: wish.now.toISOString(),
    updated_at: wish.now.toISOString(),
    version: 1,
  }
  return { order, body: JSON.stringify(order) }
}

async function orderRoutes(config) {
  const seal = sealer(Buffer.from(config.field_key, 'base64'))
  const store = await require(engines[config.engine]).open(config, draft)
  return async (req, res) => {
    const items = itemsOf(req.body)
    const id = 'ord_' + crypto.randomBytes(16).toString('hex')
    const placed = await store.place({
      id,
      items,
      owner: req.user.id,
      key: req.idempotencyKey,
      fingerprint: fingerprintOf(req.body),
      method: seal(req.body.payment_method, id),
      now: new Date(),
    })
    if (placed.isReplay) res.set('Idempotent-Replayed', 'true')
    res.status(201).type('application/json').location('/orders/' + placed.id).set('ETag', '"1"').send(placed.body)
  }
}

module.exports = { orderRoutes }
