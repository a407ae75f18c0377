import type { Transaction } from 'kysely'
import type { OperationRequest } from '../operations/operation.ts'
import type { Schema } from '../store/schema.ts'
import type { PostDraft } from '../turns/outbox.ts'

/** What is to be done with something that is due: an operation, a look at the directory, or nothing but telling. */
export type Next =
  | { readonly kind: 'run'; readonly request: OperationRequest }
  | { readonly kind: 'look' }
  | { readonly kind: 'told'; readonly posts: readonly PostDraft[] }

/** Whether an operation was begun: then its end is waited for, whatever has changed since. */
export async function operationStands(transaction: Transaction<Schema>, id: string): Promise<boolean> {
  const row = await transaction.selectFrom('operations').select('id').where('id', '=', id).executeTakeFirst()
  return row !== undefined
}
