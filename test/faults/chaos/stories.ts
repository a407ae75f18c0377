import { setTimeout as pause } from 'node:timers/promises'
import { bindAnswer } from '../../../infra/practice/domain/ldap-session.ts'
import { membersOf } from './directories.ts'
import type { Actor } from './people.ts'
import type { Stage } from './stage.ts'

export const storyNames = ['reset', 'unlock', 'access', 'talk', 'wrong-code', 'half-way'] as const
export type StoryName = (typeof storyNames)[number]

/** One conversation, as the person lived it. */
export interface Story {
  readonly name: StoryName
  readonly actor: Actor
  readonly startedAt: Date
  endedAt: Date | undefined
  /** What it came to in the person's eyes. */
  outcome: 'served' | 'refused' | 'gave-up' | 'under-way'
  /** What they did and saw, in order. */
  readonly lines: string[]
  /** Temporary passwords that were shown. */
  readonly shown: { readonly at: Date; readonly password: string }[]
  /** What they wrote: the message, and the HTTP status with which it was taken. */
  readonly said: { readonly id: string; readonly status: number }[]
  /** Untrue things that were said, found out at once. */
  readonly untrue: string[]
}

/** What the judge must know of what people did. */
export interface Diary {
  readonly stories: Story[]
  readonly approvals: { readonly at: Date; readonly approver: string; readonly requester: string }[]
}

const passwordShape = /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])\S{14,}$/m
const tries = 8
/** The bot answers within this time, or somebody starts anew. */
const patience = 12_000
export const entry = { words: 'I need access to enter invoices', title: 'Invoices (enter)' } as const

/** Thrown to leave a conversation that has its end. */
class Settled extends Error {
  readonly outcome: 'served' | 'refused'
  constructor(outcome: 'served' | 'refused') {
    super(outcome)
    this.outcome = outcome
  }
}

/**
 * Lives through one conversation; whoever is not understood, or gets no answer, begins anew a few times.
 * @param mayBeginAnew false when the day is over
 */
export async function live(
  stage: Stage,
  diary: Diary,
  actor: Actor,
  name: StoryName,
  mayBeginAnew: () => boolean,
): Promise<Story> {
  const story: Story = {
    name,
    actor,
    startedAt: new Date(),
    endedAt: undefined,
    outcome: 'under-way',
    lines: [],
    shown: [],
    said: [],
    untrue: [],
  }
  diary.stories.push(story)
  const note = (line: string) => void story.lines.push(`${new Date().toISOString()} ${line}`)
  for (let turn = 1; turn <= tries && story.outcome === 'under-way'; turn++) {
    if (turn > 1 && !mayBeginAnew()) break
    try {
      if (turn > 1) {
        await pause(1_500)
        await say(story, 'cancel')
        await sees(story, /./)
      }
      await scripts[name](stage, diary, story)
      story.outcome = 'served'
    } catch (error) {
      if (error instanceof Settled) story.outcome = error.outcome
      else note(`× ${String(error).split('\n').slice(0, 3).join(' ').slice(0, 400)}`)
    }
  }
  if (story.outcome === 'under-way') story.outcome = 'gave-up'
  story.endedAt = new Date()
  return story
}

type Script = (stage: Stage, diary: Diary, story: Story) => Promise<void>

const scripts: Readonly<Record<StoryName, Script>> = {
  async reset(_stage, _diary, story) {
    await proves(story, 'I forgot my password')
    await sees(story, 'I know it is you')
    for (let turn = 1; turn <= 6; turn++) {
      const { text } = await story.actor.talker.open('Show my temporary password')
      mark(story, `window: ${text.replace(passwordShape, '********')}`)
      const [password] = passwordShape.exec(text) ?? []
      if (password !== undefined) {
        story.shown.push({ at: new Date(), password })
        return
      }
      if (/IT has been told|talk to IT|limit|too often/i.test(text)) throw new Settled('refused')
      await pause(2_000)
    }
    throw new Error('no password was shown')
  },

  async unlock(stage, _diary, story) {
    const { account } = story.actor
    if (!account) throw new Error('nobody on-premises')
    await locks(stage, account.upn)
    await proves(story, "I'm locked out")
    const { text } = await sees(
      story,
      /You can sign in again|not locked|cannot reach the company|IT has been told|new password/,
    )
    if (/You can sign in again/.test(text) && (await answers(stage, account.upn)) === '775')
      story.untrue.push('said to be unlocked, and it is locked')
    if (!/You can sign in again|not locked|new password/.test(text)) throw new Settled('refused')
  },

  async access(stage, diary, story) {
    const { talker, user } = story.actor
    await say(story, entry.words)
    await sees(story, /Is this what you mean|Which of these/)
    await talker.press(entry.title)
    const isAbout = /Why do you need it\?|asked for it already|have it already/
    const whom = await sees(story, new RegExp(`${isAbout.source}|for whom\\?`))
    if (whom.text.includes('for whom?')) await talker.press('For myself')
    const { text } = await sees(story, isAbout)
    if (/have it already/.test(text)) return
    if (/Why do you need it\?/.test(text)) {
      await say(story, 'Quarter end')
      await sees(story, 'How long?')
      await say(story, '1 day')
      await sees(story, 'Shall I ask for this?')
      await talker.press('Ask for it')
      await sees(story, 'I have asked for')
    }
    await approves(diary, story)
    await talker.hasSeen(new RegExp(`${escaped(user.displayName)} has it now`), 45_000)
    if (!membersOf(stage).has(user.id)) story.untrue.push('said to have it, and is not in the group')
  },

  async talk(_stage, _diary, story) {
    await say(story, 'what can you do?')
    await sees(story, /What can I do for you|I am not sure what you need/)
  },

  async 'wrong-code'(_stage, _diary, story) {
    await asks(story)
    await story.actor.talker.press('A code from my authenticator app')
    await sees(story, 'Enter the code')
    const said = await story.actor.talker.press('Check the code', { code: '000000' })
    mark(story, `saw: ${said.slice(0, 200)}`)
    await say(story, 'cancel')
    await sees(story, /./)
  },

  async 'half-way'(_stage, _diary, story) {
    await asks(story)
    await say(story, 'cancel')
    await sees(story, /./)
  },
}

/** The manager looks where they were asked, and approves; it may take more than one press. */
async function approves(diary: Diary, story: Story): Promise<void> {
  const { user, manager } = story.actor
  const words = new RegExp(`${escaped(user.displayName)} asks for access`)
  const asked = await Promise.any(manager.map(async (chat) => (await chat.hasSeen(words, 30_000)) && chat))
  diary.approvals.push({ at: new Date(), approver: asked.id, requester: user.id })
  for (let turn = 1; turn <= 5; turn++) {
    const said = await asked.press('Approve', {}, words).catch((error: unknown) => String(error))
    mark(story, `the manager approves: ${said.slice(0, 200)}`)
    if (/approved|sees no button/i.test(said)) return
    await pause(2_000)
  }
}

/** Up to the question how to prove it. Whoever has come to the limit of the day, by trying again and again, has their answer. */
async function asks(story: Story, words = 'I forgot my password'): Promise<void> {
  await say(story, words)
  const { text } = await sees(story, /make sure that it is you|too many|cannot do that|cannot reach the company/i)
  if (text.includes('reached the limit for today')) throw new Settled('served')
  if (!text.includes('make sure that it is you')) throw new Settled('refused')
}

async function proves(story: Story, words: string): Promise<void> {
  const { talker } = story.actor
  await asks(story, words)
  await talker.press('A code from my authenticator app')
  await sees(story, 'Enter the code')
  const code = await story.actor.code()
  const said = await talker.press('Check the code', { code })
  mark(story, `saw: ${said.slice(0, 200)}`)
  if (/locked|too many wrong/i.test(said)) throw new Settled('refused')
}

async function say(story: Story, text: string): Promise<void> {
  mark(story, `says: ${text}`)
  const { talker } = story.actor
  // Slack brings a message again for minutes; nobody looks at their screen for so long.
  const status = await Promise.race([talker.say(text), pause(20_000).then(() => 0)])
  const own = talker.chat().findLast((message) => message.text === text)
  if (own) story.said.push({ id: own.id, status })
}

async function sees(story: Story, words: string | RegExp) {
  const seen = await story.actor.talker.sees(words, patience)
  mark(story, `saw: ${seen.text.replaceAll('\n', ' ').slice(0, 200)}`)
  return seen
}

function mark(story: Story, line: string): void {
  story.lines.push(`${new Date().toISOString()} ${line.replaceAll('\n', ' ')}`)
}

/** Wrong passwords until the account is locked; the controller may be away, then nothing is locked. */
async function locks(stage: Stage, upn: string): Promise<void> {
  for (let wrong = 0; wrong < 6; wrong++) await answers(stage, upn)
}

async function answers({ onPremises }: Stage, upn: string): Promise<string> {
  return await bindAnswer(onPremises.controller, upn, 'Wrong-Autumn-4711').catch(() => 'away')
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
