import { z } from 'zod'
import { groupId, tenantId, userId } from '../../identity/person.ts'
import type { Source } from '../../policy/catalogue/catalogue.ts'
import type { AccessRequest } from './request.ts'

const moment = z.iso.datetime({ offset: true })
const momentOrNull = moment.nullable()
const named = z.strictObject({ id: userId, name: z.string() })

const sourcePattern = /^(manager|owners|(group|person):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
const source = z.custom<Source>((value) => typeof value === 'string' && sourcePattern.test(value), 'must be a source')
const stage = z.array(z.strictObject({ from: source, need: z.int().min(1) }))

const lasts = z.union([
  z.strictObject({ for: z.number().positive() }),
  z.strictObject({ until: moment }),
  z.literal('permanent'),
])

const terms = z.strictObject({
  kind: z.enum(['access', 'extension', 'contract', 'contract-extension']),
  requester: named,
  person: named,
  entry: z.string().nullable(),
  title: z.string(),
  opens: z.string(),
  group: z.strictObject({ id: groupId, name: z.string() }).nullable(),
  risk: z.enum(['low', 'medium', 'high']),
  reason: z.string(),
  startsAt: momentOrNull,
  lasts,
  conflicts: z.array(z.string()),
  extends: z.string().nullable(),
})

const ask = z.strictObject({
  id: z.string(),
  stage: z.int().min(0),
  panel: z.int().min(0),
  approver: named,
  as: z.string(),
  state: z.enum(['asked', 'approved', 'denied', 'delegated', 'handed-over', 'unreachable', 'closed']),
  insteadOf: z.string().nullable(),
  hash: z.string(),
  askedAt: moment,
  remindAt: momentOrNull,
  reminders: z.int().min(0),
  handOverAt: momentOrNull,
  decidedAt: momentOrNull,
  reason: z.string().nullable(),
  proof: z.strictObject({ method: z.literal('totp'), at: moment }).nullable(),
})

const question = z.strictObject({
  id: z.string(),
  ask: z.string(),
  text: z.string(),
  askedAt: moment,
  answer: z.string().nullable(),
  answeredAt: momentOrNull,
})

const accessRequest = z.strictObject({
  id: z.string().min(1),
  tenant: tenantId,
  state: z.enum(['open', 'approved', 'denied', 'withdrawn', 'expired', 'to-it', 'void']),
  terms,
  earlier: z.array(terms),
  stages: z.array(stage),
  stage: z.int().min(0),
  asks: z.array(ask),
  questions: z.array(question),
  askedAt: moment,
  expiresAt: moment,
  decidedAt: momentOrNull,
  ending: z.string().nullable(),
  correlationId: z.string().min(1),
})

/** A request as its row holds it. @throws ZodError for what is none: nothing is decided on a document that nobody wrote so */
export function parseRequest(document: unknown): AccessRequest {
  return accessRequest.parse(document)
}
