import type { Migration } from 'kysely/migration'
import * as ground from './0001-ground.ts'

/** All migrations, in order; the key is what the database remembers. */
export const migrations: Record<string, Migration> = {
  '0001-ground': ground,
}
