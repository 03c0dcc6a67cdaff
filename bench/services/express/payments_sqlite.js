// Payments in SQLite through better-sqlite3: WAL, a flush per commit.
'use strict'

const Database = require('better-sqlite3')

const schema = `
CREATE TABLE IF NOT EXISTS payments (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, reference TEXT NOT NULL, status TEXT NOT NULL, amount INTEGER NOT NULL,
  currency TEXT NOT NULL, captured INTEGER NOT NULL, payment_method BLOB NOT NULL, fingerprint BLOB NOT NULL,
  charge TEXT, answer TEXT, created_at INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS payments_open ON payments (created_at) WHERE status = 'processing';
CREATE INDEX IF NOT EXISTS payments_by_time ON payments (created_at, id);
CREATE INDEX IF NOT EXISTS payments_by_reference ON payments (reference, created_at, id);
`

function open(config) {
  const db = new Database(config.file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(schema)
  const add = db.prepare(
    'INSERT INTO payments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?, ?) ON CONFLICT (id) DO NOTHING')
  const find = db.prepare('SELECT fingerprint, answer FROM payments WHERE id = ?')
  const finish = db.prepare(
    'UPDATE payments SET status = ?, captured = ?, charge = ?, answer = ?, version = ? WHERE id = ? AND version = ?')
  return {
    // The payment that was there before, if there was one.
    async create(payment) {
      const added = add.run(payment.id, payment.owner, payment.reference, payment.status, payment.amount,
        payment.currency, payment.captured, payment.sealed, payment.fingerprint, payment.createdAt.getTime(),
        payment.version)
      return added.changes === 1 ? undefined : find.get(payment.id)
    },
    async conclude(payment, answer) {
      const done = finish.run(payment.status, payment.captured, payment.charge, answer, payment.version, payment.id,
        payment.version - 1)
      if (done.changes !== 1) throw new Error('lost update')
    },
  }
}

module.exports = { open }
