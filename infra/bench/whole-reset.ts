import { setTimeout as pause } from 'node:timers/promises'
import { generateSync } from 'otplib'
import type { Enrolled } from './enrolled.ts'

/** Turns of a whole reset: the words, the choice of a proof, the code, the button that shows the password. */
export const turnsPerReset = 4

/** So long a person waits for one reply before they give up. */
export const patience = 60_000

/** So often somebody does the same thing, where they are told that it went wrong. */
export const mostTries = 5
/** Milliseconds between being told so and doing it again. */
export const reading = 1_000

/** How the bot says that the same button may be pressed once more: it takes longer, or something came in between. */
const pressAgain = /Press the button again|Please try again/

/** A person in a chat, as far as a reset needs one; every product has its own. */
export interface Chatter {
  say(words: string): Promise<void>
  /** Presses a button of the newest card with these words on it. */
  press(card: string, button: string): Promise<void>
  /** Fills in the code beside the question, and sends it off. */
  answer(card: string, button: string, code: string): Promise<void>
  /** Waits for a card with these words. @throws Error when it does not come within `patience` */
  sees(card: string): Promise<void>
  /** Presses a button that opens a window. @returns every text in the window */
  open(card: string, button: string): Promise<readonly string[]>
}

/** What one person went through. */
export interface Course {
  /** Milliseconds from what the person did until what comes next stood before them, for each turn that was answered. */
  readonly replies: number[]
  /** Turns that the person had to do once more, because the chat product said that it went wrong. */
  readonly again: number
  /** What was shown in the end. */
  readonly password: string | undefined
  /** Why not. */
  readonly fault: string | undefined
  /** Something was asked, and nothing came of it at all. */
  readonly lost: boolean
}

/** As the bot and the agent make passwords: a line of its own, without a space. */
const password = /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])\S{14,}$/m

const cards = {
  choice: 'make sure that it is you',
  question: 'Enter the code',
  ready: 'I know it is you',
} as const

/** One whole reset, proved by a code, as a person lives it. Never rejects. */
export async function wholeReset(chatter: Chatter, { secret }: Enrolled, again: () => number): Promise<Course> {
  const replies: number[] = []
  let pressedAgain = 0
  const turn = async <T>(work: () => Promise<T>): Promise<T> => {
    const started = performance.now()
    const result = await work()
    replies.push(performance.now() - started)
    return result
  }
  try {
    await turn(async () => {
      await chatter.say('I forgot my password')
      await chatter.sees(cards.choice)
    })
    await turn(async () => {
      await chatter.press(cards.choice, 'A code from my authenticator app')
      await chatter.sees(cards.question)
    })
    await turn(async () => {
      await chatter.answer(cards.question, 'Check the code', generateSync({ secret }))
      await chatter.sees(cards.ready)
    })
    const texts = await turn(() => opened(chatter, () => void pressedAgain++))
    const shown = texts.find((text) => password.test(text))
    const fault = shown === undefined ? `no password in: ${texts.join(' / ').slice(0, 200)}` : undefined
    return { replies, again: again() + pressedAgain, password: shown, fault, lost: false }
  } catch (error) {
    const fault = `turn ${replies.length + 1}: ${error instanceof Error ? error.message : String(error)}`
    const lost = error instanceof Error && 'code' in error && error.code === 'timed-out'
    return { replies, again: again() + pressedAgain, password: undefined, fault, lost }
  }
}

/** What the window says in the end: where the bot says so, the person presses again. */
async function opened(chatter: Chatter, again: () => void): Promise<readonly string[]> {
  for (let tries = 1; ; tries++) {
    const texts = await chatter.open(cards.ready, 'Show my temporary password')
    if (tries === mostTries || !texts.some((text) => pressAgain.test(text))) return texts
    again()
    await pause(reading)
  }
}

/** Every text in a card, a message or a window, wherever it stands. */
export function textsIn(shown: unknown): readonly string[] {
  if (typeof shown !== 'object' || shown === null) return []
  return Object.entries(shown).flatMap(([name, value]) =>
    typeof value === 'string' ? (name === 'text' ? [value] : []) : textsIn(value),
  )
}
