import { createClient } from '@redis/client'
import pg from 'pg'

/** A secret that was really used in a test, and what kind it is. */
export interface UsedSecret {
  readonly kind: 'password' | 'code' | 'seed' | 'answer' | 'token'
  readonly value: string
}

/** One place that was dumped whole: a table, a log, a transcript. */
export interface Dump {
  readonly name: string
  readonly text: string
}

/** Every table of every schema but PostgreSQL's own, the engine's included, as text. */
export async function dumpDatabase(url: string): Promise<Dump[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    const dumps: Dump[] = []
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(`select row_to_json(whole)::text as row from ${name} whole`)
      dumps.push({ name: `table ${name}`, text: rows.map(({ row }) => row).join('\n') })
    }
    return dumps
  } finally {
    await client.end()
  }
}

/** Every key of a Redis with what it holds. */
export async function dumpRedis(url: string): Promise<Dump[]> {
  const client = createClient({ url })
  await client.connect()
  try {
    const lines: string[] = []
    for await (const keys of client.scanIterator())
      for (const key of keys) {
        const kind = await client.type(key)
        if (!['string', 'set', 'none'].includes(kind)) throw new Error(`${key} is a ${kind}, which nobody searches`)
        // Replicas that are there are a set of names.
        const held = kind === 'set' ? await client.sMembers(key) : [await client.get(key)]
        lines.push(`${key} ${held.join(' ')}`)
      }
    return [{ name: 'redis', text: lines.join('\n') }]
  } finally {
    client.destroy()
  }
}

/** Where a secret stands, in clear or in one of the forms it is easily put into. */
export function findSecrets(secrets: readonly UsedSecret[], dumps: readonly Dump[]): string[] {
  const found: string[] = []
  for (const secret of secrets)
    for (const form of formsOf(secret))
      for (const dump of dumps)
        if (form.test(dump.text))
          found.push(`a ${secret.kind} in ${dump.name} (${form.source.length} characters sought)`)
  return found
}

function formsOf({ kind, value }: UsedSecret): RegExp[] {
  // Six digits are looked for as a word of their own: longer numbers hold them by chance.
  if (kind === 'code') return [new RegExp(`(^|[\\s"':=,>(])${value}($|[\\s"',<})\\]])`, 'm')]
  const bytes = Buffer.from(value)
  const forms = [
    value,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(value),
  ]
  const spaced = kind === 'seed' ? [value.match(/.{4}/g)?.join(' ') ?? value] : []
  return [...new Set([...forms, ...spaced])].map(
    (form) => new RegExp(form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), kind === 'seed' || kind === 'answer' ? 'i' : ''),
  )
}
