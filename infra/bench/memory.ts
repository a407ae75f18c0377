import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { practice } from '../practice/company.ts'
import { type BenchGround, openGround } from './ground.ts'
import { table } from './statistics.ts'

/** How long the jobs go round before the memory is read: each of them has run many times then. */
const settled = 30_000

/** Rows written by one statement. */
const page = 25_000

/** Resident memory of the bot with so many open grants beside that with none: they are rows, and rows cost none. */
export async function benchMemory(grants: number): Promise<number> {
  const ground = await openGround(60)
  try {
    const empty = await measure(ground)
    const started = performance.now()
    await openGrants(ground, grants)
    const seconds = (performance.now() - started) / 1_000
    const full = await measure(ground)
    const rows = [
      ['none', `${empty.toFixed(0)} MB`, '1.00'],
      [
        `${grants.toLocaleString('en')} (written in ${seconds.toFixed(0)} s)`,
        `${full.toFixed(0)} MB`,
        (full / empty).toFixed(2),
      ],
    ]
    console.log(table(['open grants', 'resident memory of the bot', 'ratio'], rows))
    return 0
  } finally {
    await ground.close()
  }
}

async function measure(ground: BenchGround): Promise<number> {
  const bot = await ground.startBot()
  await new Promise((resolve) => setTimeout(resolve, settled))
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${bot.pid}/status`, 'utf8'))?.[1]
  await bot.stop('SIGTERM')
  return Number(kilobytes) / 1024
}

/** Grants that end in a year and are looked at in a week: open, and nothing to be done with any of them yet. */
async function openGrants({ database }: BenchGround, count: number): Promise<void> {
  for (let from = 1; from <= count; from += page)
    await sql`
    insert into access_grants (id, tenant_id, person_id, person_name, group_id, group_name, entry, title, requester_id,
      requester_name, request_id, approvers, reason, state, starts_at, ends_at, granted_at, had_before, look_at, due_at, correlation_id)
    select 'bench:' || n, ${practice.tenantId}, gen_random_uuid(), 'Somebody', gen_random_uuid(), 'A group', 'bench', 'A system',
      gen_random_uuid(), 'Somebody', 'bench:' || n,
      '[{"id":"00000000-0000-4000-8000-000000000001","name":"Somebody","as":"manager","at":"2026-01-01T00:00:00.000Z"}]',
      'For the measurement', 'active', now(), now() + interval '1 year', now(), false, now() + interval '7 days',
      now() + interval '7 days', gen_random_uuid()
    from generate_series(${sql.lit(from)}::int, ${sql.lit(Math.min(count, from + page - 1))}::int) as n`.execute(
      database,
    )
}
