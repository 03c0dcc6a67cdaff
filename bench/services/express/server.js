// Orders and payments as an Express service, after the usual example: express.json(), jsonwebtoken, a driver of the
// engine's, https with client certificates. What Gatehouse's services are measured beside: bench/services/run.
//
//   node server.js CONFIG.json
'use strict'

const crypto = require('node:crypto')
const fs = require('node:fs')
const https = require('node:https')
const express = require('express')
const jwt = require('jsonwebtoken')

const { orderRoutes } = require('./orders')
const { paymentRoutes } = require('./payments')

const config = JSON.parse(fs.readFileSync(process.argv[2]))
const keys = new Map(config.jwks.keys.map((jwk) => [jwk.kid, crypto.createPublicKey({ key: jwk, format: 'jwk' })]))

function keyOf(header, done) {
  const key = keys.get(header.kid)
  done(key ? null : new Error('unknown key'), key)
}

// Only with `keeps_tokens`, which is not in the usual example: what was verified, by its text.
const known = new Map()

function authenticate(req, res, next) {
  const [scheme, token] = (req.get('authorization') || '').split(' ')
  if (scheme !== 'Bearer' || !token) return res.status(401).json({ code: 'unauthenticated' })
  const kept = known.get(token)
  if (kept && kept.until > Date.now()) {
    req.user = kept.user
    return next()
  }
  jwt.verify(token, keyOf, { algorithms: ['RS256', 'ES256'], issuer: config.issuer }, (error, claims) => {
    if (error) return res.status(401).json({ code: 'unauthenticated' })
    req.user = { id: claims.sub, roles: new Set(claims.realm_access?.roles) }
    if (config.keeps_tokens) known.set(token, { user: req.user, until: claims.exp * 1000 })
    next()
  })
}

function requireRole(role) {
  return (req, res, next) => (req.user.roles.has(role) ? next() : res.status(403).json({ code: 'forbidden' }))
}

function requireKey(req, res, next) {
  const key = req.get('idempotency-key') || ''
  if (!/^[!-~]{16,255}$/.test(key)) return res.status(400).json({ code: 'idempotency_key_missing' })
  req.idempotencyKey = key
  next()
}

async function main() {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json({ limit: '64kb' }))
  const guards = (role) => [authenticate, requireRole(role), requireKey]
  if (config.orders) app.post('/orders', guards(config.role), await orderRoutes(config.orders))
  if (config.payments) app.post('/payments', guards(config.role), await paymentRoutes(config.payments))
  app.use((error, req, res, next) => {
    if (res.headersSent) return next(error)
    if (!error.status) console.error(error)
    res.status(error.status || 500).json({ code: error.code || 'internal' })
  })
  const tls = {
    cert: fs.readFileSync(config.certificate),
    key: fs.readFileSync(config.key),
    ca: fs.readFileSync(config.ca),
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
  }
  https.createServer(tls, app).listen(config.port, '127.0.0.1')
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
