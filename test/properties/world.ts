import { type Kysely, sql } from 'kysely'
import type pg from 'pg'
import pino from 'pino'
import { workOffGrants } from '../../bot/access/due-grants.ts'
import { workOffRequests } from '../../bot/approvals/requests/due-requests.ts'
import { takeBaseline } from '../../bot/identity/manager-history.ts'
import { tenantId, type UserId } from '../../bot/identity/person.ts'
import type { Catalogue, Entry, Stage } from '../../bot/policy/catalogue/catalogue.ts'
import type { Schema } from '../../bot/store/schema.ts'
import { days, hours, seconds } from '../bot/identity/people.ts'
import type { Chance } from './chance.ts'
import { openCompany } from './company.ts'
import { engineStore } from './durable-engine.ts'
import { Hiccup, Killed, madeHere } from './life.ts'
import { type Replica, type Shared, startReplica } from './replica.ts'

/** The most that lies between two looks of the jobs while something is due. */
const longestStep = 10 * seconds

/** Whatever one database holds: one world comes after the other on it. */
export interface Stores {
  readonly pool: pg.Pool
  /** Never dies. */
  readonly database: Kysely<Schema>
}

export interface Disaster {
  /** That something goes wrong at a look of the jobs or at what people do. */
  readonly crash: number
  readonly outage: number
  readonly fails: number
  readonly losesAnswers: number
  readonly lags: number
}

/** People, a directory, two replicas and a clock. */
export async function openWorld(stores: Stores, chance: Chance, from: Date, size: number) {
  const { database, pool } = stores
  let now = from.getTime()
  const clock = () => new Date(now)
  const tenant = tenantId.parse(
    `${chance.below(1e8).toString().padStart(8, '0')}-0000-4000-8000-${now.toString().slice(-12).padStart(12, '0')}`,
  )
  const company = openCompany(clock, chance, tenant)
  const chief = company.hire('Astrid Berg')
  const heads = [0, 1, 2, 3].map((number) => company.hire(`Head ${number}`, chief))
  const managers = Array.from({ length: Math.ceil(size / 8) }, (_, number) =>
    company.hire(`Manager ${number}`, heads[number % heads.length]),
  )
  const employees = Array.from({ length: size }, (_, number) =>
    company.hire(`Employee ${number}`, managers[number % managers.length]),
  )
  const owners = [0, 1, 2].map((number) => company.hire(`Owner ${number}`, heads[number]))
  const control = [0, 1, 2, 3].map((number) => company.hire(`Controller ${number}`, heads[number]))
  const controllers = company.found('Internal Control', { members: control })
  const groups = {
    sales: company.found('Sales Dashboard'),
    finance: company.found('Finance Reports', { owners }),
    payments: company.found('Payment Release', { owners }),
    archive: company.found('Archive', { owners: owners.slice(0, 1) }),
    nobodys: company.found("Nobody's"),
  }
  const byManager: Stage = [{ from: 'manager', need: 1 }]
  const entry = (key: string, group: Entry['group'], risk: Entry['risk'], approvals: readonly Stage[]): Entry => ({
    ...{ key, system: key, title: key, opens: 'Something', group, keywords: [], risk, approvals },
    ...{ longest: undefined, presets: [7 * days], visibleTo: 'everybody' },
  })
  const entries = [
    entry('sales', groups.sales, 'low', [byManager]),
    entry('sales-too', groups.sales, 'low', [
      [{ from: 'manager', need: 1 }],
      [{ from: `group:${controllers}`, need: 1 }],
    ]),
    entry('finance', groups.finance, 'medium', [byManager, [{ from: 'owners', need: 1 }]]),
    entry('payments', groups.payments, 'high', [[...byManager, { from: 'owners', need: 1 }]]),
    entry('archive', groups.archive, 'low', [[{ from: `group:${controllers}`, need: 2 }]]),
    entry('nobodys', groups.nobodys, 'low', [[{ from: 'owners', need: 1 }]]),
  ]
  const catalogue: Catalogue = { entries, conflicts: [], contracts: undefined, version: '000000000000' }
  const links = [...company.users.keys()].map((person) => ({ person, manager: company.managers.get(person) }))
  await takeBaseline(database, tenant, oneOnly(links), clock())

  const stories = new Map<string, string[]>()
  const worldwide: string[] = []
  const strange: string[] = []
  const counts = { kill: 0, hiccup: 0, outages: 0, looks: 0, together: 0, clashes: 0 }
  const at = () => clock().toISOString().slice(5, 19)
  const story = (person: string, text: string) => {
    const lines = stories.get(person) ?? []
    stories.set(person, lines)
    lines.push(`${at()} ${text}`)
  }
  company.watch.tell = story
  const log = pino(
    { level: 'warn' },
    { write: (line) => (line.includes(madeHere) ? undefined : void strange.push(line)) },
  )
  const engines = engineStore(clock, chance)
  let disturbedAt = from
  const shared: Shared = {
    ...{ pool, clock, company, catalogue, engines, log },
    ended(name, kind) {
      counts[kind]++
      disturbedAt = clock()
      worldwide.push(`${at()} ${name}: ${kind}`)
    },
  }
  const replicas: Replica[] = ['one', 'two'].map((name) => startReplica(shared, name))
  const back = new Map<string, number>()
  let outageUntil = 0

  /** What a process does until it is over, or the process is. */
  async function survive(what: string, work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      if (error instanceof Killed || error instanceof Hiccup) return
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      if (!text.includes(madeHere)) strange.push(`${at()} ${what}: ${text}`)
    }
  }
  const alive = () => replicas.filter(({ life }) => !life.dead)

  function comeBack(all: boolean): void {
    for (const [index, { life }] of replicas.entries()) {
      if (!life.dead) continue
      const due = back.get(life.name) ?? now + howLongGone(chance)
      back.set(life.name, due)
      if (!all && due > now) continue
      back.delete(life.name)
      disturbedAt = clock()
      worldwide.push(`${at()} ${life.name}: comes back`)
      replicas[index] = startReplica(shared, life.name)
    }
  }

  async function look(replica: Replica): Promise<void> {
    const { ground } = replica
    counts.looks++
    await Promise.all([
      survive('requests', workOffRequests(ground, 100)),
      survive('grants', workOffGrants(ground, { limit: 500, atOnce: 8 })),
    ])
  }

  return {
    ...{ tenant, clock, company, engines, employees, managers, entries, groups, stories, worldwide, strange, counts },
    ...{ database, story, survive, alive },
    /** Requests whose words somebody changed in the table after they were approved. */
    tampered: new Set<string>(),
    /** Which membership an approved request carries, and who said yes. */
    carried: new Map<string, { readonly of: string; readonly approvers: readonly UserId[] }>(),
    disturbedAt: () => disturbedAt,
    /** Sets how much goes wrong at this moment; `undefined`: nothing does any more, and everybody is back. */
    suffer(disaster: Disaster | undefined): void {
      if (!disaster) {
        Object.assign(company.mood, { down: false, fails: 0, losesAnswers: 0, lags: 0 })
        for (const { life } of replicas) life.disarm()
        comeBack(true)
        return
      }
      const { fails, losesAnswers, lags } = disaster
      if (outageUntil < now && chance.happens(disaster.outage)) {
        counts.outages++
        outageUntil = now + chance.pick([1 * seconds, 20 * seconds, 600 * seconds, 2 * hours])
      }
      Object.assign(company.mood, { down: outageUntil >= now, fails, losesAnswers, lags })
      const [victim] = chance.happens(disaster.crash) ? [chance.pick(replicas)] : []
      if (!victim || victim.life.dead) return
      // What matters most is what becomes of an operation.
      if (chance.happens(0.4))
        victim.life.arm(chance.happens(0.75) ? 'kill' : 'hiccup', 1 + chance.below(12), 'operation')
      else victim.life.arm(chance.happens(0.5) ? 'kill' : 'hiccup', 1 + chance.below(chance.pick([10, 25, 60, 300])))
    },
    comeBack,
    /** One look of the jobs, on one replica or on all at once. */
    async work(): Promise<void> {
      const those = alive()
      // While there is nobody there is no service.
      if (those.length === 0) disturbedAt = clock()
      if (those.length === 0) return
      const together = those.length > 1 && chance.happens(0.25)
      if (together) counts.together++
      await Promise.all(together ? those.map(look) : [look(chance.pick(those))])
      await engines.quiet()
    },
    /** When something is due next: of what is kept, or a process that comes back. */
    async nextDue(): Promise<number> {
      const { rows } = await sql<{ due: Date | null }>`
        select least((select min(due_at) from access_requests where state = 'open'),
                     (select min(due_at) from access_grants)) as due`.execute(database)
      const others = [...back.values()]
      const due = alive().length === 0 ? [] : [rows[0]?.due?.getTime() ?? Number.POSITIVE_INFINITY]
      return Math.min(...due, ...others)
    },
    /** Time passes: in steps while something is due, otherwise until it is, or until somebody does something. */
    async pass(until: number): Promise<void> {
      const due = await this.nextDue()
      const next = alive().length === 0 ? due : Math.min(due, until)
      // Where nothing is due any more a step is taken all the same.
      now = Math.max(Number.isFinite(next) ? next : now, now) + chance.below(longestStep) + 1
    },
    now: () => now,
    /** One more world may come. */
    async forget(): Promise<void> {
      await engines.quiet()
      engines.forget()
      await sql`truncate access_requests, access_grants, posts, operations, tickets, ticket_notes, threads`.execute(
        database,
      )
    },
  }
}

function howLongGone(chance: Chance): number {
  const kind = chance.weighed({ moment: 50, minutes: 30, hours: 12, days: 8 })
  if (kind === 'moment') return chance.below(5 * seconds)
  if (kind === 'minutes') return chance.below(600 * seconds)
  return chance.below(kind === 'hours' ? 8 * hours : 3 * days)
}

async function* oneOnly<T>(one: T) {
  yield one
}

export type World = Awaited<ReturnType<typeof openWorld>>
