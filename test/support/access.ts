import assert from 'node:assert/strict'
import { type CastKey, type WellKnownGroup, wellKnown, wellKnownGroups } from '../../infra/practice/company/cast.ts'
import type { TestCompany } from './company.ts'
import { patience } from './patience.ts'
import type { Talker } from './talker.ts'

const hour = 3_600_000

export interface Asking {
  /** As somebody would call it. */
  readonly words: string
  /** As it stands in the catalogue. */
  readonly title: string
  /** For how long, as somebody would write it. */
  readonly duration: string
  readonly reason?: string
  /** The button for whom it is, for those who have reports. */
  readonly whom?: string
}

/** Says all that the dialog wants to know. @returns the last card, before anybody is asked */
export async function toTheLastCard(who: Talker, asking: Asking): Promise<string> {
  await chooses(who, asking)
  if (asking.whom !== undefined) {
    await who.sees('for whom?')
    await who.press(asking.whom)
  }
  await who.sees(/Why do(es .+| you) need it\?/)
  await who.say(asking.reason ?? 'Quarter end')
  await who.sees('How long?')
  await who.say(asking.duration)
  return (await who.sees('Shall I ask for this?')).text
}

/** Asks, and finds it. */
export async function chooses(who: Talker, { words, title }: Pick<Asking, 'words' | 'title'>): Promise<void> {
  await who.say(words)
  await who.sees(/Is this what you mean|Which of these do you mean/)
  await who.press(title)
}

/** Asks for access to the end. @returns what the bot says of it: the number and for whom it waits */
export async function asksFor(who: Talker, asking: Asking): Promise<string> {
  await toTheLastCard(who, asking)
  await who.press('Ask for it')
  return (await who.sees('I have asked for')).text
}

/** Approves at a press what was asked last. */
export async function approves(company: TestCompany, who: Talker): Promise<void> {
  await cardsArePlaced(company, who)
  assert.match(await who.press('Approve'), /You approved it/)
}

/**
 * Waits until the bot knows where the cards of an approver stand: before that it cannot tell how strong the chat is and asks for a
 * code. Nobody but a test is as quick.
 */
export async function cardsArePlaced({ database }: TestCompany, who: Talker): Promise<void> {
  const notPlaced = database
    .selectFrom('posts')
    .select('key')
    .where('user_id', '=', who.id)
    .where('key', 'like', 'access-ask:%')
    .where('state', '=', 'due')
    .where('place', 'is', null)
  await until(async () => (await notPlaced.execute()).length === 0, `the cards of ${who.name} have their places`)
}

/** Waits until the directory has somebody in a group, or has them in it no more. */
export async function membershipIs(
  { company }: TestCompany,
  person: CastKey,
  group: WellKnownGroup,
  is: 'there' | 'gone',
): Promise<void> {
  const isMember = () => company.tenant.control.group(wellKnownGroups[group]).members.includes(wellKnown[person].id)
  await until(() => isMember() === (is === 'there'), `${person} in ${group}: ${is}`)
}

/** Waits until every grant of somebody is in one of these states, and there is one. */
export async function grantsAre(
  { database }: TestCompany,
  person: CastKey,
  entry: string,
  state: 'waiting' | 'active' | 'ended' | 'failed',
): Promise<void> {
  await until(async () => {
    const last = await database
      .selectFrom('access_grants')
      .select('state')
      .where('person_id', '=', wellKnown[person].id)
      .where('entry', '=', entry)
      .orderBy('starts_at', 'desc')
      .executeTakeFirst()
    return last?.state === state
  }, `the grant of ${entry} for ${person} is ${state}`)
}

/** Moves the clock on to the next Monday, 09:00 UTC: what is counted in working days is then the same whenever a test runs. */
export function toMonday({ company }: TestCompany, hourOfDay = 9): void {
  const now = company.clock.now()
  const monday = new Date(now)
  monday.setUTCHours(hourOfDay, 0, 0, 0)
  do monday.setUTCDate(monday.getUTCDate() + 1)
  while (monday.getUTCDay() !== 1)
  company.clock.advance(monday.getTime() - now.getTime())
}

export function forward({ company }: TestCompany, hours: number): void {
  company.clock.advance(hours * hour)
}

/** Looks again and again until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>, words: string): Promise<void> {
  const deadline = Date.now() + patience
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, `never: ${words}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
