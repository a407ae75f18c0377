import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { OperationName } from '../desk.ts'
import { confirmationById } from '../identity/manager.ts'
import type { Person, UserId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'

/** Who confirmed, if this confirmation is this person's, of this dialog, for this purpose, and was a yes. */
export async function managerConfirmed(
  ground: { readonly database: Kysely<Schema>; readonly clock: Clock },
  asked: { readonly person: Person; readonly dialogId: string },
  confirmationId: string,
  purpose: OperationName,
): Promise<UserId | undefined> {
  const confirmation = await confirmationById(ground, confirmationId)
  const theirs =
    confirmation?.asker === asked.person.id &&
    confirmation.dialogId === asked.dialogId &&
    confirmation.purpose === purpose
  return theirs && confirmation.state === 'confirmed' ? confirmation.confirmer : undefined
}
