#!/usr/bin/env node
// For tests: dynalite behind mutual TLS, with its data in a directory that outlives it. Its own command line has
// only a certificate that expired in 2018, and asks no client for one.
//
//   dynalite-tls PORT DATA_DIRECTORY CERTIFICATE KEY CA
'use strict'

const fs = require('fs')
const dynalite = require('dynalite')

const [port, path, cert, key, ca] = process.argv.slice(2)
const server = dynalite({
  path,
  createTableMs: 20,
  ssl: true,
  cert: fs.readFileSync(cert),
  key: fs.readFileSync(key),
  ca: fs.readFileSync(ca),
  requestCert: true,
  rejectUnauthorized: true,
})
// Node pauses a connection that has much to write; over TLS, a request that then arrives in two pieces fails in its
// parser (HPE_PAUSED), and dynalite ends. So there is never too much to write.
server.on('secureConnection', (socket) => { socket._writableState.highWaterMark = 64 * 1024 * 1024 })
server.keepAliveTimeout = 60000
server.listen(Number(port), '127.0.0.1')
// A client that is killed in the middle of a request must not take the server with it: dynalite would throw.
process.on('uncaughtException', (error) => {
  if (error.code === 'ECONNRESET') return
  console.error(error)
  process.exit(1)
})
// It writes the entry of an index and the item one after the other, and DynamoDB never loses one of the two: so what
// has begun is finished first.
process.on('SIGTERM', () => {
  setInterval(() => server.closeIdleConnections(), 5)
  setTimeout(() => process.exit(0), 2000)
  server.close(() => process.exit(0))
})
