import { z } from 'zod'
import { type GroupId, groupId, guid, type UserId, userId } from '../identity/person.ts'
import { type ProofMethod, proofMethods } from '../identity/proof.ts'
import { durations } from './duration.ts'
import type { OperationName } from './operation-name.ts'
import { duration } from './written-duration.ts'

/** Who says yes to an operation whose mode is `approval`; `it` is a second person of IT. */
export type Approver = 'manager' | 'owners' | 'it' | `group:${string}`

/** Who may start an operation for somebody else. */
const starters = ['manager', 'it'] as const
export type Starter = (typeof starters)[number]

/** How somebody for whom an operation was started proves themselves: a code read out, or a number matched in their own chat. */
const personProofMethods = ['totp', 'channel'] as const
export type PersonProof = (typeof personProofMethods)[number]

/** Who is shown what was made: whoever started it, or the manager of the person concerned. */
const receivers = ['starter', 'manager'] as const
export type Receiver = (typeof receivers)[number]

const deliveries = ['temporary-password', 'temporary-access-pass'] as const
export type Delivery = (typeof deliveries)[number]

export interface OperationRule {
  readonly mode: 'automatic' | 'approval' | 'forbidden'
  /** Any one of these is enough, each needs all of its methods. None at all: no proof is asked for. */
  readonly proofs: readonly (readonly ProofMethod[])[]
  /** Milliseconds for which a proof serves. */
  readonly freshness: number
  readonly limits: {
    readonly perPersonPerDay?: number | undefined
    /** Only of what is done for others: how often the same person may start it. */
    readonly perStarterPerDay?: number | undefined
  }
  readonly approvers?: Approver | undefined
  /** Only of resets: whether all sessions are ended along with it. */
  readonly revokeSessions: boolean
  /** Only of what is done for others: who may start it. Left out: nobody. */
  readonly by?: readonly Starter[]
  /** Only of `reset-password-for`: what the person concerned must prove, besides whoever starts it. */
  readonly personProofs?: readonly (readonly PersonProof[])[]
  /** Only of `reset-password-for`: what is handed over, to whom, and how long a pass is good (milliseconds). */
  readonly deliver?: Delivery
  readonly showTo?: Receiver
  readonly passLasts?: number
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
  /** How long a chat account must have belonged to somebody before that they are signed in there proves anything. */
  readonly chatLinkMustStandFor: number
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
  readonly notices: { readonly secondAddress: boolean }
  /** After how long IT is reminded of what nobody has answered, by urgency. */
  readonly escalation: { readonly remindAfter: { readonly normal: number; readonly high: number } }
  readonly access: AccessRules
  readonly hybrid: HybridRules
  readonly lockouts: LockoutRules
  readonly lockdown: LockdownRules
}

/** What two people of IT can put in force for everybody. */
export interface LockdownRules {
  /** The second one's time to say yes, milliseconds. */
  readonly confirmWithin: number
  /** While only the strongest proofs count: any one line is asked for, besides what the operation asks for anyhow. */
  readonly strict: readonly (readonly ProofMethod[])[]
  /** What people are told to do instead. */
  readonly contact: string
}

/** How long what was written on-premises takes to be seen in Entra ID, milliseconds: what people are told, and when to worry. */
export interface HybridRules {
  readonly passwordSync: number
  /** Members of groups, and whether an account is blocked. */
  readonly objectSync: number
  readonly giveUpAfter: number
}

/** Whether people are offered the unlock of an account that was just locked, before they ask. */
export interface LockoutRules {
  readonly offer: boolean
  readonly perPersonPerDay: number
  /** To everybody together: where more are locked, somebody is at work on many accounts, and IT is told in place of them. */
  readonly perHour: number
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

/** How requests for access live, and who may look what up; every length of time in milliseconds. */
export interface AccessRules {
  /** When approvers are reminded, counted from when they were asked; working days only. */
  readonly remindAfter: readonly number[]
  /** When their own manager is asked instead; working days only. */
  readonly handOverAfter: number
  readonly expiresAfter: number
  readonly workingDays: readonly Weekday[]
  /** IANA name: what a day is. */
  readonly timeZone: string
  readonly limits: { readonly perPersonPerDay: number }
  /** How long before its end a grant is announced to whoever has it, longest first. */
  readonly remindBeforeEnd: readonly number[]
  /** How often a membership is looked at, so that one taken away behind our back is noticed. */
  readonly lookEvery: number
  /** How many memberships are changed at the same time by what falls due. */
  readonly atOnce: number
  /** How long an operation can be undone. */
  readonly undoFor: number
  /** Who may ask who is in a group: its owners, its members too, or whoever may see it. IT always may. */
  readonly whoIsIn: 'owners' | 'members' | 'everybody'
}

/** `anyOf: [{allOf: […]}, …]`. An empty list is a fault: who wants no proof must say so. */
function listed<Method extends string>(methods: readonly Method[]) {
  return z.strictObject({
    anyOf: z
      .array(
        z.strictObject({
          allOf: z
            .array(z.enum(methods))
            .min(1)
            .refine((named) => new Set(named).size === named.length, {
              error: 'names a method twice',
              params: { fix: 'name each method once' },
            }),
        }),
      )
      .min(1)
      .max(8),
  })
}
const proofs = z.union([
  z.literal('none').transform((): readonly (readonly ProofMethod[])[] => []),
  listed(proofMethods).transform(({ anyOf }): readonly (readonly ProofMethod[])[] => anyOf.map(({ allOf }) => allOf)),
])
const personProofs = listed(personProofMethods).transform(({ anyOf }): readonly (readonly PersonProof[])[] =>
  anyOf.map(({ allOf }) => allOf),
)

const approvers = z.unknown().transform((value, context): Approver => {
  if (value === 'manager' || value === 'owners' || value === 'it') return value
  const group = guid.safeParse(typeof value === 'string' && value.startsWith('group:') ? value.slice(6) : undefined)
  if (group.success) return `group:${group.data}`
  const params = { fix: 'write `manager`, `owners`, `it` or `group:<object id of the group>`' }
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

const limitsForOthers = z.strictObject({
  ...limits.shape,
  perStarterPerDay: z.int().min(1).max(1000).optional(),
})
const forOthersShape = {
  ...ruleShape,
  limits: limitsForOthers.default({}),
  by: z.array(z.enum(starters)).min(1).max(starters.length),
}
const resetForShape = {
  ...forOthersShape,
  revokeSessions: z.boolean().default(true),
  personProofs,
  deliver: z.enum(deliveries).default('temporary-password'),
  showTo: z.enum(receivers).default('starter'),
  // Microsoft takes 10 minutes to 30 days; a pass that lives for days is a password nobody chose.
  passLasts: duration(10 * durations.minute, durations.day).default(60 * durations.minute),
}

/** What concerns everybody is nobody's account, so nothing is counted by account. */
const forEverybodyShape = {
  mode: ruleShape.mode,
  proofs: ruleShape.proofs,
  freshness: ruleShape.freshness,
  approvers: ruleShape.approvers,
  by: forOthersShape.by,
}

type WrittenRule = Pick<z.infer<z.ZodObject<typeof ruleShape>>, 'mode' | 'proofs' | 'approvers'>

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
      params: { fix: 'write `approvers: manager`, `owners`, `it` or `group:<object id>`' },
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

const resetForRule = z
  .strictObject(resetForShape)
  .superRefine(saysEnough)
  .transform((said): OperationRule => ({ ...said, proofs: said.proofs ?? [] }))
  .default(absent)

const forOthersRule = z
  .strictObject(forOthersShape)
  .superRefine(saysEnough)
  .transform((said): OperationRule => ({ ...said, proofs: said.proofs ?? [], revokeSessions: false }))
  .default(absent)

const forEverybodyRule = z
  .strictObject(forEverybodyShape)
  .superRefine(saysEnough)
  .transform((said): OperationRule => ({ ...said, proofs: said.proofs ?? [], limits: {}, revokeSessions: false }))
  .default(absent)

const operations = z.strictObject({
  'reset-password': resetRule,
  'unlock-account': rule,
  'enrol-totp': rule,
  'replace-totp': rule,
  'set-security-questions': rule,
  'protect-account': rule,
  'reset-password-for': resetForRule,
  'freeze-account': forOthersRule,
  'undo-access': forOthersRule,
  'lock-down': forEverybodyRule,
  'lift-lockdown': forEverybodyRule,
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
const notices = z.strictObject({ secondAddress: z.boolean().default(true) })
const remindAfter = z.strictObject({
  normal: duration(durations.minute, 7 * durations.day).default(60 * durations.minute),
  high: duration(durations.minute, durations.day).default(10 * durations.minute),
})
const escalation = z.strictObject({ remindAfter: remindAfter.prefault({}) })

const zoneKnown = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
/** Longer than what comes before it in the list, or shorter: one rule for both lists. */
function ordered(list: readonly number[], direction: 1 | -1): boolean {
  return list.every((value, index) => index === 0 || (value - (list[index - 1] ?? value)) * direction > 0)
}
const remindApprovers = z
  .array(duration(durations.minute, 30 * durations.day))
  .max(5)
  .refine((list) => ordered(list, 1), { error: 'is not in order', params: { fix: 'write the shortest time first' } })
const remindHolders = z
  .array(duration(durations.minute, 90 * durations.day))
  .max(5)
  .refine((list) => ordered(list, -1), { error: 'is not in order', params: { fix: 'write the longest time first' } })
const accessLimits = z.strictObject({ perPersonPerDay: z.int().min(1).max(100).default(10) })
const access = z
  .strictObject({
    remindAfter: remindApprovers.default([4 * durations.hour, 24 * durations.hour]),
    handOverAfter: duration(durations.minute, 30 * durations.day).default(48 * durations.hour),
    expiresAfter: duration(durations.hour, 30 * durations.day).default(7 * durations.day),
    workingDays: z.array(z.enum(weekdays)).min(1).max(7).default(['mon', 'tue', 'wed', 'thu', 'fri']),
    timeZone: z
      .string()
      .max(64)
      .refine(zoneKnown, { error: 'is no time zone', params: { fix: 'write an IANA name such as `Europe/Berlin`' } })
      .default('UTC'),
    limits: accessLimits.prefault({}),
    remindBeforeEnd: remindHolders.default([3 * durations.day, durations.hour]),
    lookEvery: duration(5 * durations.minute, 30 * durations.day).default(durations.day),
    atOnce: z.int().min(1).max(64).default(8),
    undoFor: duration(durations.hour, 30 * durations.day).default(30 * durations.day),
    whoIsIn: z.enum(['owners', 'members', 'everybody']).default('owners'),
  })
  .refine((rules) => rules.handOverAfter < rules.expiresAfter, {
    path: ['handOverAfter'],
    error: 'is not before the request expires',
    params: { fix: 'write less than `expiresAfter`' },
  })

const hybrid = z
  .strictObject({
    passwordSync: duration(durations.second, durations.day).default(5 * durations.minute),
    objectSync: duration(durations.second, durations.day).default(40 * durations.minute),
    giveUpAfter: duration(durations.minute, 7 * durations.day).default(4 * durations.hour),
  })
  .refine((rules) => rules.giveUpAfter > Math.max(rules.passwordSync, rules.objectSync), {
    path: ['giveUpAfter'],
    error: 'is over before what is waited for is expected',
    params: { fix: 'write more than `passwordSync` and `objectSync`' },
  })
const lockouts = z.strictObject({
  offer: z.boolean().default(false),
  perPersonPerDay: z.int().min(1).max(100).default(3),
  perHour: z.int().min(1).max(10_000).default(50),
})
const lockdown = z.strictObject({
  confirmWithin: duration(durations.minute, durations.day).default(15 * durations.minute),
  strict: listed(proofMethods)
    .transform(({ anyOf }): readonly (readonly ProofMethod[])[] => anyOf.map(({ allOf }) => allOf))
    .prefault({ anyOf: [{ allOf: ['totp'] }] }),
  contact: z.string().trim().min(1).max(300).default('Please call the IT help desk, or go there in person.'),
})

const fileShape = {
  operations,
  channelCounts: z.boolean().default(false),
  coolingOff: duration(0, 90 * durations.day).default(3 * durations.day),
  managerMustStandFor: duration(0, 366 * durations.day).default(14 * durations.day),
  chatLinkMustStandFor: duration(0, 366 * durations.day).default(3 * durations.day),
  confirmation: confirmation.prefault({}),
  approval: approval.prefault({}),
  quietAfter: duration(durations.minute, durations.day).default(15 * durations.minute),
  securityQuestions: securityQuestions.prefault({}),
  password: password.prefault({}),
  protected: protectedOnes.prefault({}),
  notices: notices.prefault({}),
  escalation: escalation.prefault({}),
  access: access.prefault({}),
  hybrid: hybrid.prefault({}),
  lockouts: lockouts.prefault({}),
  lockdown: lockdown.prefault({}),
}

/** The whole file, as YAML gives it. */
export const policyFile = z.strictObject(fileShape)

/** The names that may stand at each place; `*` is any operation. For "did you mean". */
const namesByPlace: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(fileShape),
  operations: Object.keys(operations.shape),
  'operations.*': Object.keys(ruleShape),
  'operations.reset-password': Object.keys(resetShape),
  'operations.reset-password-for': Object.keys(resetForShape),
  'operations.freeze-account': Object.keys(forOthersShape),
  'operations.undo-access': Object.keys(forOthersShape),
  'operations.lock-down': Object.keys(forEverybodyShape),
  'operations.lift-lockdown': Object.keys(forEverybodyShape),
  'operations.*.limits': Object.keys(limits.shape),
  'operations.reset-password-for.limits': Object.keys(limitsForOthers.shape),
  'operations.freeze-account.limits': Object.keys(limitsForOthers.shape),
  'operations.undo-access.limits': Object.keys(limitsForOthers.shape),
  'operations.*.proofs': ['anyOf'],
  'operations.*.proofs.anyOf.#': ['allOf'],
  'operations.*.personProofs': ['anyOf'],
  'operations.*.personProofs.anyOf.#': ['allOf'],
  confirmation: Object.keys(confirmation.shape),
  approval: Object.keys(approval.shape),
  securityQuestions: Object.keys(securityQuestions.shape),
  password: Object.keys(password.shape),
  protected: Object.keys(protectedOnes.shape),
  notices: Object.keys(notices.shape),
  escalation: Object.keys(escalation.shape),
  'escalation.remindAfter': Object.keys(remindAfter.shape),
  access: Object.keys(access.shape),
  'access.limits': Object.keys(accessLimits.shape),
  hybrid: Object.keys(hybrid.shape),
  lockouts: Object.keys(lockouts.shape),
  lockdown: Object.keys(lockdown.shape),
  'lockdown.strict': ['anyOf'],
  'lockdown.strict.anyOf.#': ['allOf'],
}

/** The settings that exist at a place of the file. */
export function namesAt(path: readonly PropertyKey[]): readonly string[] {
  const exact = path.map((step) => (typeof step === 'number' ? '#' : String(step)))
  const general = exact.map((step, index) => (index === 1 && exact[0] === 'operations' ? '*' : step))
  return namesByPlace[exact.join('.')] ?? namesByPlace[general.join('.')] ?? []
}
