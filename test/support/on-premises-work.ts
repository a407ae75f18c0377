import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Attribute, Change } from 'ldapts'
import type { AccessRequest } from '../../bot/approvals/requests/request.ts'
import { termsHash } from '../../bot/approvals/requests/terms.ts'
import type { UserId } from '../../bot/identity/person.ts'
import { wellKnown, wellKnownGroups } from '../../infra/practice/company/cast.ts'
import { practice } from '../../infra/practice/company.ts'
import { asAccount, bindAnswer } from '../../infra/practice/domain/ldap-session.ts'
import { type MadeUser, unicodePassword } from '../../infra/practice/domain/objects.ts'
import type { OnPremises } from '../../infra/practice/domain/on-premises.ts'
import { approves, asksFor, grantsAre } from './access.ts'
import type { TestCompany } from './company.ts'
import { inGroup } from './domain-edits.ts'
import { enrol } from './enrol.ts'
import type { Phone } from './phone.ts'
import { type Talker, teamsTalker } from './talker.ts'

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
  /** How many messages were in each chat. */
  readonly heard: Readonly<Record<Work, number>>
  begin(work: Work): void
  /** What the person was told in the end: windows, pages and messages, in that order. Waits for it. */
  told(work: Work): Promise<string>
  /** The temporary password that was shown. */
  shown(): string | undefined
}

/** What is told while it still goes on. */
const goesOn = /takes longer than usual|still going on|is being protected/
const temporary = /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])\S{14,}$/m
/** Nobody waits longer for an answer, whatever happens. */
const longestSilence = 45_000
const minute = 60_000

/** Prepares the company: two who can prove who they are, and an approved request as there will be more of. */
export async function prepareWork(company: TestCompany, onPremises: OnPremises) {
  const { database } = company
  const { controller } = onPremises
  const all = [...onPremises.people].map(([id, account]): Person => {
    const user = company.company.tenant.company.person(id)
    assert.ok(user)
    const person = { id, name: user.name }
    return { account, talker: teamsTalker(company.company.teams.client, person, company.used) }
  })
  const kwame = all.find(({ talker }) => talker.id === wellKnown.kwame.id)
  const [second, ...others] = all.filter((person) => person !== kwame)
  assert.ok(kwame && second && others.length >= 6)
  const doors = onPremises.groups.get(wellKnownGroups.warehouseBadges)
  assert.ok(doors)
  const group = doors.dn
  const phones = new Map<Person, Phone>()
  for (const person of [kwame, second]) {
    phones.set(person, await enrol(company, person.talker))
    await person.talker.say('cancel')
  }
  // A new authenticator cools off.
  company.company.clock.advance(100 * 60 * minute)
  await inGroup(controller, group, kwame.account.dn, false)
  await onPremises.sync.now()
  await asksFor(kwame.talker, {
    words: 'I need access to the warehouse doors',
    title: 'Warehouse doors (badge)',
    duration: '1 day',
  })
  await approves(company, company.person('operationsManager', 'teams'))
  await grantsAre(company, 'kwame', 'warehouse-badges', 'active')
  const template = await database.selectFrom('access_requests').selectAll().executeTakeFirstOrThrow()
  const pattern = await database.selectFrom('access_grants').selectAll().executeTakeFirstOrThrow()
  let turn = 0

  /** A grant of somebody, which waits to begin or is over. */
  async function insertGrant({ talker }: Person, state: 'waiting' | 'active'): Promise<string> {
    const now = company.now()
    const id = randomUUID()
    const named = { id: talker.id as UserId, name: talker.name }
    if (state === 'waiting') {
      const document = template.document as AccessRequest
      const terms = { ...document.terms, requester: named, person: named, lasts: 'permanent' as const }
      const asks = document.asks.map((ask) => ({ ...ask, id: `${id}:1`, hash: termsHash(terms) }))
      const request = { ...document, id, terms, asks }
      await database
        .insertInto('access_requests')
        .values({ ...template, id, requester_id: named.id, person_id: named.id, document: JSON.stringify(request) })
        .execute()
    }
    await database
      .insertInto('access_grants')
      .values({
        ...pattern,
        id: `grant:${id}`,
        person_id: named.id,
        person_name: named.name,
        requester_id: named.id,
        requester_name: named.name,
        request_id: id,
        approvers: JSON.stringify(pattern.approvers),
        state,
        starts_at: new Date(now.getTime() - minute),
        ends_at: state === 'waiting' ? null : now,
        granted_at: state === 'waiting' ? null : new Date(now.getTime() - minute),
        had_before: state === 'waiting' ? null : false,
        look_at: null,
        attempts: 0,
        reminded: 2,
        due_at: now,
        correlation_id: randomUUID(),
      })
      .execute()
    return `grant:${id}`
  }

  async function insertRecourse({ talker }: Person): Promise<string> {
    const token = randomBytes(32).toString('base64url')
    const now = company.now()
    await database
      .insertInto('recourses')
      .values({
        id: `test:${randomUUID()}`,
        tenant_id: practice.tenantId,
        user_id: talker.id,
        about: 'operation:test',
        token_hash: createHash('sha256').update(token).digest('hex'),
        correlation_id: randomUUID(),
        created_at: now,
        expires_at: new Date(now.getTime() + 60 * minute),
        used_at: null,
        used_by: null,
      })
      .execute()
    return token
  }

  async function setPassword({ account }: Person, password: string): Promise<void> {
    const replaced = (type: string, value: string | Buffer) =>
      new Change({
        operation: 'replace',
        modification: new Attribute(typeof value === 'string' ? { type, values: [value] } : { type, values: [value] }),
      })
    await asAccount(controller, controller.administrator, (client) =>
      client.modify(account.dn, [
        replaced('unicodePwd', unicodePassword(password)),
        replaced('pwdLastSet', '-1'),
        replaced('lockoutTime', '0'),
      ]),
    )
  }

  function codeOf(person: Person): string {
    const phone = phones.get(person)
    assert.ok(phone)
    return phone.code()
  }

  /** Up to the moment of the code. */
  async function toTheCode(person: Person, words: string): Promise<void> {
    await person.talker.say('cancel')
    await person.talker.say(words)
    await chooseCode(person)
  }
  async function chooseCode(person: Person): Promise<void> {
    await person.talker.sees('make sure that it is you')
    await person.talker.press('A code from my authenticator app')
    await person.talker.sees('Enter the code')
  }

  async function enabledAgain({ account, talker }: Person): Promise<void> {
    await asAccount(controller, controller.administrator, (client) =>
      client.modify(
        account.dn,
        new Change({
          operation: 'replace',
          modification: new Attribute({ type: 'userAccountControl', values: ['512'] }),
        }),
      ),
    )
    for (let look = 0; company.company.tenant.control.user(talker.id).accountEnabled !== true; look++) {
      assert.ok(look < 40, 'the sync does not carry it over')
      await onPremises.sync.now()
    }
  }

  async function stage(): Promise<Staged> {
    turn += 1
    // The next day: so many resets and unlocks a day are allowed.
    company.company.clock.advance(25 * 60 * minute)
    await database
      .updateTable('access_grants')
      .set({ state: 'ended', due_at: null })
      .where('state', 'in', ['waiting', 'active'])
      .execute()
    const pick = (nth: number): Person => {
      const person = others[(turn * 3 + nth) % others.length]
      assert.ok(person)
      return person
    }
    const people = { reset: kwame as Person, unlock: second as Person, grant: pick(0), revoke: pick(1), block: pick(2) }
    const password = `Stage-${turn}-${randomBytes(6).toString('hex')}-A`
    const own = `Other-${turn}-${randomBytes(6).toString('hex')}-A`
    await setPassword(people.reset, password)
    await setPassword(people.unlock, own)
    for (let wrong = 0; wrong < 6; wrong++) await bindAnswer(controller, people.unlock.account.upn, 'Wrong-Autumn-4711')
    assert.equal(await bindAnswer(controller, people.unlock.account.upn, own), '775')
    await inGroup(controller, group, people.grant.account.dn, false)
    await inGroup(controller, group, people.revoke.account.dn, true)
    for (const person of [people.grant, people.revoke, people.block]) await enabledAgain(person)
    await onPremises.sync.now()
    const token = await insertRecourse(people.block)
    await Promise.all([toTheCode(people.reset, 'I forgot my password'), toTheCode(people.unlock, "I'm locked out")])
    assert.match(await people.reset.talker.press('Check the code', { code: codeOf(people.reset) }), /the code is right/)
    await people.reset.talker.sees('I know it is you')
    const since = company.now()
    const heard = {} as Record<Work, number>
    for (const work of works) heard[work] = people[work].talker.chat().length
    const grants: Partial<Record<'grant' | 'revoke', string>> = {}
    const answers = new Map<Work, Promise<string>>()
    let secret: string | undefined

    /** What the chat says since then, without what goes on. */
    const chat = (work: Work) =>
      people[work].talker
        .chat()
        .slice(heard[work])
        .map(({ text }) => text)

    async function showsPassword(): Promise<string> {
      const until = Date.now() + longestSilence
      for (;;) {
        const text = await people.reset.talker.open('Show my temporary password').then(
          (window) => window.text,
          () => undefined,
        )
        const found = text?.match(temporary)?.[0]
        if (found !== undefined) {
          secret = found
          company.used('password', found)
        }
        // Where nothing came, or it still goes on, one presses again.
        if (text !== undefined && !goesOn.test(text)) return text
        assert.ok(Date.now() < until, 'nobody is told what became of the reset')
        await pause(700)
      }
    }
    async function unlocks(): Promise<string> {
      const { talker } = people.unlock
      const until = Date.now() + longestSilence
      let looked = false
      let taken = false
      for (;;) {
        // Where Teams says that it did not work, one presses again; a code works once.
        if (!taken)
          taken = await talker.press('Check the code', { code: codeOf(people.unlock) }).then(
            () => true,
            () => false,
          )
        const last = chat('unlock').findLast((text) =>
          /You can sign in again|^Your account\n|I cannot reach|not locked/.test(text),
        )
        if (last !== undefined && !goesOn.test(last)) return last
        if (last !== undefined && !looked && (await unlocksUnderWay()) === 0) {
          // As the button says: whoever looks again proves again who they are.
          looked = true
          await talker.press('Look again')
          await chooseCode(people.unlock)
          company.company.clock.advance(minute)
          taken = false
        } else if (!taken) {
          company.company.clock.advance(minute)
        }
        assert.ok(Date.now() < until, `nobody is told what became of the unlock: ${chat('unlock').join(' | ')}`)
        await pause(taken ? 200 : 700)
      }
    }
    const unlocksUnderWay = async () =>
      (
        await database
          .selectFrom('operations')
          .select('id')
          .where('name', '=', 'unlock-account')
          .where('state', '=', 'running')
          .execute()
      ).length
    async function blocks(): Promise<string> {
      const until = Date.now() + longestSilence
      let last = ''
      for (;;) {
        const answer = await fetch(`${company.bot().url}/not-me`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ token }),
          signal: AbortSignal.timeout(20_000),
        }).catch(() => undefined)
        if (answer) {
          last = ((await answer.json()) as { sentence: string }).sentence
          // It goes on, and whoever presses again hears that it was used.
          return last
        }
        assert.ok(Date.now() < until, 'nobody is told what became of the blocking')
        await pause(500)
      }
    }
    async function moves(work: 'grant' | 'revoke', words: RegExp): Promise<string> {
      const until = Date.now() + longestSilence
      for (;;) {
        const said = chat(work).find((text) => words.test(text))
        if (said !== undefined) return said
        assert.ok(Date.now() < until, `nobody is told what became of the ${work}: ${chat(work).join(' | ')}`)
        // What did not work the first time is tried again after a minute, and later.
        await pause(1_000)
        company.company.clock.advance(2 * minute)
      }
    }

    return {
      since,
      people,
      password,
      heard,
      shown: () => secret,
      begin(work) {
        if (work === 'reset') answers.set(work, showsPassword())
        else if (work === 'unlock') answers.set(work, unlocks())
        else if (work === 'block') answers.set(work, blocks())
        else {
          const inserted = insertGrant(people[work], work === 'grant' ? 'waiting' : 'active')
          answers.set(
            work,
            inserted.then((id) => (grants[work] = id)),
          )
        }
        answers.get(work)?.catch(() => undefined)
      },
      async told(work) {
        const answer = await answers.get(work)
        assert.ok(answer, `${work} was not begun`)
        if (work === 'grant') return await moves(work, /has it now|could not be given/)
        if (work === 'revoke') return await moves(work, /ended for/)
        return answer
      },
    }
  }
  return { stage, group }
}
