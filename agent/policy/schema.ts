import { z } from 'zod'
import { AgentError } from '../agent-error.ts'
import { formatDn, isAtOrBelow, parseDn } from '../ldap/names.ts'
import { domainName, sid } from '../protocol/frames.ts'
import { policedOperations } from './policy.ts'

const most = 100

/** A distinguished name, spelled afresh. */
const name = z
  .string('must be a distinguished name, such as OU=People,DC=corp,DC=example')
  .max(2_000)
  .transform((text, context) => {
    try {
      return formatDn(parseDn(text))
    } catch (error) {
      if (!(error instanceof AgentError)) throw error
      context.addIssue(
        `${JSON.stringify(text.slice(0, 200))} is not a distinguished name: write one such as OU=People,DC=corp,DC=example`,
      )
      return z.NEVER
    }
  })

const isDomainPart = (type: string) => type.toLowerCase() === 'dc'

/** Where a domain keeps its own: administrators, controllers, what it runs on. Nothing below is ever the agent's to write. */
const reserved = new Set([
  'cn=users',
  'cn=builtin',
  'cn=system',
  'cn=configuration',
  'cn=managed service accounts',
  'cn=foreignsecurityprincipals',
  'ou=domain controllers',
])

/** Why nobody should be given this to write; undefined when it may be. */
function tooWide(base: string): string | undefined {
  const steps = parseDn(base)
  const top = steps.findLast((step) => !step.some((pair) => isDomainPart(pair.type)))
  if (top === undefined) return 'is a whole domain: name the units of people and of groups that the agent may write'
  const key = top.map((pair) => `${pair.type}=${pair.value}`.toLowerCase()).join('+')
  if (reserved.has(key))
    return `lies in ${formatDn([top])}, where the domain keeps its own accounts: make a unit (OU) for people or groups and name it`
  return undefined
}

const writeBase = name.superRefine((base, context) => {
  const fault = tooWide(base)
  if (fault !== undefined) context.addIssue(`${JSON.stringify(base)} ${fault}`)
})

const isSid = (text: string) => /^s-1-/i.test(text)
const neverTouched = z.union(
  [
    z
      .string()
      .refine(isSid)
      .transform((text) => text.toUpperCase())
      .pipe(sid),
    name,
  ],
  'must be the SID (S-1-5-21-…) or the distinguished name of a group',
)

const notASuffix = 'must be the part of a sign-in name behind the @, such as corp.example'
const upnSuffix = z
  .string(notASuffix)
  .transform((text) => text.toLowerCase())
  .refine((text) => domainName.safeParse(text).success, notASuffix)

const cap = z
  .int('must be a whole number: how many an hour')
  .min(0, 'must be 0 or more')
  .max(100_000, 'must be at most 100000: a cap that is never reached is none')

const capped = [...policedOperations, 'all'] as const

/** What is wrong with a block, in words; a name that it does not know must not be lost in silence. */
const onlyThese =
  (...names: readonly string[]) =>
  (issue: z.core.$ZodRawIssue): string =>
    issue.code === 'unrecognized_keys'
      ? `${issue.keys.map((key) => JSON.stringify(key)).join(', ')} is not known here: use ${names.join(', ')}`
      : `must be a block of ${names.join(', ')}`

const operation = z.enum(policedOperations, `must be one of ${policedOperations.join(', ')}`)
const list = <T extends z.ZodType>(of: T) =>
  z.array(of, 'must be a list').max(most, `must hold at most ${most}`).default([])

/**
 * The part `policy` of agent.yaml. What is left out is forbidden. Each fault is an issue at its field whose message says what to
 * write instead.
 */
export const agentPolicySchema = z
  .strictObject(
    {
      /** Bases whose objects the bot may be shown. */
      read: list(name),
      /** Units below which something may be changed, where `operations` allows it. */
      write: list(writeBase),
      operations: list(operation),
      /** Groups: neither they, nor what is nested in them, nor their members are ever changed. */
      neverTouch: list(neverTouched),
      /** What may stand behind the @ of a new account's sign-in name, besides the domain's own name. */
      upnSuffixes: list(upnSuffix),
      /** How many writes an hour; `all` counts them together and must be there. */
      perHour: z.partialRecord(z.enum(capped), cap, { error: onlyThese(...capped) }).default({}),
    },
    { error: onlyThese('read', 'write', 'operations', 'neverTouch', 'upnSuffixes', 'perHour') },
  )
  .superRefine((policy, context) => {
    const issue = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message })
    for (const [index, base] of policy.write.entries())
      if (!policy.read.some((wide) => isAtOrBelow(base, wide)))
        issue(['write', index], `${JSON.stringify(base)} lies below no base of read: add it, or one above it, to read`)
    if (policy.operations.length === 0) return
    if (policy.perHour.all === undefined)
      issue(['perHour', 'all'], 'is missing: write how many changes an hour are allowed together, such as 500')
    if (policy.write.length === 0)
      issue(['write'], 'is empty while operations are allowed: name the units, or allow no operations')
  })

export type AgentPolicySettings = z.output<typeof agentPolicySchema>
