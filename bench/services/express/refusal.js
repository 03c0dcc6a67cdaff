// What the client has done wrong; server.js answers with it.
'use strict'

class Refusal extends Error {
  constructor(status, code) {
    super(code)
    this.status = status
    this.code = code
  }
}

module.exports = { Refusal }
