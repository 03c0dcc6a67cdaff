// Payments in DynamoDB through AWS's client: one item each, every write conditional. The table has the indexes of
// Gatehouse's table, so that the engine has the same to do.
'use strict'

const crypto = require('node:crypto')
const fs = require('node:fs')
const https = require('node:https')
const {
  CreateTableCommand, DescribeTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand,
} = require('@aws-sdk/client-dynamodb')

const text = (value) => ({ S: value })
const number = (value) => ({ N: String(value) })
const bytes = (value) => ({ B: value })

const index = (name, hash, range) => ({
  IndexName: name,
  KeySchema: [{ AttributeName: hash, KeyType: 'HASH' }, { AttributeName: range, KeyType: 'RANGE' }],
  Projection: { ProjectionType: 'KEYS_ONLY' },
})

async function makeTable(client, table) {
  const attributes = { id: 'S', shard: 'S', owner_shard: 'S', reference: 'S', created: 'S', next_check_at: 'N' }
  await client.send(new CreateTableCommand({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: Object.entries(attributes).map(([name, type]) => ({
      AttributeName: name, AttributeType: type })),
    GlobalSecondaryIndexes: [index('due', 'shard', 'next_check_at'), index('by_time', 'shard', 'created'),
      index('by_owner', 'owner_shard', 'created'), index('by_reference', 'reference', 'created')],
  }))
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }))
    if (Table.TableStatus === 'ACTIVE') return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function itemOf(payment) {
  const shard = String(crypto.createHash('md5').update(payment.id).digest()[0] % 8)
  const at = payment.createdAt.getTime()
  return {
    id: text(payment.id),
    owner: text(payment.owner),
    reference: text(payment.reference),
    shard: text(shard),
    owner_shard: text(`${shard}#${payment.owner}`),
    created: text(`${String(at).padStart(20, '0')}#${payment.id}`),
    next_check_at: number(at + 30000),
    status: text(payment.status),
    amount: number(payment.amount),
    currency: text(payment.currency),
    captured: number(payment.captured),
    payment_method: bytes(payment.sealed),
    fingerprint: bytes(payment.fingerprint),
    version: number(payment.version),
  }
}

const conclusion =
  'SET #status = :status, captured = :captured, charge = :charge, answer = :answer, #version = :version ' +
  'REMOVE next_check_at'

async function open(config) {
  const agent = new https.Agent({
    keepAlive: true,
    maxSockets: 64,
    cert: fs.readFileSync(config.tls.certificate),
    key: fs.readFileSync(config.tls.key),
    ca: fs.readFileSync(config.tls.ca),
  })
  const client = new DynamoDBClient({
    endpoint: config.endpoint,
    region: config.region,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: { httpsAgent: agent },
  })
  await makeTable(client, config.table)
  return {
    // The payment that was there before, if there was one.
    async create(payment) {
      try {
        await client.send(new PutItemCommand({
          TableName: config.table, Item: itemOf(payment), ConditionExpression: 'attribute_not_exists(id)' }))
        return undefined
      } catch (error) {
        if (error.name !== 'ConditionalCheckFailedException') throw error
      }
      const { Item } = await client.send(new GetItemCommand({
        TableName: config.table, Key: { id: text(payment.id) }, ConsistentRead: true }))
      return { fingerprint: Buffer.from(Item.fingerprint.B), answer: Item.answer?.S }
    },
    async conclude(payment, answer) {
      await client.send(new UpdateItemCommand({
        TableName: config.table,
        Key: { id: text(payment.id) },
        ConditionExpression: '#version = :before',
        UpdateExpression: conclusion,
        ExpressionAttributeNames: { '#status': 'status', '#version': 'version' },
        ExpressionAttributeValues: {
          ':before': number(payment.version - 1),
          ':status': text(payment.status),
          ':captured': number(payment.captured),
          ':charge': text(payment.charge),
          ':answer': text(answer),
          ':version': number(payment.version),
        },
      }))
    },
  }
}

module.exports = { open }
