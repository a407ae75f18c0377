import { type Kysely, sql } from 'kysely'
import type { OperationName } from '../desk.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Proof } from '../identity/proof.ts'
import { decide } from '../policy/decide.ts'
import type { Decision } from '../policy/decision.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import type { Facts } from './facts.ts'

const day = 24 * 3_600_000

/**
 * How often this was done for the person within the last day, this time not counted. What failed or was refused costs
 * nothing. Setting up an authenticator changes no directory: there the authenticators themselves are counted.
 */
export async function usage(
  database: Kysely<Schema>,
  of: { readonly id: string; readonly name: OperationName; readonly tenant: TenantId; readonly target: UserId },
  now: Date,
): Promise<number> {
  const since = new Date(now.getTime() - day)
  if (of.name === 'enrol-totp' || of.name === 'replace-totp') {
    const made = await database
      .selectFrom('totp_factors')
      .select(sql<string>`count(*)`.as('count'))
      .where('tenant_id', '=', of.tenant)
      .where('user_id', '=', of.target)
      .where('confirmed_at', '>', since)
      .executeTakeFirstOrThrow()
    return Number(made.count)
  }
  const { count } = await database
    .selectFrom('operations')
    .select(sql<string>`count(*)`.as('count'))
    .where('tenant_id', '=', of.tenant)
    .where('target_id', '=', of.target)
    .where('name', '=', of.name)
    .where('state', 'in', ['running', 'done', 'unclear'])
    .where('started_at', '>', since)
    .where('id', '!=', of.id)
    .executeTakeFirstOrThrow()
  return Number(count)
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
    readonly proofs: readonly Proof[]
    readonly today: number
    readonly now: Date
  },
): Decision {
  const { operation, tenant, actor, target, facts, proofs, today, now } = request
  return decide(policy, {
    operation,
    person: { id: actor, tenant, ...facts.person },
    target: { id: target, tenant, ...facts.target },
    relation: actor === target ? 'self' : 'none',
    proofs,
    approvals: [],
    usage: { today },
    now,
  })
}
