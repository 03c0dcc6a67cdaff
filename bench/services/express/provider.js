// The payment provider, over mutual TLS on kept-alive connections.
'use strict'

const fs = require('node:fs')
const https = require('node:https')

function provider(config) {
  const agent = new https.Agent({
    keepAlive: true,
    cert: fs.readFileSync(config.certificate),
    key: fs.readFileSync(config.key),
    ca: fs.readFileSync(config.ca),
  })
  const headers = { Authorization: `Bearer ${config.api_key}`, 'Content-Type': 'application/json' }

  return (payment) => new Promise((resolve, reject) => {
    const body = JSON.stringify({
      amount: payment.amount,
      currency: payment.currency,
      payment_method: payment.method,
      capture: payment.capture,
      reference: payment.reference,
      payment_id: payment.id,
    })
    const request = https.request({
      agent, host: 'localhost', port: config.port, path: '/v1/charges', method: 'POST', timeout: 5000,
      headers: { ...headers, 'Idempotency-Key': payment.id, 'Content-Length': Buffer.byteLength(body) },
    }, (response) => {
      const pieces = []
      response.on('data', (piece) => pieces.push(piece))
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString()
        if (response.statusCode >= 300) return reject(new Error(`provider: ${response.statusCode} ${text}`))
        resolve(JSON.parse(text))
      })
      response.on('error', reject)
    })
    request.on('timeout', () => request.destroy(new Error('the provider does not answer')))
    request.on('error', reject)
    request.end(body)
  })
}

module.exports = { provider }
