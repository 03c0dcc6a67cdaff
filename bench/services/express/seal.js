// AES-256-GCM of one field: nonce, tag, text.
'use strict'

const crypto = require('node:crypto')

function sealer(key) {
  return (text, record) => {
    const nonce = crypto.randomBytes(12)
    const cipher = crypto.createCipheriv('aes-256-gcm', key, nonce)
    cipher.setAAD(Buffer.from(record))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
  }
}

const fingerprintOf = (body) => crypto.createHash('sha256').update(JSON.stringify(body)).digest()

module.exports = { fingerprintOf, sealer }
