import { verifyDatabase } from '../../../bot/audit/rows.ts'
import { accountRecord } from '../../support/domain-record.ts'
import { dumpDatabase, dumpRedis, findSecrets, type UsedSecret } from '../../support/secret-scan.ts'
import { type CloudChange, membersOf, signsIn } from './directories.ts'
import type { Actor } from './people.ts'
import type { Stage } from './stage.ts'
import type { Diary } from './stories.ts'

/** What was so before anything happened. */
export interface Before {
  /** How often the password was written, by object id, of those who are on-premises. */
  readonly passwords: ReadonlyMap<string, number>
  readonly members: ReadonlySet<string>
}

/** A row of the audit, as an auditor reads it. */
export interface Row {
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly kind: string
  readonly action: string
  readonly actor: string
  readonly target: string
  readonly operationId: string | undefined
  readonly outcome: string | undefined
}

/** Who a talk was about, as far as the judge must know them. */
export type Person = Pick<Actor, 'user' | 'codesTyped'> & { readonly isOnPremises: boolean }

/** A temporary password that was shown to somebody, and what the account answers to it in the end. */
export interface Shown {
  readonly person: Person
  readonly at: Date
  /** Of the last one that was shown to them: `must-change` when it holds. */
  readonly answer: string | undefined
}

/** All that is left when it is over: directories, trail, chats, stores. */
export interface Evidence {
  readonly people: readonly Person[]
  readonly rows: readonly Row[]
  readonly cloud: readonly CloudChange[]
  /** How often the password was written on-premises since the beginning, by object id. */
  readonly passwordsWritten: ReadonlyMap<string, number>
  readonly membersBefore: ReadonlySet<string>
  readonly members: ReadonlySet<string>
  readonly approvals: Diary['approvals']
  readonly shown: readonly Shown[]
  /** What stands wrong by itself: a broken chain, a secret in a store, something that never ended. */
  readonly wrong: readonly string[]
}

export async function standing(stage: Stage, actors: readonly Actor[]): Promise<Before> {
  return { passwords: await passwordWrites(stage, actors), members: membersOf(stage) }
}

export async function gather(
  stage: Stage,
  diary: Diary,
  actors: readonly Actor[],
  before: Before,
  cloud: readonly CloudChange[],
  secrets: readonly UsedSecret[],
): Promise<Evidence> {
  const writes = await passwordWrites(stage, actors)
  const people = new Map(actors.map((actor) => [actor, personOf(actor)]))
  return {
    people: [...people.values()],
    rows: await stage.withDatabase(trail),
    cloud,
    passwordsWritten: new Map([...writes].map(([id, count]) => [id, count - (before.passwords.get(id) ?? 0)])),
    membersBefore: before.members,
    members: membersOf(stage),
    approvals: diary.approvals,
    shown: await shownPasswords(stage, diary),
    wrong: [...(await chain(stage)), ...(await hidden(stage, diary, secrets)), ...(await nothingLeft(stage))],
  }
}

const personOf = ({ user, codesTyped, account }: Actor): Person => ({
  user,
  codesTyped,
  isOnPremises: account !== undefined,
})

async function trail(database: Parameters<Parameters<Stage['withDatabase']>[0]>[0]): Promise<readonly Row[]> {
  const rows = await database.selectFrom('audit').select(['seq', 'at', 'event']).orderBy('seq').execute()
  return rows.map(({ seq, at, event }) => {
    const { kind, action, actor, target, operationId, outcome } = event as unknown as Omit<Row, 'seq' | 'at'>
    return { seq: Number(seq), at: at.getTime(), kind, action, actor, target, operationId, outcome }
  })
}

async function shownPasswords(stage: Stage, diary: Diary): Promise<readonly Shown[]> {
  const all = diary.stories.flatMap(({ actor, shown }) => shown.map((one) => ({ actor, ...one })))
  const last = new Map(
    [...Map.groupBy(all, ({ actor }) => actor)].map(([actor, ofActor]) => [
      actor,
      ofActor.reduce((latest, one) => (one.at > latest.at ? one : latest)),
    ]),
  )
  const shown: Shown[] = []
  for (const one of all) {
    const isLast = last.get(one.actor) === one
    shown.push({
      person: personOf(one.actor),
      at: one.at,
      answer: isLast ? await signsIn(stage, one.actor, one.password) : undefined,
    })
  }
  return shown
}

async function chain(stage: Stage): Promise<readonly string[]> {
  const { fault } = await stage.withDatabase((database) => verifyDatabase(database))
  return fault === undefined ? [] : [`the chain of the audit is broken: ${JSON.stringify(fault)}`]
}

async function hidden(stage: Stage, diary: Diary, secrets: readonly UsedSecret[]): Promise<readonly string[]> {
  const { company, postgres, redis, replicas, agentLog } = stage
  const dumps = [
    ...(await dumpDatabase(postgres.url)),
    ...(await dumpRedis(redis.url)),
    ...replicas.map(({ name, log }) => ({ name: `log of ${name}`, text: log.join('\n') })),
    { name: 'log of the agent', text: agentLog.join('\n') },
    { name: 'chats in Teams', text: JSON.stringify(company.teams.client.transcript()) },
    { name: 'chats in Slack', text: JSON.stringify(company.slack.client.transcript()) },
  ]
  const passwords = diary.stories.flatMap(({ shown }) =>
    shown.map(({ password }): UsedSecret => ({ kind: 'password', value: password })),
  )
  return findSecrets([...secrets, ...passwords], dumps)
}

/** Everything that was begun has come to its end. */
async function nothingLeft(stage: Stage): Promise<readonly string[]> {
  return await stage.withDatabase(async (database) => {
    const running = await database
      .selectFrom('operations')
      .select(['id', 'name'])
      .where('state', '=', 'running')
      .execute()
    // IT is reminded as long as the service runs: what was written just now is on its way.
    const posts = await database
      .selectFrom('posts')
      .select(['key'])
      .where('state', 'in', ['due', 'changed'])
      .where('created_at', '<', new Date(Date.now() - 60_000))
      .execute()
    return [
      ...running.map(({ id, name }) => `operation ${id} (${name}) never ended`),
      ...posts.map(({ key }) => `the message ${key} was never brought out`),
    ]
  })
}

async function passwordWrites({ onPremises }: Stage, actors: readonly Actor[]): Promise<ReadonlyMap<string, number>> {
  const writes = new Map<string, number>()
  for (const { user, account } of actors)
    if (account) writes.set(user.id, (await accountRecord(onPremises.controller, account.dn)).unicodePwd)
  return writes
}
