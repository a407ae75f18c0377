import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresDialect,
  type QueryResult,
} from 'kysely'
import type pg from 'pg'
import type { Schema } from '../../bot/store/schema.ts'

/** What every fault carries that a test makes, so that any other one stands out. */
export const madeHere = 'made by the test'

/** The process is gone: whatever it was about to do never happens. */
export class Killed extends Error {
  constructor() {
    super(`killed, ${madeHere}`)
  }
}

/** A statement failed, or its answer was lost; the process lives on. */
export class Hiccup extends Error {
  constructor() {
    super(`hiccup, ${madeHere}`)
  }
}

export type Where = 'store' | 'directory' | 'operation'

/** The life of one process, which may end at any statement, any commit and any call of the directory: before it or after it. */
export class Life {
  readonly name: string
  dead = false
  #left = 0
  #kind: 'kill' | 'hiccup' = 'kill'
  #only: Where | undefined
  #onEnd: (kind: 'kill' | 'hiccup') => void

  constructor(name: string, onEnd: (kind: 'kill' | 'hiccup') => void) {
    this.name = name
    this.#onEnd = onEnd
  }

  /** After so many points something goes wrong; where nothing else is said a kill anywhere, and a hiccup in the store. */
  arm(kind: 'kill' | 'hiccup', after: number, only: Where | undefined = kind === 'hiccup' ? 'store' : undefined): void {
    this.#kind = kind
    this.#only = only
    this.#left = after
  }

  disarm(): void {
    this.#left = 0
  }

  /** @throws Killed, Hiccup */
  point(where: Where): void {
    if (this.dead) throw new Killed()
    if (this.#left === 0 || (this.#only !== undefined && this.#only !== where)) return
    this.#left--
    if (this.#left > 0) return
    this.#onEnd(this.#kind)
    if (this.#kind === 'hiccup') throw new Hiccup()
    this.dead = true
    throw new Killed()
  }
}

/** The database as one process has it: with its life its transactions end, committed or not. */
export function databaseOf(pool: pg.Pool, life: Life): Kysely<Schema> {
  const real = new PostgresDialect({ pool })
  const dialect: Dialect = {
    createAdapter: () => real.createAdapter(),
    createIntrospector: (database) => real.createIntrospector(database),
    createQueryCompiler: () => real.createQueryCompiler(),
    createDriver: () => mortal(real.createDriver(), life),
  }
  return new Kysely<Schema>({ dialect })
}

function mortal(driver: Driver, life: Life): Driver {
  const behind = new WeakMap<DatabaseConnection, DatabaseConnection>()
  const real = (connection: DatabaseConnection) => behind.get(connection) ?? connection
  return {
    init: () => driver.init(),
    async acquireConnection() {
      const given = await driver.acquireConnection()
      const guarded: DatabaseConnection = {
        async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
          life.point('store')
          const result = await given.executeQuery<R>(query)
          life.point('store')
          return result
        },
        streamQuery: (query, size) => given.streamQuery(query, size),
      }
      behind.set(guarded, given)
      return guarded
    },
    beginTransaction: (connection, settings) => driver.beginTransaction(real(connection), settings),
    async commitTransaction(connection) {
      life.point('store')
      await driver.commitTransaction(real(connection))
      life.point('store')
    },
    // What is not committed is undone whether or not anybody is left to ask for it.
    rollbackTransaction: (connection) => driver.rollbackTransaction(real(connection)),
    releaseConnection: (connection) => driver.releaseConnection(real(connection)),
    destroy: () => driver.destroy(),
  }
}
