// The least that Fastify and pg could do with a self-evaluation: its schema is asked, and one
// row is written. Where the database is, the environment says as to libpq; the port of its
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
await app.listen({ host: '127.0.0.1', port: 0 })
console.log(app.server.address().port)
