import { z } from 'zod'
import { tenantId, userId } from '../identity/person.ts'
import { proofMethods } from '../identity/proof.ts'
import { plainText } from '../plain-text.ts'
import type { AuditEvent } from './audit.ts'
import { namesASecret, withoutSecretForms } from './secret-words.ts'

const longestText = 500
const mostDetails = 20
const mostProofs = 10

/** Names and ids are ours, so a bad one is a fault of ours and refused. */
const id = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters')
/** Text may come from a vendor, so it is mended: an outcome must not be lost because an error message was long. */
const text = z
  .string()
  .transform((value) => plainText(withoutSecretForms(value.slice(0, longestText * 4)), longestText))

const detailName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
  .refine((name) => !namesASecret(name), 'is the name of a secret, which the audit trail never holds')

const auditEvent = z.strictObject({
  kind: z.enum(['intent', 'outcome', 'event']),
  action: z.string().regex(/^(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*$/, 'must be verb-object in lower case'),
  tenant: tenantId,
  actor: z.union([z.literal('helpbot'), userId]),
  target: userId,
  correlationId: id,
  operationId: id.optional(),
  why: text.optional(),
  proofs: z
    .array(
      z.strictObject({
        method: z.enum(proofMethods),
        at: z.iso.datetime({ offset: true }),
        confirmedBy: userId.optional(),
      }),
    )
    .max(mostProofs)
    .optional(),
  policyVersion: z
    .string()
    .regex(/^[\x20-\x7e]{1,200}$/)
    .optional(),
  outcome: z.enum(['done', 'refused', 'failed', 'unclear']).optional(),
  detail: z
    .record(detailName, text)
    .refine((detail) => Object.keys(detail).length <= mostDetails, `must have at most ${mostDetails} entries`)
    .optional(),
})

/** An event that must not be written. Says which member and why, never its value. */
export class AuditEventError extends Error {
  constructor(faults: readonly string[]) {
    super(`the audit event is refused: ${faults.join('; ')}`)
    this.name = 'AuditEventError'
  }
}

/**
 * The event as it is kept: ids in lower case, text without control characters and secrets and cut to 500 characters, nothing undefined.
 * @throws AuditEventError when it is no event, has more than 20 details, or a detail is named like a secret
 */
export function cleanEvent(event: unknown): AuditEvent {
  const parsed = auditEvent.safeParse(event)
  if (!parsed.success) {
    throw new AuditEventError(parsed.error.issues.slice(0, 5).map(describe))
  }
  return withoutUndefined(parsed.data)
}

function describe(issue: z.core.$ZodIssue): string {
  const reason = issue.code === 'invalid_key' ? issue.issues[0]?.message : issue.message
  return `${issue.path.join('.')} ${reason}`.slice(0, 300)
}

type Parsed = z.infer<typeof auditEvent>

function withoutUndefined({ operationId, why, proofs, policyVersion, outcome, detail, ...rest }: Parsed): AuditEvent {
  return {
    ...rest,
    ...(operationId !== undefined && { operationId }),
    ...(why !== undefined && { why }),
    ...(proofs !== undefined && {
      proofs: proofs.map(({ method, at, confirmedBy }) => ({ method, at, ...(confirmedBy && { confirmedBy }) })),
    }),
    ...(policyVersion !== undefined && { policyVersion }),
    ...(outcome !== undefined && { outcome }),
    ...(detail !== undefined && { detail }),
  }
}
