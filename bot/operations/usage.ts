import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { OperationName } from '../desk.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Proof } from '../identity/proof.ts'
import { decide } from '../policy/decide.ts'
import type { Approval, Decision, Relation } from '../policy/decision.ts'
import type { LockdownState } from '../policy/lockdown.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import type { Facts } from './facts.ts'

const day = 24 * 3_600_000

/** One operation, done or to be done. */
export interface Usage {
  readonly id: string
  readonly name: OperationName
  readonly tenant: TenantId
  readonly actor: UserId
  readonly target: UserId
}

/**
 * The query of how often this was done for the person, and by whoever starts it, within the last day, this time not counted. What
 * failed or was refused costs nothing. Setting up an authenticator changes no directory: there the authenticators themselves are
 * counted.
 */
export function usageRow(database: Kysely<Schema>, of: Usage, now: Date) {
  const since = new Date(now.getTime() - day)
  if (of.name === 'enrol-totp' || of.name === 'replace-totp')
    return database
      .selectFrom('totp_factors')
      .select([sql<string>`count(*)`.as('today'), sql<string>`count(*)`.as('by_starter')])
      .where('tenant_id', '=', of.tenant)
      .where('user_id', '=', of.target)
      .where('confirmed_at', '>', since)
  return (
    database
      .selectFrom('operations')
      .select([
        sql<string>`count(*) filter (where target_id = ${of.target})`.as('today'),
        sql<string>`count(*) filter (where actor_id = ${of.actor})`.as('by_starter'),
      ])
      .where('tenant_id', '=', of.tenant)
      // What people do for themselves is counted by whose account it is alone: the index knows no other way.
      .where((row) => {
        const theirs = row('target_id', '=', of.target)
        return of.actor === of.target ? theirs : row.or([theirs, row('actor_id', '=', of.actor)])
      })
      // An undo is an operation of its own kind under the name of what it does.
      .where(
        of.name === 'undo-access'
          ? sql<boolean>`about -> 'warrant' ->> 'by' = 'undo'`
          : sql<boolean>`name = ${of.name}`,
      )
      .where('state', 'in', ['running', 'done', 'unclear'])
      .where('started_at', '>', since)
      .where('id', '!=', of.id)
  )
}

/** What that query says now. */
export async function usage(
  database: Kysely<Schema>,
  of: Usage,
  now: Date,
): Promise<{ readonly today: number; readonly byStarter: number }> {
  return asUsage(await usageRow(database, of, now).executeTakeFirstOrThrow())
}

const counted = z.object({ today: z.coerce.number(), by_starter: z.coerce.number() })

/** A row of that query, or what became of it as JSON. */
export function asUsage(row: unknown): { readonly today: number; readonly byStarter: number } {
  const { today, by_starter } = counted.parse(row)
  return { today, byStarter: by_starter }
}

/** Lays what is known before the policy. */
export function decideFor(
  policy: Policy,
  request: {
    readonly operation: OperationName
    readonly tenant: TenantId
    readonly actor: UserId
    readonly target: UserId
    readonly facts: Facts
    readonly relation: Relation
    readonly proofs: readonly Proof[]
    readonly targetProofs: readonly Proof[]
    readonly approvals: readonly Approval[]
    readonly usage: { readonly today: number; readonly byStarter: number }
    readonly lockdown: LockdownState
    readonly now: Date
  },
): Decision {
  const { tenant, actor, target, facts, ...others } = request
  return decide(policy, {
    ...others,
    person: { id: actor, tenant, ...facts.person },
    target: { id: target, tenant, ...facts.target },
  })
}
