import assert from 'node:assert/strict'
import type { MadeUser } from '../../infra/practice/domain/objects.ts'
import type { TestCompany } from './company.ts'
import type { Phone } from './phone.ts'
import type { Talker } from './talker.ts'
import { type Example, insertGrant } from './work-rows.ts'
import { type Asker, pressesForPassword, pressesNotMe, provesForUnlock, waitsFor } from './work-told.ts'

export const works = ['reset', 'unlock', 'grant', 'revoke', 'block'] as const
export type Work = (typeof works)[number]

/** Somebody whose account is mastered on-premises. */
export interface Person {
  readonly account: MadeUser
  readonly talker: Talker
}

/** One of each kind, staged for five people and not begun. */
export interface Staged {
  readonly since: Date
  readonly people: Readonly<Record<Work, Person>>
  /** The password of the one who is to get another one. */
  readonly password: string
  begin(work: Work): void
  /** Whether it has come to an end, be it that nothing was begun. */
  isOver(work: Work): Promise<boolean>
  /** What the person is told in the end. Waits for it. */
  told(work: Work): Promise<string>
  /** The temporary password that was shown. */
  shown(): string | undefined
}

/** What these five people do, each of them once, and what they are told. */
export function stagedFor(
  company: TestCompany,
  people: Staged['people'],
  stage: Pick<Staged, 'password' | 'since'> & {
    readonly phone: Phone
    readonly token: string
    readonly example: Example
  },
): Staged {
  const { phone, token, example, ...known } = stage
  let secret: string | undefined
  const askers = {
    reset: askerFrom(people.reset),
    unlock: askerFrom(people.unlock),
    grant: askerFrom(people.grant),
    revoke: askerFrom(people.revoke),
  }
  const keepSecret = (password: string) => {
    secret = password
    company.used('password', password)
  }
  const doing: { readonly [each in Work]: () => Promise<string> } = {
    reset: () => pressesForPassword(askers.reset, keepSecret),
    unlock: () => provesForUnlock(company, askers.unlock, phone),
    block: () => pressesNotMe(company, token),
    async grant() {
      await insertGrant(company, example, people.grant.talker, 'waiting')
      return ''
    },
    async revoke() {
      await insertGrant(company, example, people.revoke.talker, 'active')
      return ''
    },
  }
  const answers = new Map<Work, Promise<string>>()
  const settled = new Set<Work>()
  return {
    ...known,
    people,
    shown: () => secret,
    begin(work) {
      const answer = doing[work]()
      answer.catch(() => undefined)
      answers.set(work, answer)
      if (work === 'grant' || work === 'revoke') return
      answer.finally(() => settled.add(work)).catch(() => undefined)
    },
    async isOver(work) {
      const ended = company.database
        .selectFrom('operations')
        .select('id')
        .where('target_id', '=', people[work].talker.id)
        .where('started_at', '>=', known.since)
        .where('state', '!=', 'running')
      return settled.has(work) || (await ended.execute()).length > 0
    },
    async told(work) {
      const answer = await answers.get(work)
      assert.ok(answer !== undefined, `${work} was not begun`)
      if (work === 'grant') return await waitsFor(company, askers.grant, /has it now|could not be given/)
      if (work === 'revoke') return await waitsFor(company, askers.revoke, /ended for/)
      return answer
    },
  }
}

/** @returns their chat from now on */
function askerFrom({ talker }: Person): Asker {
  const heard = talker.chat().length
  const chat = () =>
    talker
      .chat()
      .slice(heard)
      .map(({ text }) => text)
  return { talker, chat }
}
