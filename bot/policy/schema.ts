import { z } from 'zod'
import type { OperationName } from '../desk.ts'
import { type GroupId, groupId, guid, type UserId, userId } from '../identity/person.ts'
import { type ProofMethod, proofMethods } from '../identity/proof.ts'
import { durations, formatDuration, parseDuration } from './duration.ts'

/** Who says yes to an operation whose mode is `approval`. */
export type Approver = 'manager' | 'owners' | `group:${string}`

export interface OperationRule {
  readonly mode: 'automatic' | 'approval' | 'forbidden'
  /** Any one of these is enough, each needs all of its methods. None at all: no proof is asked for. */
  readonly proofs: readonly (readonly ProofMethod[])[]
  /** Milliseconds for which a proof serves. */
  readonly freshness: number
  readonly limits: { readonly perPersonPerDay?: number | undefined }
  readonly approvers?: Approver | undefined
  /** Only of `reset-password`: whether all sessions are ended along with it. */
  readonly revokeSessions: boolean
}

/** How a generated temporary password looks. See bot/operations/password.ts. */
export interface PasswordPolicy {
  readonly style: 'words' | 'characters'
  /** style words: how many words, and how many digits stand between them. */
  readonly words: number
  readonly digits: number
  /** style characters: how many. */
  readonly length: number
  readonly minimumLength: number
  /** How many of lower case, upper case, digits and symbols there must be. */
  readonly classes: number
}

/** What the policy file says; every length of time in milliseconds. */
export interface PolicyContent {
  readonly operations: Readonly<Record<OperationName, OperationRule>>
  /** Whether the authenticated chat counts as a proof where it is listed. */
  readonly channelCounts: boolean
  readonly coolingOff: number
  readonly managerMustStandFor: number
  readonly confirmation: { readonly expiresAfter: number }
  readonly approval: { readonly expiresAfter: number }
  readonly quietAfter: number
  readonly securityQuestions: {
    readonly enabled: boolean
    readonly ask: number
    readonly of: number
    readonly forPrivileged: boolean
  }
  readonly password: PasswordPolicy
  readonly protected: { readonly people: readonly UserId[]; readonly groups: readonly GroupId[] }
  readonly notices: { readonly secondAddress: boolean; readonly itChannel: boolean }
}

function duration(least: number, most: number) {
  return z.unknown().transform((value, context): number => {
    const milliseconds = typeof value === 'string' ? parseDuration(value) : undefined
    const fault = (message: string, fix: string) => {
      context.issues.push({ code: 'custom', input: value, message, params: { fix } })
      return z.NEVER
    }
    if (milliseconds === undefined) return fault('is no length of time', 'write a number and a unit, e.g. `15 min`')
    if (milliseconds < least) return fault('is too short', `write at least \`${formatDuration(least)}\``)
    if (milliseconds > most) return fault('is too long', `write at most \`${formatDuration(most)}\``)
    return milliseconds
  })
}

/** `none`, or `anyOf: [{allOf: […]}, …]`. An empty list is a fault: who wants no proof must say so. */
const listed = z.strictObject({
  anyOf: z
    .array(
      z.strictObject({
        allOf: z
          .array(z.enum(proofMethods))
          .min(1)
          .refine((methods) => new Set(methods).size === methods.length, {
            error: 'names a method twice',
            params: { fix: 'name each method once' },
          }),
      }),
    )
    .min(1)
    .max(8),
})
const proofs = z.union([
  z.literal('none').transform((): readonly (readonly ProofMethod[])[] => []),
  listed.transform(({ anyOf }): readonly (readonly ProofMethod[])[] => anyOf.map(({ allOf }) => allOf)),
])

const approvers = z.unknown().transform((value, context): Approver => {
  if (value === 'manager' || value === 'owners') return value
  const group = guid.safeParse(typeof value === 'string' && value.startsWith('group:') ? value.slice(6) : undefined)
  if (group.success) return `group:${group.data}`
  const params = { fix: 'write `manager`, `owners` or `group:<object id of the group>`' }
  context.issues.push({ code: 'custom', input: value, message: 'names nobody who could approve', params })
  return z.NEVER
})

const limits = z.strictObject({ perPersonPerDay: z.int().min(1).max(100).optional() })

const ruleShape = {
  mode: z.enum(['automatic', 'approval', 'forbidden']),
  proofs: proofs.optional(),
  freshness: duration(durations.minute, 7 * durations.day).default(10 * durations.minute),
  limits: limits.default({}),
  approvers: approvers.optional(),
}
const resetShape = { ...ruleShape, revokeSessions: z.boolean().default(true) }

type WrittenRule = z.infer<z.ZodObject<typeof ruleShape>>

/** What a rule must say depends on its mode. */
function saysEnough(rule: WrittenRule, context: z.RefinementCtx): void {
  if (rule.mode !== 'forbidden' && rule.proofs === undefined)
    context.addIssue({
      code: 'custom',
      path: ['proofs'],
      message: 'is missing',
      params: { fix: 'list the proofs under `anyOf`, or write `proofs: none`' },
    })
  if (rule.mode === 'approval' && rule.approvers === undefined)
    context.addIssue({
      code: 'custom',
      path: ['approvers'],
      message: 'is missing, and the mode is `approval`',
      params: { fix: 'write `approvers: manager`, `owners` or `group:<object id>`' },
    })
}

/** What the file leaves out is forbidden. */
const absent: OperationRule = { mode: 'forbidden', proofs: [], freshness: 0, limits: {}, revokeSessions: false }

const rule = z
  .strictObject(ruleShape)
  .superRefine(saysEnough)
  .transform((said): OperationRule => ({ ...said, proofs: said.proofs ?? [], revokeSessions: false }))
  .default(absent)

const resetRule = z
  .strictObject(resetShape)
  .superRefine(saysEnough)
  .transform((said): OperationRule => ({ ...said, proofs: said.proofs ?? [] }))
  .default(absent)

const operations = z.strictObject({
  'reset-password': resetRule,
  'unlock-account': rule,
  'enrol-totp': rule,
  'replace-totp': rule,
  'set-security-questions': rule,
  'protect-account': rule,
})

const confirmation = z.strictObject({
  expiresAfter: duration(durations.minute, durations.day).default(15 * durations.minute),
})
const approval = z.strictObject({
  expiresAfter: duration(durations.hour, 90 * durations.day).default(7 * durations.day),
})
const securityQuestions = z
  .strictObject({
    enabled: z.boolean().default(false),
    ask: z.int().min(1).max(10).default(2),
    of: z.int().min(1).max(10).default(3),
    forPrivileged: z.boolean().default(false),
  })
  .refine((questions) => questions.ask <= questions.of, {
    path: ['ask'],
    error: 'is more than there are to choose from',
    params: { fix: 'write at most as many as `of`' },
  })
/** With the least of each, a password still has 60 bits: test/bot/operations/password.test.ts holds us to it. */
const password = z.strictObject({
  style: z.enum(['words', 'characters']).default('words'),
  words: z.int().min(5).max(10).default(5),
  digits: z.int().min(2).max(6).default(3),
  length: z.int().min(12).max(64).default(16),
  minimumLength: z.int().min(8).max(64).default(14),
  classes: z.int().min(3).max(4).default(3),
})
const protectedOnes = z.strictObject({
  people: z.array(userId).max(1000).default([]),
  groups: z.array(groupId).max(200).default([]),
})
const notices = z.strictObject({ secondAddress: z.boolean().default(true), itChannel: z.boolean().default(true) })

const fileShape = {
  operations,
  channelCounts: z.boolean().default(false),
  coolingOff: duration(0, 90 * durations.day).default(3 * durations.day),
  managerMustStandFor: duration(0, 366 * durations.day).default(14 * durations.day),
  confirmation: confirmation.prefault({}),
  approval: approval.prefault({}),
  quietAfter: duration(durations.minute, durations.day).default(15 * durations.minute),
  securityQuestions: securityQuestions.prefault({}),
  password: password.prefault({}),
  protected: protectedOnes.prefault({}),
  notices: notices.prefault({}),
}

/** The whole file, as YAML gives it. */
export const policyFile = z.strictObject(fileShape)

/** The names that may stand at each place; `*` is any operation. For "did you mean". */
const namesByPlace: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(fileShape),
  operations: Object.keys(operations.shape),
  'operations.*': Object.keys(ruleShape),
  'operations.reset-password': Object.keys(resetShape),
  'operations.*.limits': Object.keys(limits.shape),
  'operations.*.proofs': ['anyOf'],
  'operations.*.proofs.anyOf.#': ['allOf'],
  confirmation: Object.keys(confirmation.shape),
  approval: Object.keys(approval.shape),
  securityQuestions: Object.keys(securityQuestions.shape),
  password: Object.keys(password.shape),
  protected: Object.keys(protectedOnes.shape),
  notices: Object.keys(notices.shape),
}

/** The settings that exist at a place of the file. */
export function namesAt(path: readonly PropertyKey[]): readonly string[] {
  const exact = path.map((step) => (typeof step === 'number' ? '#' : String(step)))
  const general = exact.map((step, index) => (index === 1 && exact[0] === 'operations' ? '*' : step))
  return namesByPlace[exact.join('.')] ?? namesByPlace[general.join('.')] ?? []
}
