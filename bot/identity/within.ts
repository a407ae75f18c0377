import type { Kysely, Transaction } from 'kysely'
import type { Schema } from '../store/schema.ts'

/** Runs the work in a transaction: the caller's own when there is one, otherwise a new one. */
export async function within<T>(
  database: Kysely<Schema>,
  work: (transaction: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  if (isTransaction(database)) return work(database)
  return database.transaction().execute(work)
}

function isTransaction(database: Kysely<Schema>): database is Transaction<Schema> {
  return database.isTransaction
}
