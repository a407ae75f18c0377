import { setTimeout as pause } from 'node:timers/promises'
import { generateSync } from 'otplib'
import type { Company } from '../practice/company.ts'
import type { OnPremises } from '../practice/domain/on-premises.ts'
import { chatterInSlack } from './chatter-in-slack.ts'
import { chatterInTeams } from './chatter-in-teams.ts'
import { type Enrolled, enrolled, managersKnown } from './enrolled.ts'
import type { BenchGround } from './ground.ts'
import { lock } from './on-premises-conversations.ts'
import { type Chatter, textsIn } from './whole-reset.ts'

/** A code is good once, and the next one is another half a minute later (RFC 6238 section 5.2). */
const codeLasts = 31_000

export const kinds = ['reset', 'talk', 'reset', 'unlock'] as const
export type Kind = (typeof kinds)[number]

/** What became of one conversation; milliseconds of each reply. */
export interface Talked {
  readonly replies: readonly number[]
  readonly fault: string | undefined
}

/** Somebody who comes back again and again. */
interface SoakPerson extends Enrolled {
  readonly slackUser: string | undefined
  last: number
}

export interface SoakPeople {
  /** The next in line goes through a conversation of this kind. Never rejects. */
  talk(kind: Kind): Promise<Talked>
}

/**
 * People with authenticators: some who reset their passwords, in Teams and in Slack, a few of them on-premises, and some whose accounts
 * on-premises are locked again and again.
 */
export async function soakPeople(ground: BenchGround, onPremises: OnPremises, count: number): Promise<SoakPeople> {
  const { company } = ground
  await managersKnown(ground)
  const unlocking = Math.ceil(count / 5)
  const synced = ground.employees(unlocking + Math.ceil(count / 10), 'on-premises')
  const users = [...synced, ...ground.employees(count - synced.length)]
  const people = (await enrolled(ground, users)).map((person, index): SoakPerson => {
    const slackUser = index % 2 === 0 ? undefined : company.slack.client.userOf(person.id)
    return { ...person, slackUser, last: Number.NEGATIVE_INFINITY }
  })
  const locked = people.slice(0, unlocking)
  const others = people.slice(unlocking)
  const lines: Readonly<Record<Kind, SoakPerson[]>> = { reset: others, talk: others, unlock: locked }
  return {
    async talk(kind) {
      const line = lines[kind]
      const person = line.shift()
      if (!person) return { replies: [], fault: 'everybody is in a conversation' }
      try {
        const early = person.last + codeLasts - performance.now()
        if (kind !== 'talk' && early > 0) await pause(early)
        const chatter = chatterOf(company, person)
        const now = () => company.clock.now()
        if (kind === 'talk') return await talk(chatter)
        if (kind === 'unlock') return await unlock(chatter, onPremises, person, now)
        return await reset(chatter, person, now)
      } catch (error) {
        const last = await lastSeen(company, person)
        return { replies: [], fault: `${kind}: ${error instanceof Error ? error.message : String(error)}; ${last}` }
      } finally {
        if (kind !== 'talk') person.last = performance.now()
        line.push(person)
      }
    },
  }
}

function chatterOf({ teams, slack }: Company, { id, slackUser }: SoakPerson): Chatter {
  return slackUser === undefined
    ? chatterInTeams(teams.client, id, () => {})
    : chatterInSlack(slack.client, slackUser, () => {})
}

/** What stands last in the chat, for whoever looks for the fault. */
async function lastSeen({ teams, slack }: Company, { id, slackUser }: SoakPerson): Promise<string> {
  const message =
    slackUser === undefined
      ? await teams.client.waitFor(teams.client.open(id).conversationId, (all) => all.at(-1), 1_000)
      : await slack.client.waitFor(slack.client.directMessageOf(slackUser), (all) => all.at(-1), 1_000, slackUser)
  const shown = textsIn('blocks' in message ? message.blocks : [message.text, message.attachments])
  return shown
    .filter((text) => text.includes(' '))
    .join(' / ')
    .slice(0, 400)
}

const cards = { choice: 'make sure that it is you', question: 'Enter the code' } as const

/** A look at the menu, and a reset that is thought better of. */
async function talk(chatter: Chatter): Promise<Talked> {
  const replies = [
    await timed(async () => {
      await chatter.say('what can you do?')
      await chatter.sees('What can I do for you')
    }),
    await timed(async () => {
      await chatter.say('I forgot my password')
      await firstOf(chatter, [cards.choice, cards.question])
    }),
    await timed(async () => {
      await chatter.say('cancel')
      await chatter.sees('Cancelled')
    }),
  ]
  return { replies, fault: undefined }
}

async function reset(chatter: Chatter, { secret }: Enrolled, now: () => Date): Promise<Talked> {
  const replies = await proves(chatter, 'I forgot my password', secret, now, 'I know it is you')
  let texts: readonly string[] = []
  const shown = await timed(async () => {
    texts = await chatter.open('I know it is you', 'Show my temporary password')
  })
  const isShown = texts.some((text) => text.includes('Your temporary password'))
  return {
    replies: [...replies, shown],
    fault: isShown ? undefined : `reset: no password in: ${texts.join(' / ').slice(0, 200)}`,
  }
}

async function unlock(
  chatter: Chatter,
  onPremises: OnPremises,
  { id, secret }: SoakPerson,
  now: () => Date,
): Promise<Talked> {
  const account = onPremises.people.get(id)
  if (!account) throw new Error(`${id} has no account on-premises`)
  await lock(onPremises, account)
  return {
    replies: await proves(chatter, 'my account is locked', secret, now, 'You can sign in again'),
    fault: undefined,
  }
}

/** Says what it is about, and gives a code; where there is no other proof to choose from, it is asked for at once. */
async function proves(chatter: Chatter, words: string, secret: string, now: () => Date, then: string) {
  const replies: number[] = []
  let asked = ''
  replies.push(
    await timed(async () => {
      await chatter.say(words)
      asked = await firstOf(chatter, [cards.choice, cards.question])
    }),
  )
  if (asked === cards.choice)
    replies.push(
      await timed(async () => {
        await chatter.press(cards.choice, 'A code from my authenticator app')
        await chatter.sees(cards.question)
      }),
    )
  replies.push(
    await timed(async () => {
      const code = generateSync({ secret, epoch: Math.floor(now().getTime() / 1_000) })
      await chatter.answer(cards.question, 'Check the code', code)
      await chatter.sees(then)
    }),
  )
  return replies
}

/** Whichever of these stands there first. */
async function firstOf(chatter: Chatter, texts: readonly string[]): Promise<string> {
  return await Promise.any(texts.map((text) => chatter.sees(text).then(() => text)))
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
