import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { groupId, userId } from '../../bot/identity/person.ts'
import { practice } from '../practice/company.ts'
import { type BenchGround, openGround } from './ground.ts'
import { percentile, table } from './statistics.ts'

const peopleInGroups = 500
/** All of them fall due within a minute, one after the other. */
const minute = 60_000
/** Until the first falls due, the bot starts. */
const lead = 15_000
const longestWait = 30 * 60_000

/**
 * So many grants that fall due in the same minute: how long after its end each was read back as removed, audited and told. The
 * practice tenant and the chats take their share of the same processors.
 * @returns how many were still open when patience ran out
 */
export async function benchRemovals(count: number): Promise<number> {
  const ground = await openGround(peopleInGroups * 2 + 100)
  try {
    const firstEnd = new Date(Date.now() + lead + count / 2)
    await activeGrants(ground, count, firstEnd)
    const bot = await ground.startBot()
    const seconds = await untilAllEnded(ground, firstEnd)
    await bot.stop('SIGTERM')
    const rows = await ground.database.selectFrom('access_grants').select(['state', 'ends_at', 'ended_at']).execute()
    const ended = rows.filter(({ state }) => state === 'ended')
    const late = ended.map((row) => ((row.ended_at?.getTime() ?? 0) - (row.ends_at?.getTime() ?? 0)) / 1_000)
    const still = [...ground.company.tenant.company.groups.values('latest')].filter(
      ({ displayName, members }) => displayName.startsWith('Bench ') && members.size > 0,
    ).length
    const line = [
      count.toLocaleString('en'),
      String(count - ended.length),
      String(still),
      `${(ended.length / seconds).toFixed(0)}/s`,
      ...[0.5, 0.95, 0.99].map((share) => `${percentile(late, share).toFixed(1)} s`),
    ]
    const head = [
      'due in one minute',
      'not ended',
      'groups with members left',
      'removed',
      'late p50',
      'late p95',
      'late p99',
    ]
    console.log(table(head, [line]))
    return count - ended.length + still
  } finally {
    await ground.close()
  }
}

async function untilAllEnded({ database }: BenchGround, firstEnd: Date): Promise<number> {
  for (const deadline = Date.now() + longestWait; Date.now() < deadline; await pause(500)) {
    const open = await database
      .selectFrom('access_grants')
      .select('id')
      .where('state', 'in', ['waiting', 'active'])
      .limit(1)
      .execute()
    if (open.length === 0) break
  }
  return (Date.now() - firstEnd.getTime()) / 1_000
}

/** Memberships that are there in the tenant, and the rows that say when they end. */
async function activeGrants(
  { company, database, employees }: BenchGround,
  count: number,
  firstEnd: Date,
): Promise<void> {
  const people = employees(Math.min(peopleInGroups, count))
  const directory = company.tenant.company
  const model = [...directory.groups.values('latest')].find(({ displayName }) => displayName === 'Sales Dashboard')
  if (!model || people.length === 0) throw new Error('the practice company lacks what is measured with')
  const rows = []
  for (let made = 0; made < count; ) {
    const members = people.slice(0, count - made)
    const group = {
      ...model,
      id: randomUUID(),
      displayName: `Bench ${made}`,
      members: new Set(members.map(({ id }) => id)),
    }
    directory.putGroup(group)
    for (const person of members) {
      const id = `grant:bench-${made}`
      const endsAt = new Date(firstEnd.getTime() + (made / count) * minute)
      rows.push({
        id,
        tenant_id: practice.tenantId,
        person_id: userId.parse(person.id),
        person_name: person.displayName,
        group_id: groupId.parse(group.id),
        group_name: group.displayName,
        entry: 'bench',
        title: group.displayName,
        requester_id: person.id,
        requester_name: person.displayName,
        request_id: `bench-${made}`,
        approvers: JSON.stringify([
          { id: person.managerId ?? person.id, name: 'Their manager', as: 'manager', at: new Date().toISOString() },
        ]),
        reason: 'For the measurement',
        contract_id: null,
        state: 'active' as const,
        starts_at: new Date(Date.now() - 3_600_000),
        ends_at: endsAt,
        granted_at: new Date(Date.now() - 3_600_000),
        ending: null,
        had_before: false,
        reminded: 2,
        due_at: endsAt,
        correlation_id: randomUUID(),
      })
      made += 1
    }
  }
  for (let at = 0; at < rows.length; at += 1_000)
    await database
      .insertInto('access_grants')
      .values(rows.slice(at, at + 1_000))
      .execute()
}
