import pg from 'pg'

/** Holds a table so that whoever writes to it waits: a place between two steps, held still from outside. */
export interface Stall {
  /** Resolves when somebody waits for the table. */
  reached(): Promise<void>
  release(): Promise<void>
  /** The same, and nothing comes of what waits: for a sender that was killed, as if it had died a moment before it sent that. */
  releaseWithout(): Promise<void>
}

/** Stalls every writer of the table from now on. */
export async function stallTable(databaseUrl: string, table: string): Promise<Stall> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('begin')
  await client.query(`lock table ${table} in exclusive mode`)
  const watcher = new pg.Client({ connectionString: databaseUrl })
  await watcher.connect()
  const release = async () => {
    await client.query('rollback')
    await client.end()
    await watcher.end()
  }
  return {
    release,
    async releaseWithout() {
      await watcher.query(
        'select pg_terminate_backend(pid, 5000) from pg_locks where not granted and relation = $1::regclass',
        [table],
      )
      await release()
    },
    async reached() {
      for (let turn = 0; turn < 300; turn++) {
        const { rows } = await watcher.query(`select 1 from pg_locks where not granted and relation = $1::regclass`, [
          table,
        ])
        if (rows.length > 0) return
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      throw new Error(`nobody came to write to ${table} within 15 seconds`)
    },
  }
}
