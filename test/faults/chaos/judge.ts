import type { Evidence, Row } from './evidence.ts'
import type { Diary } from './stories.ts'

/** A proof is good for so long (the policy's freshness), and a clock may have been two minutes off. */
const proofLasts = 12 * 60_000
/** So far a clock may have been moved, and a little more. */
const clocksDiffer = 130_000
const settled = ['done', 'failed', 'refused', 'unclear']

/**
 * Holds what people were told and what the directories hold against the audit: every promise that was broken, in words. It knows what the
 * product promises and nothing of how it is made: chats, directories, and the trail as anybody may export it.
 */
export function judge(evidence: Evidence): readonly string[] {
  return [
    ...outcomes(evidence.rows),
    ...effects(evidence),
    ...proofs(evidence),
    ...approvals(evidence),
    ...told(evidence),
    ...evidence.wrong,
  ]
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
function effects({ people, rows, cloud, passwordsWritten }: Evidence): readonly string[] {
  const faults: string[] = []
  for (const { user, isOnPremises } of people) {
    const operations = rows.filter(({ action, target }) => action === 'reset-password' && target === user.id)
    const intents = operations.filter(({ kind }) => kind === 'intent').length
    const done = operations.filter(({ kind, outcome }) => kind === 'outcome' && outcome === 'done').length
    const changed = isOnPremises
      ? (passwordsWritten.get(user.id) ?? 0)
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
function proofs({ people, cloud, rows }: Evidence): readonly string[] {
  const faults: string[] = []
  const fresh = (moments: readonly number[], at: number) =>
    moments.some((moment) => moment <= at + clocksDiffer && moment >= at - proofLasts)
  for (const { user, codesTyped } of people) {
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
function approvals({ approvals: given, cloud, members, membersBefore }: Evidence): readonly string[] {
  const faults: string[] = []
  for (const { kind, person, at } of cloud)
    if (kind === 'member-added' && !given.some(({ requester, at: said }) => requester === person && said <= at))
      faults.push(`${person} was added before anybody approved`)
  for (const id of members)
    if (!membersBefore.has(id) && !given.some(({ requester }) => requester === id))
      faults.push(`${id} is in the group, and nobody approved`)
  return faults
}

/** What was shown is so: each password has an intent, and the last one holds, unless another was set since. */
function told({ shown, rows }: Evidence): readonly string[] {
  const faults: string[] = []
  for (const { person, at, answer } of shown) {
    const intents = rows.filter(
      ({ kind, action, target }) => kind === 'intent' && action === 'reset-password' && target === person.user.id,
    )
    const name = person.user.displayName
    if (!intents.some((intent) => Math.abs(intent.at - at.getTime()) < clocksDiffer + 60_000))
      faults.push(`${name}: a password was shown that no intent stands for`)
    // One more was begun, by the clock of a replica, than passwords were seen: it may have set another, which nobody saw.
    const since = at.getTime() - clocksDiffer
    const seen = shown.filter((one) => one.person.user.id === person.user.id && one.at.getTime() > since).length
    const unseen = intents.filter((intent) => intent.at > since).length > seen
    if (answer !== undefined && answer !== 'must-change' && !unseen)
      faults.push(`${name}: the password that was shown answers ${answer}`)
  }
  return faults
}

/**
 * Whatever the bot has taken is answered: every message has an answer of its own below it. One whose replica died may be answered late,
 * when the next message stands there already.
 */
export function answered(diary: Diary): readonly string[] {
  const faults: string[] = []
  for (const [talker, stories] of Map.groupBy(diary.stories, ({ actor }) => actor.talker)) {
    const said = stories.flatMap((story) => story.said)
    const own = new Set(said.map(({ id }) => id))
    const ids = talker.chat().map(({ id }) => id)
    let from = 0
    for (const { id, status } of said) {
      if (status < 200 || status > 299) continue
      from = Math.max(from, ids.indexOf(id) + 1)
      const answer = ids.findIndex((one, index) => index >= from && !own.has(one))
      if (answer < 0) faults.push(`${talker.name}: a message was taken and never answered`)
      else from = answer + 1
    }
  }
  return faults
}
