import type { Kysely, Transaction } from 'kysely'
import { z } from 'zod'
import { type TenantId, tenantId, type UserId, userId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'

/** A Slack account and the directory person it belongs to, as they were matched. */
export interface Binding {
  readonly slackUser: string
  readonly tenant: TenantId
  readonly person: UserId
  /** Lower case. */
  readonly email: string
}

type Connection = Kysely<Schema> | Transaction<Schema>

export async function bindingOf(database: Connection, team: string, slackUser: string): Promise<Binding | undefined> {
  const row = await database
    .selectFrom('slack_people')
    .selectAll()
    .where('team_id', '=', team)
    .where('slack_user_id', '=', slackUser)
    .executeTakeFirst()
  return row && asBinding(row)
}

/** Accounts that hold the person or the address: at most one of each, by the table's own rule and ours. */
export async function rivals(database: Connection, team: string, wanted: Binding): Promise<readonly Binding[]> {
  const rows = await database
    .selectFrom('slack_people')
    .selectAll()
    .where('team_id', '=', team)
    .where('slack_user_id', '!=', wanted.slackUser)
    .where((either) =>
      either.or([
        either('email', '=', wanted.email),
        either.and([either('tenant_id', '=', wanted.tenant), either('user_id', '=', wanted.person)]),
      ]),
    )
    .limit(5)
    .execute()
  return rows.map(asBinding)
}

export async function bindingOfPerson(
  database: Connection,
  team: string,
  whose: { readonly tenant: TenantId; readonly id: UserId },
): Promise<Binding | undefined> {
  const row = await database
    .selectFrom('slack_people')
    .selectAll()
    .where('team_id', '=', team)
    .where('tenant_id', '=', whose.tenant)
    .where('user_id', '=', whose.id)
    .executeTakeFirst()
  return row && asBinding(row)
}

/**
 * Writes a binding; false when another one holds the account or the person already.
 * @param rollOut how long, from the first binding of the workspace on, a first binding counts at once: until then everybody is new,
 *   and nobody more than others. Milliseconds.
 */
export async function bind(
  database: Connection,
  team: string,
  binding: Binding,
  { now, rollOut }: { readonly now: Date; readonly rollOut: number },
): Promise<boolean> {
  const rollingOut = now.getTime() < (await firstAt(database, team, now)).getTime() + rollOut
  const isNew = !rollingOut || (await wasBoundBefore(database, team, binding))
  const written = await database
    .insertInto('slack_people')
    .values({
      team_id: team,
      slack_user_id: binding.slackUser,
      tenant_id: binding.tenant,
      user_id: binding.person,
      email: binding.email,
      bound_at: now,
      checked_at: now,
      new_since: isNew ? now : null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('slack_user_id')
    .execute()
  return written.length === 1
}

const linksBegan = z.object({ firstAt: z.coerce.date() })

/** When the first account of the workspace was bound: now, where none was. */
async function firstAt(database: Connection, team: string, now: Date): Promise<Date> {
  const name = `slack-links:${team}`
  await database
    .insertInto('facts')
    .values({ name, value: JSON.stringify({ firstAt: now.toISOString() }) })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const fact = await database.selectFrom('facts').select('value').where('name', '=', name).executeTakeFirst()
  return linksBegan.parse(fact?.value).firstAt
}

/** Whether the account, the person or the address was bound otherwise before: then somebody has changed something. */
async function wasBoundBefore(database: Connection, team: string, wanted: Binding): Promise<boolean> {
  const row = await database
    .selectFrom('slack_links_ended')
    .select('email')
    .where('team_id', '=', team)
    .where((either) =>
      either.or([
        either('slack_user_id', '=', wanted.slackUser),
        either('email', '=', wanted.email),
        either.and([either('tenant_id', '=', wanted.tenant), either('user_id', '=', wanted.person)]),
      ]),
    )
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Ends a binding, and with it that the person is written to there: the chat is somebody else's now, or nobody's. */
export async function unbind(database: Kysely<Schema>, team: string, binding: Binding): Promise<boolean> {
  return await database.transaction().execute((transaction) => end(transaction, team, binding))
}

/**
 * Ends the binding of an address, in whichever workspace; nothing when none has it.
 * @param note is called in the same transaction, last
 */
export async function unbindAddress(
  database: Kysely<Schema>,
  email: string,
  note: (transaction: Transaction<Schema>, binding: Binding) => Promise<void>,
): Promise<boolean> {
  return await database.transaction().execute(async (transaction) => {
    const row = await transaction.selectFrom('slack_people').selectAll().where('email', '=', email).executeTakeFirst()
    if (!row) return false
    const binding = asBinding(row)
    await end(transaction, row.team_id, binding)
    await note(transaction, binding)
    return true
  })
}

async function end(transaction: Transaction<Schema>, team: string, binding: Binding): Promise<boolean> {
  await transaction
    .insertInto('slack_links_ended')
    .values({
      team_id: team,
      slack_user_id: binding.slackUser,
      tenant_id: binding.tenant,
      user_id: binding.person,
      email: binding.email,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { numDeletedRows } = await transaction
    .deleteFrom('slack_people')
    .where('team_id', '=', team)
    .where('slack_user_id', '=', binding.slackUser)
    .executeTakeFirst()
  await transaction
    .deleteFrom('conversations')
    .where('tenant_id', '=', binding.tenant)
    .where('user_id', '=', binding.person)
    .where('channel', '=', 'slack')
    .execute()
  return numDeletedRows > 0n
}

function asBinding(row: { slack_user_id: string; tenant_id: string; user_id: string; email: string }): Binding {
  return {
    slackUser: row.slack_user_id,
    tenant: tenantId.parse(row.tenant_id),
    person: userId.parse(row.user_id),
    email: row.email,
  }
}
