// The least that Fastify and pg could do with a self-evaluation, and with a return: its schema is
// asked, and one row is written, or a row for each count. Where the database is, the environment says as to libpq; the ports of both
// servers it writes on its first line.
import { createPublicKey } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { createVerifier } from 'fast-jwt'
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

// The same promises as the service's, in the fewest round trips that a transaction of pg's allows:
// whose token it is and for whom it may write, the state that is replaced, the words of each
// answer, what stands in them by which a child could be known, nothing written where nothing is
// new, with the draft its entry in the audit and its place in the feed, and of each request a line
// in the log. Verified tokens are remembered. It cites no figures and says nothing of what is missing or may be done next.
const [key] = (await (await fetch(process.env.JWKS)).json()).keys
const verify = createVerifier({ key: createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }), algorithms: [key.alg], cache: true })
const mostWords = 3000
const tooLong = (sections) => sections.flatMap((s, i) => (s.answers ?? []).flatMap((a, j) =>
  a.text?.length > mostWords && a.text.split(/\s+/).length > mostWords ? [`/sections/${i}/answers/${j}/text`] : []))
const ofNHS = (digits) => {
  const rest = 11 - [...digits].slice(0, 9).reduce((sum, d, i) => sum + d * (10 - i), 0) % 11
  return rest !== 10 && rest % 11 === Number(digits[9])
}
const kinds = [
  ['nhs_number', /\b\d{3}[ -]?\d{3}[ -]?\d{4}\b/g, (found) => ofNHS(found.replace(/\D/g, ''))],
  ['upn', /\b[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]\b/gi],
  ['date_of_birth', /\b(?:born|birth|dob)\b.{0,40}?\b\d{1,2}[/. -]\w{1,9}[/. -]\d{2,4}\b/gi],
  ['postcode', /\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b/gi],
  ['small_count', /\b(?:[1-5]|one|two|three|four|five)\s+(?:child|children|baby|babies|young\s+(?:person|people)|siblings?)\b/gi]
]
const textsOf = function * (sections) {
  for (const s of sections) {
    for (const a of s.answers ?? []) if (a.text) yield a.text
    for (const list of [s.strengths, s.risks, s.practiceToShare, s.helpWanted]) for (const i of list ?? []) yield i.text
  }
}
const screened = (sections) => {
  const marks = []
  for (const text of textsOf(sections)) {
    for (const [kind, pattern, is] of kinds) {
      for (const m of text.matchAll(pattern)) if (!is || is(m[0])) marks.push({ kind, start: m.index, length: m[0].length })
    }
  }
  return marks
}
const problem = (reply, status, detail, faults) => reply.code(status).type('application/problem+json').send({ status, detail, faults })
const keeping = Fastify({ logger: { file: process.env.LOG }, disableRequestLogging: true })
keeping.decorateRequest('actor', null)
keeping.addHook('onResponse', async (request, reply) => {
  request.log.info({ method: request.method, route: request.routeOptions.url, status: reply.statusCode, ms: reply.elapsedTime, subject: request.actor?.sub, issuer: request.actor?.iss, path: request.params, address: request.ip }, 'request')
})
keeping.put('/kept/:borough/:cycle', { schema: { body, params } }, async (request, reply) => {
  const { borough, cycle } = request.params
  let actor
  try {
    actor = request.actor = verify(request.headers.authorization.slice('Bearer '.length))
  } catch (e) {
    return problem(reply, 401, e.message)
  }
  const faults = tooLong(request.body.sections)
  if (faults.length) return problem(reply, 422, 'An answer is too long.', faults)
  const client = await pool.connect()
  let end = 'ROLLBACK'
  try {
    await client.query('BEGIN')
    const { rows: [was] } = await client.query({
      name: 'hold',
      text: `SELECT k.version, k.document, EXISTS (SELECT FROM kept_grants AS g WHERE g.borough = k.borough AND g.subject = $3) AS granted
        FROM kept AS k WHERE k.borough = $1 AND k.cycle = $2 FOR UPDATE OF k`,
      values: [borough, cycle, actor.sub]
    })
    if (!was?.granted) return problem(reply, 403, 'The system is not authorised by the borough.')
    if (!isDeepStrictEqual(was.document, request.body)) {
      if (request.headers['if-match'] !== `"${was.version}"`) return problem(reply, 412, 'It has another state by now.')
      was.version++
      was.document = request.body
      await client.query({
        name: 'keep',
        text: `WITH kept AS (UPDATE kept SET version = $3, document = $4, updated_at = now() WHERE borough = $1 AND cycle = $2 RETURNING updated_at),
          entered AS (INSERT INTO kept_audit (at, subject, borough, cycle, action, version) SELECT updated_at, $5, $1, $2, 'update', $3 FROM kept RETURNING id),
          turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended('kept feed', 0)) FROM entered)
          INSERT INTO kept_feed (entry_id, borough) SELECT id, $1 FROM entered, turn`,
        values: [borough, cycle, was.version, JSON.stringify(was.document), actor.sub]
      })
      reply.header('location', request.url)
    }
    await client.query(end = 'COMMIT')
    return reply.header('etag', `"${was.version}"`).send({ ...was, screening: screened(was.document.sections) })
  } finally {
    if (end === 'ROLLBACK') await client.query(end)
    client.release()
  }
})
for (const server of [app, keeping]) await server.listen({ host: '127.0.0.1', port: 0 })
console.log(app.server.address().port, keeping.server.address().port)
