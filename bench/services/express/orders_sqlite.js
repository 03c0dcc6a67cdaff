// Orders in SQLite through better-sqlite3: WAL, a flush per commit.
'use strict'

const fs = require('node:fs')
const Database = require('better-sqlite3')
const { Refusal } = require('./refusal')

const schema = `
CREATE TABLE IF NOT EXISTS products (
  sku TEXT PRIMARY KEY, name TEXT NOT NULL, price INTEGER NOT NULL, currency TEXT NOT NULL,
  available INTEGER NOT NULL CHECK (available >= 0), reserved INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orders (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, status TEXT NOT NULL, total INTEGER NOT NULL, currency TEXT NOT NULL,
  payment_method BLOB NOT NULL, created_at INTEGER NOT NULL, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS orders_by_owner ON orders (owner, created_at, id);
CREATE TABLE IF NOT EXISTS order_lines (
  order_id TEXT NOT NULL, position INTEGER NOT NULL, sku TEXT NOT NULL, name TEXT NOT NULL, quantity INTEGER NOT NULL,
  unit_price INTEGER NOT NULL, PRIMARY KEY (order_id, position)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS idempotency_keys (
  owner TEXT NOT NULL, key TEXT NOT NULL, fingerprint BLOB NOT NULL, order_id TEXT NOT NULL, body TEXT NOT NULL,
  created_at INTEGER NOT NULL, PRIMARY KEY (owner, key)) STRICT, WITHOUT ROWID;
`

function open(config, draft) {
  const db = new Database(config.file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(schema)
  const addProduct = db.prepare('INSERT OR IGNORE INTO products VALUES (?, ?, ?, ?, ?, 0)')
  for (const one of JSON.parse(fs.readFileSync(config.products)).products) {
    addProduct.run(one.sku, one.name, one.price, one.currency, one.stock)
  }
  const findKey = db.prepare('SELECT fingerprint, order_id, body FROM idempotency_keys WHERE owner = ? AND key = ?')
  const findProduct = db.prepare('SELECT sku, name, price, currency, available FROM products WHERE sku = ?')
  const reserve = db.prepare(
    'UPDATE products SET available = available - ?, reserved = reserved + ? WHERE sku = ? AND available >= ?')
  const addOrder = db.prepare('INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const addLine = db.prepare('INSERT INTO order_lines VALUES (?, ?, ?, ?, ?, ?)')
  const addKey = db.prepare('INSERT INTO idempotency_keys VALUES (?, ?, ?, ?, ?, ?)')

  const place = db.transaction((wish) => {
    const known = findKey.get(wish.owner, wish.key)
    if (known) {
      if (!known.fingerprint.equals(wish.fingerprint)) throw new Refusal(422, 'idempotency_key_reused')
      return { id: known.order_id, body: known.body, isReplay: true }
    }
    const products = wish.items.map(({ sku }) => findProduct.get(sku)).filter(Boolean)
    const { order, body } = draft(wish, products)
    const at = wish.now.getTime()
    for (const { sku, quantity } of order.items) {
      if (reserve.run(quantity, quantity, sku, quantity).changes !== 1) throw new Refusal(409, 'out_of_stock')
    }
    addOrder.run(order.id, wish.owner, order.status, order.total, order.currency, wish.method, at, 1)
    order.items.forEach((line, position) => {
      addLine.run(order.id, position, line.sku, line.name, line.quantity, line.unit_price)
    })
    addKey.run(wish.owner, wish.key, wish.fingerprint, order.id, body, at)
    return { id: order.id, body, isReplay: false }
  })
  return { place: (wish) => place.immediate(wish) }
}

module.exports = { open }
