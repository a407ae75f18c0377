import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Schema } from '../store/schema.ts'
import { tenantId, type UserId, userId } from './person.ts'
import { type Proof, type ProofMethod, proofMethods } from './proof.ts'
import type { Who } from './who.ts'

/** More than any conversation can need; the latest are kept in view. */
const mostProofs = 50

const proofRow = z.object({
  id: z.string(),
  tenant_id: tenantId,
  user_id: userId,
  method: z.enum(proofMethods),
  dialog_id: z.string(),
  confirmed_by: userId.nullable(),
  counts: z.boolean(),
  obtained_at: z.union([z.date(), z.iso.datetime({ offset: true }).transform((text) => new Date(text))]),
})

/** Makes a proof, to be recorded. An id of the caller's choosing makes recording it again harmless. */
export function newProof(given: {
  id?: string
  person: Who
  method: ProofMethod
  dialogId: string
  at: Date
  counts: boolean
  confirmedBy?: UserId
}): Proof {
  return {
    id: given.id ?? randomUUID(),
    tenant: given.person.tenant,
    person: given.person.id,
    method: given.method,
    dialogId: given.dialogId,
    at: given.at,
    counts: given.counts,
    ...(given.confirmedBy === undefined ? {} : { confirmedBy: given.confirmedBy }),
  }
}

/** Keeps a proof. The same proof again changes nothing. */
export async function record(database: Kysely<Schema>, proof: Proof): Promise<void> {
  await database
    .insertInto('proofs')
    .values({
      id: proof.id,
      tenant_id: proof.tenant,
      user_id: proof.person,
      method: proof.method,
      dialog_id: proof.dialogId,
      confirmed_by: proof.confirmedBy ?? null,
      counts: proof.counts,
      obtained_at: proof.at,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** The person goes on where being signed in counts for less: that they were signed in elsewhere proves nothing any more. */
export async function chatCountsNoMore(database: Kysely<Schema>, dialogId: string, person: Who): Promise<void> {
  await database
    .updateTable('proofs')
    .set({ counts: false })
    .where('dialog_id', '=', dialogId)
    .where('tenant_id', '=', person.tenant)
    .where('user_id', '=', person.id)
    .where('method', '=', 'channel')
    .execute()
}

/** The proofs this person gave in this dialog, newest first. Another person's, or another dialog's, never serve. */
export async function listOfDialog(database: Kysely<Schema>, dialogId: string, person: Who): Promise<readonly Proof[]> {
  return (await proofsOfDialog(database, dialogId, person).execute()).map(asProof)
}

/** The query of them, to be asked together with something else. */
export function proofsOfDialog(database: Kysely<Schema>, dialogId: string, person: Who) {
  return database
    .selectFrom('proofs')
    .selectAll()
    .where('dialog_id', '=', dialogId)
    .where('tenant_id', '=', person.tenant)
    .where('user_id', '=', person.id)
    .orderBy('obtained_at', 'desc')
    .orderBy('id')
    .limit(mostProofs)
}

/** A row of that query, or what became of it as JSON. */
export function asProof(row: unknown): Proof {
  const parsed = proofRow.parse(row)
  return newProof({
    id: parsed.id,
    person: { tenant: parsed.tenant_id, id: parsed.user_id },
    method: parsed.method,
    dialogId: parsed.dialog_id,
    at: parsed.obtained_at,
    counts: parsed.counts,
    ...(parsed.confirmed_by === null ? {} : { confirmedBy: parsed.confirmed_by }),
  })
}
