import { verifyDatabase } from '../../../bot/audit/rows.ts'
import { accountRecord } from '../../support/domain-record.ts'
import { dumpDatabase, dumpRedis, findSecrets, type UsedSecret } from '../../support/secret-scan.ts'
import { type CloudChange, membersOf, signsIn } from './directories.ts'
import type { Actor } from './people.ts'
import type { Stage } from './stage.ts'
import type { Diary, Story } from './stories.ts'

/** What was so before anything happened. */
export interface Before {
  /** How often the password was written, by object id, of those who are on-premises. */
  readonly passwords: ReadonlyMap<string, number>
  readonly members: ReadonlySet<string>
}

/** A row of the audit, as an auditor reads it. */
interface Row {
  readonly seq: number
  readonly at: number
  readonly kind: string
  readonly action: string
  readonly actor: string
  readonly target: string
  readonly operationId: string | undefined
  readonly outcome: string | undefined
}

export interface Verdict {
  readonly faults: readonly string[]
  /** What there was to judge. */
  readonly counts: Readonly<Record<string, number>>
}

/** A proof is good for so long (the policy's freshness), and a clock may have been two minutes off. */
const proofLasts = 12 * 60_000
/** By this one knows a chat in Teams. */
const teamsLongest = 28_000
const settled = ['done', 'failed', 'refused', 'unclear']

export async function standing(stage: Stage, actors: readonly Actor[]): Promise<Before> {
  return { passwords: await passwordWrites(stage, actors), members: membersOf(stage) }
}

/**
 * Holds what people were told and what the directories hold against the audit. It knows what the product promises and nothing of how
 * it is made: chats, directories, and the trail as anybody may export it.
 */
export async function judge(
  stage: Stage,
  diary: Diary,
  actors: readonly Actor[],
  before: Before,
  cloud: readonly CloudChange[],
  secrets: readonly UsedSecret[],
): Promise<Verdict> {
  const rows = await stage.withDatabase(trail)
  const faults = [
    ...outcomes(rows),
    ...(await effects(stage, actors, before, cloud, rows)),
    ...proofs(actors, cloud, rows),
    ...approvals(stage, diary, before, cloud),
    ...(await told(stage, diary, rows)),
    ...answered(diary),
    ...(await chain(stage)),
    ...(await hidden(stage, diary, secrets)),
    ...(await nothingLeft(stage)),
  ]
  const count = (outcome: Story['outcome']) => diary.stories.filter((story) => story.outcome === outcome).length
  const counts = {
    conversations: diary.stories.length,
    served: count('served'),
    refused: count('refused'),
    'gave up': count('gave-up'),
    'passwords shown': diary.stories.reduce((sum, { shown }) => sum + shown.length, 0),
    'changes in the tenant': cloud.length,
    'passwords written on-premises': [...(await passwordWrites(stage, actors))].reduce(
      (sum, [id, writes]) => sum + writes - (before.passwords.get(id) ?? 0),
      0,
    ),
    approvals: diary.approvals.length,
    intents: rows.filter(({ kind }) => kind === 'intent').length,
    'audit rows': rows.length,
    'secrets looked for': secrets.length,
  }
  return { faults, counts }
}

async function trail(database: Parameters<Parameters<Stage['withDatabase']>[0]>[0]): Promise<readonly Row[]> {
  const rows = await database.selectFrom('audit').select(['seq', 'at', 'event']).orderBy('seq').execute()
  return rows.map(({ seq, at, event }) => {
    const { kind, action, actor, target, operationId, outcome } = event as unknown as Omit<Row, 'seq' | 'at'>
    return { seq: Number(seq), at: at.getTime(), kind, action, actor, target, operationId, outcome }
  })
}

/** Every intent has one outcome, after it, and none stands twice. */
function outcomes(rows: readonly Row[]): readonly string[] {
  const faults: string[] = []
  const byOperation = Map.groupBy(
    rows.filter(({ kind }) => kind !== 'event'),
    ({ operationId }) => operationId ?? '',
  )
  for (const [id, all] of byOperation) {
    const intents = all.filter(({ kind }) => kind === 'intent')
    const ends = all.filter(({ kind }) => kind === 'outcome')
    if (intents.length > 1) faults.push(`operation ${id} has ${intents.length} intents`)
    if (ends.length !== 1) faults.push(`operation ${id} (${all[0]?.action}) has ${ends.length} outcomes`)
    const [intent] = intents
    const [end] = ends
    if (intent && end && end.seq < intent.seq) faults.push(`operation ${id} ended before it began`)
    if (end && !settled.includes(end.outcome ?? '')) faults.push(`operation ${id} ended as ${end.outcome}`)
  }
  return faults
}

/** Nothing was changed that no intent stands for, and what is said to be done was done. */
async function effects(
  stage: Stage,
  actors: readonly Actor[],
  before: Before,
  cloud: readonly CloudChange[],
  rows: readonly Row[],
): Promise<readonly string[]> {
  const faults: string[] = []
  const writes = await passwordWrites(stage, actors)
  for (const { user, account } of actors) {
    const operations = rows.filter(({ action, target }) => action === 'reset-password' && target === user.id)
    const intents = operations.filter(({ kind }) => kind === 'intent').length
    const done = operations.filter(({ kind, outcome }) => kind === 'outcome' && outcome === 'done').length
    const changed = account
      ? (writes.get(user.id) ?? 0) - (before.passwords.get(user.id) ?? 0)
      : cloud.filter(({ kind, person }) => kind === 'password' && person === user.id).length
    if (changed > intents) faults.push(`${user.displayName}: ${changed} passwords were set by ${intents} intents`)
    if (changed < done) faults.push(`${user.displayName}: ${done} resets are said to be done, ${changed} were`)
    const added = cloud.filter(({ kind, person }) => kind === 'member-added' && person === user.id).length
    const granting = rows.filter(({ action, target }) => action === 'grant-access' && target === user.id)
    const allowed = granting.filter(({ kind }) => kind === 'intent').length
    if (added > allowed) faults.push(`${user.displayName}: added ${added} times by ${allowed} intents`)
  }
  return faults
}

/** Whoever got a new password had typed a right code shortly before, and the audit says so. */
function proofs(actors: readonly Actor[], cloud: readonly CloudChange[], rows: readonly Row[]): readonly string[] {
  const faults: string[] = []
  const fresh = (moments: readonly number[], at: number) =>
    moments.some((moment) => moment <= at + 130_000 && moment >= at - proofLasts)
  for (const { user, codesTyped } of actors) {
    const verified = rows.filter(
      ({ action, actor, outcome }) => action === 'verify-totp' && actor === user.id && outcome === 'done',
    )
    const typed = codesTyped.map((at) => at.getTime())
    const moments = [
      ...rows.filter(
        ({ kind, action, target }) => kind === 'intent' && action === 'reset-password' && target === user.id,
      ),
      ...rows.filter(
        ({ kind, action, target }) => kind === 'intent' && action === 'unlock-account' && target === user.id,
      ),
    ].map(({ at }) => at)
    for (const at of moments) {
      if (
        !fresh(
          verified.map((row) => row.at),
          at,
        )
      )
        faults.push(`${user.displayName}: an intent without a proof in the audit`)
      if (!fresh(typed, at)) faults.push(`${user.displayName}: an intent although no code was typed`)
    }
    for (const { kind, person, at } of cloud)
      if (kind === 'password' && person === user.id && !fresh(typed, at.getTime()))
        faults.push(`${user.displayName}: a password was set although no code was typed`)
  }
  return [...new Set(faults)]
}

/** Nobody came into the group whom their manager had not let in. */
function approvals(stage: Stage, diary: Diary, before: Before, cloud: readonly CloudChange[]): readonly string[] {
  const faults: string[] = []
  for (const { kind, person, at } of cloud)
    if (
      kind === 'member-added' &&
      !diary.approvals.some(({ requester, at: said }) => requester === person && said <= at)
    )
      faults.push(`${person} was added before anybody approved`)
  for (const id of membersOf(stage))
    if (!before.members.has(id) && !diary.approvals.some(({ requester }) => requester === id))
      faults.push(`${id} is in the group, and nobody approved`)
  return faults
}

/** What was said is so: the last password that was shown to somebody holds, unless another one was set since. */
async function told(stage: Stage, diary: Diary, rows: readonly Row[]): Promise<readonly string[]> {
  const faults = diary.stories.flatMap(({ actor, untrue }) => untrue.map((why) => `${actor.user.displayName}: ${why}`))
  const shown = diary.stories.flatMap(({ actor, shown: passwords }) => passwords.map((one) => ({ actor, ...one })))
  for (const [actor, all] of Map.groupBy(shown, (one) => one.actor)) {
    const last = all.reduce((latest, one) => (one.at > latest.at ? one : latest))
    const since = rows.some(
      ({ kind, action, target, at }) =>
        kind === 'intent' &&
        action === 'reset-password' &&
        target === actor.user.id &&
        at > last.at.getTime() - 125_000,
    )
    const answer = await signsIn(stage, actor, last.password)
    // An intent just before belongs to the password itself; one after may have set another.
    const later = rows.filter(
      ({ kind, action, target, at }) =>
        kind === 'intent' && action === 'reset-password' && target === actor.user.id && at > last.at.getTime(),
    ).length
    if (answer !== 'must-change' && later === 0 && since)
      faults.push(`${actor.user.displayName}: the password that was shown answers ${answer}`)
    if (!since) faults.push(`${actor.user.displayName}: a password was shown that no intent stands for`)
  }
  return faults
}

/**
 * Whatever the bot has taken is answered. In Teams the answer stands when the message is taken; Slack is told at once that a message
 * has come, so there it may come later, but before the end.
 */
function answered(diary: Diary): readonly string[] {
  const faults: string[] = []
  for (const [talker, stories] of Map.groupBy(diary.stories, ({ actor }) => actor.talker)) {
    const said = stories.flatMap((story) => story.said)
    const own = new Set(said.map(({ id }) => id))
    const ids = talker.chat().map(({ id }) => id)
    for (const { id, status } of said) {
      if (status < 200 || status > 299) continue
      const after = ids.slice(ids.indexOf(id) + 1)
      const next = after.findIndex((one) => own.has(one))
      const until = talker.longestText === teamsLongest && next >= 0 ? after.slice(0, next) : after
      if (!until.some((one) => !own.has(one))) faults.push(`${talker.name}: a message was taken and never answered`)
    }
  }
  return faults
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
    const posts = await database.selectFrom('posts').select(['key']).where('state', 'in', ['due', 'changed']).execute()
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
