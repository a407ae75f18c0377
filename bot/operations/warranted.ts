import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import type { Proof } from '../identity/proof.ts'
import type { Catalogue } from '../policy/catalogue/catalogue.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import type { AccessRows } from './access-rows.ts'
import type { IsIt } from './relation.ts'

/** What a warrant is looked at with. */
export interface WarrantGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly directory: Directory
  readonly policy: Policy
  readonly catalogue: Catalogue
  readonly isIt: IsIt
}

/** A plain no to whoever asked, when nobody forged anything. */
export interface Instead {
  readonly code: string
  readonly sentence: string
  readonly detail: string
  readonly tellIt: boolean
}

/** What became of looking whether a warrant holds. */
export interface Warranted {
  /** Why it does not, for IT: somebody forged something, or it does not hold any more. Undefined when it does. */
  readonly unwarranted: string | undefined
  readonly instead: Instead | undefined
  readonly rows: AccessRows
  /** By which somebody of IT proved themselves, of an undo. */
  readonly proofs: readonly Proof[]
}
