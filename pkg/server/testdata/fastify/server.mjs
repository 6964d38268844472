// The least that Fastify and pg could do with a self-evaluation, and with a return: its schema is
// asked, and one row is written, or a row for each count. Where the database is, the environment says as to libpq; the port of its
// own it writes on its first line.
import Fastify from 'fastify'
import pg from 'pg'

const text = (maxLength) => ({ type: 'string', minLength: 1, maxLength })
const nullable = (schema) => ({ ...schema, type: [schema.type, 'null'] })
const list = (items, maxItems) => ({ type: 'array', maxItems, items })
const closed = (properties, required) => ({ type: 'object', additionalProperties: false, properties, required })
const id = { type: 'string', format: 'uuid' }
const item = closed({ id, text: text(4000) }, ['text'])
const body = closed({
  templateId: nullable(id),
  sections: list(closed({
    id: text(60),
    answers: list(closed({ questionId: text(60), text: nullable({ type: 'string', maxLength: 40000 }), choice: nullable(text(60)), number: nullable({ type: 'number' }) }, ['questionId']), 50),
    strengths: list(item, 50),
    risks: list(item, 50),
    practiceToShare: list(item, 50),
    helpWanted: list(item, 50),
    evidence: list(closed({ id, title: text(300), link: nullable(text(2000)), reference: nullable(text(300)), date: nullable({ type: 'string', format: 'date' }) }, ['title']), 50)
  }, ['id']), 50)
}, ['sections'])
const params = closed({ borough: { type: 'string', pattern: '^E[0-9]{8}$' }, cycle: { type: 'string', pattern: '^20[0-9]{2}-[0-9]{2}$' } }, ['borough', 'cycle'])
const response = { 200: closed({ sections: { type: 'integer' } }, ['sections']) }

const pool = new pg.Pool({ max: 8 })
const app = Fastify()
app.put('/self-evaluations/:borough/:cycle', { schema: { body, params, response } }, async (request) => {
  await pool.query({
    name: 'insert',
    text: 'INSERT INTO inserted (borough, cycle, document) VALUES ($1, $2, $3)',
    values: [request.params.borough, request.params.cycle, JSON.stringify(request.body)]
  })
  return { sections: request.body.sections.length }
})
const values = closed({
  values: list(closed({ count: text(60), value: nullable({ type: 'number' }), status: { type: 'string', enum: ['reported', 'confirmed_nil', 'missing', 'not_applicable'] }, reason: nullable(text(2000)) }, ['count', 'status']), 1000)
}, ['values'])
const quarter = closed({ borough: params.properties.borough, quarter: { type: 'string', pattern: '^20[0-9]{2}-[0-9]{2}-Q[1-4]$' } }, ['borough', 'quarter'])
app.put('/returns/:borough/:quarter', { schema: { body: values, params: quarter, response: { 200: closed({ values: { type: 'integer' } }, ['values']) } } }, async (request) => {
  const sent = request.body.values
  await pool.query({
    name: 'upsert',
    text: `INSERT INTO upserted SELECT $1, $2, c, v, s, n, now() FROM unnest($3::text[], $4::double precision[], $5::text[], $6::text[]) AS sent (c, v, s, n)
      ON CONFLICT (borough, quarter, count) DO UPDATE SET value = excluded.value, status = excluded.status, reason = excluded.reason, updated_at = excluded.updated_at`,
    values: [request.params.borough, request.params.quarter, sent.map((v) => v.count), sent.map((v) => v.value ?? null), sent.map((v) => v.status), sent.map((v) => v.reason ?? null)]
  })
  return { values: sent.length }
})
await app.listen({ host: '127.0.0.1', port: 0 })
console.log(app.server.address().port)
