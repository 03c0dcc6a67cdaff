// Orders in PostgreSQL through pg's pool, every statement prepared.
'use strict'

const fs = require('node:fs')
const { Pool } = require('pg')
const { Refusal } = require('./refusal')

const schema = `
CREATE TABLE IF NOT EXISTS products (
  sku text COLLATE "C" PRIMARY KEY, name text NOT NULL, price bigint NOT NULL, currency text NOT NULL,
  available bigint NOT NULL CHECK (available >= 0), reserved bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS orders (
  id text COLLATE "C" PRIMARY KEY, owner text COLLATE "C" NOT NULL, status text NOT NULL, lines jsonb NOT NULL,
  total bigint NOT NULL, currency text NOT NULL, payment_method bytea NOT NULL, created_at bigint NOT NULL,
  version bigint NOT NULL);
CREATE INDEX IF NOT EXISTS orders_by_owner ON orders (owner, created_at, id);
CREATE TABLE IF NOT EXISTS idempotency_keys (
  owner text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, fingerprint bytea NOT NULL, order_id text NOT NULL,
  body text NOT NULL, created_at bigint NOT NULL, PRIMARY KEY (owner, key));
`

const findKey = {
  name: 'find-key',
  text: 'SELECT fingerprint, order_id, body FROM idempotency_keys WHERE owner = $1 AND key = $2',
}
const findProducts = {
  name: 'find-products',
  text: 'SELECT sku, name, price, currency, available FROM products WHERE sku = ANY($1)',
}
const addKey = {
  name: 'add-key',
  text: 'INSERT INTO idempotency_keys VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING',
}
const reserve = {
  name: 'reserve',
  text: 'UPDATE products SET available = available - $1, reserved = reserved + $1 WHERE sku = $2 AND available >= $1',
}
const addOrder = { name: 'add-order', text: 'INSERT INTO orders VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)' }

async function replayOf(client, wish) {
  const known = await client.query({ ...findKey, values: [wish.owner, wish.key] })
  if (known.rowCount === 0) return undefined
  const [{ fingerprint, order_id: id, body }] = known.rows
  if (!fingerprint.equals(wish.fingerprint)) throw new Refusal(422, 'idempotency_key_reused')
  return { id, body, isReplay: true }
}

async function placeIn(client, wish, draft) {
  const replay = await replayOf(client, wish)
  if (replay) return replay
  const found = await client.query({ ...findProducts, values: [wish.items.map(({ sku }) => sku)] })
  const { order, body } = draft(wish, found.rows)
  const at = wish.now.getTime()
  const kept = await client.query({
    ...addKey, values: [wish.owner, wish.key, wish.fingerprint, order.id, body, at] })
  if (kept.rowCount === 0) return replayOf(client, wish)
  for (const { sku, quantity } of order.items) {
    const reserved = await client.query({ ...reserve, values: [quantity, sku] })
    if (reserved.rowCount !== 1) throw new Refusal(409, 'out_of_stock')
  }
  await client.query({
    ...addOrder,
    values: [order.id, wish.owner, order.status, JSON.stringify(order.items), order.total, order.currency, wish.method,
      at, 1],
  })
  return { id: order.id, body, isReplay: false }
}

async function open(config, draft) {
  const pool = new Pool({
    host: 'localhost',
    port: config.port,
    database: config.database,
    user: config.user,
    ssl: {
      ca: fs.readFileSync(config.tls.ca),
      cert: fs.readFileSync(config.tls.certificate),
      key: fs.readFileSync(config.tls.key),
    },
  })
  pool.on('error', (error) => console.error(error))
  await pool.query(schema)
  for (const one of JSON.parse(fs.readFileSync(config.products)).products) {
    await pool.query('INSERT INTO products VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT DO NOTHING',
      [one.sku, one.name, one.price, one.currency, one.stock])
  }
  return {
    async place(wish) {
      const client = await pool.connect()
      try {
        await client.query('BEGIN')
        const placed = await placeIn(client, wish, draft)
        await client.query('COMMIT')
        return placed
      } catch (error) {
        await client.query('ROLLBACK')
        throw error
      } finally {
        client.release()
      }
    },
  }
}

module.exports = { open }
