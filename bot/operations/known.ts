import type { Kysely } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Proof } from '../identity/proof.ts'
import { asProof, proofsOfDialog } from '../identity/proofs.ts'
import { lockdownRow, modeOf } from '../lockdown/in-force.ts'
import type { LockdownState } from '../policy/lockdown.ts'
import type { Schema } from '../store/schema.ts'
import { asUsage, type Usage, usageRow } from './usage.ts'

/** All that our own tables know of an operation, done or to be done. */
export interface Known {
  /** What whoever starts it has proved in the dialog, and whoever it is done for, where that is somebody else. */
  readonly proofs: readonly Proof[]
  readonly targetProofs: readonly Proof[]
  readonly usage: { readonly today: number; readonly byStarter: number }
  readonly lockdown: LockdownState
}

/**
 * Reads what a decision rests on besides the directory, in one statement, now. Where only the lockdown cannot be read it is unknown:
 * a no for most, and not for what protects.
 * @param of `dialogId`: the conversation in which proofs were given, if any
 */
export async function knownNow(
  database: Kysely<Schema>,
  of: Usage & { readonly dialogId: string | null },
  now: Date,
): Promise<Known> {
  const { tenant, actor, target, dialogId } = of
  const given = proofsOfDialog(database, dialogId ?? '', { tenant, id: actor })
  const theirs = proofsOfDialog(database, dialogId ?? '', { tenant, id: target })
  const query = database.selectNoFrom([
    jsonArrayFrom(given).as('given'),
    jsonArrayFrom(actor === target ? theirs.limit(0) : theirs).as('theirs'),
    jsonObjectFrom(usageRow(database, of, now)).as('used'),
  ])
  const whole = query.select(jsonObjectFrom(lockdownRow(database, tenant)).as('lockdown')).executeTakeFirstOrThrow()
  const row = await whole.catch(async () => ({ ...(await query.executeTakeFirstOrThrow()), lockdown: unreadable }))
  return {
    proofs: row.given.map(asProof),
    targetProofs: row.theirs.map(asProof),
    usage: asUsage(row.used),
    lockdown: modeOf(row.lockdown),
  }
}

const unreadable = {}
