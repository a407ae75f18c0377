import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { TestCompany } from './company.ts'
import type { Phone } from './phone.ts'
import type { Talker } from './talker.ts'

/** Nobody waits longer for an answer, whatever happens. */
const longestSilence = 90_000
const minute = 60_000

/** What is told while it still goes on. */
const goesOn = /takes longer than usual|still going on/
const temporary = /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])\S{14,}$/m

/** Somebody at work, and what their chat has said since. */
export interface Asker {
  readonly talker: Talker
  readonly chat: () => readonly string[]
}

/**
 * Presses the button until the window says something: where nothing came, or it still goes on, one presses again.
 * @param found is given the temporary password, where one is shown
 * @returns what the window says in the end
 */
export async function pressesForPassword({ talker, chat }: Asker, found: (password: string) => void): Promise<string> {
  const until = Date.now() + longestSilence
  for (;;) {
    const text = await talker.open('Show my temporary password').then(
      (window) => window.text,
      () => undefined,
    )
    const password = text?.match(temporary)?.[0]
    if (password !== undefined) found(password)
    // A window that came too late for the product was settled all the same: then the chat says how.
    if (text?.includes('look at our chat') && chat().length > 0) return chat().join('\n')
    if (text !== undefined && !goesOn.test(text)) return text
    assert.ok(Date.now() < until, 'nobody is told what became of the reset')
    await pause(700)
  }
}

/** Up to the moment at which the code is typed. */
export async function choosesCode(talker: Talker): Promise<void> {
  await talker.sees('make sure that it is you')
  await talker.press('A code from my authenticator app')
  await talker.sees('Enter the code')
}

/**
 * Types the code, and looks again where that is what the bot says, proving anew who they are. Where the chat says that a press did not
 * work, one presses again, with the next code.
 * @returns what the dialog says in the end
 */
export async function provesForUnlock(company: TestCompany, { talker, chat }: Asker, phone: Phone): Promise<string> {
  const { clock } = company.company
  const until = Date.now() + longestSilence
  let looked = false
  let taken = false
  for (;;) {
    if (!taken)
      taken = await talker.press('Check the code', { code: phone.code() }).then(
        () => true,
        () => false,
      )
    const said = chat().findLast((text) =>
      /^(You can sign in again|Your account|You are not locked out|I cannot)/.test(text),
    )
    if (said !== undefined && !goesOn.test(said)) return said
    if (said !== undefined && !looked && (await unlocksUnderWay(company)) === 0) {
      looked = true
      await talker.press('Look again')
      await choosesCode(talker)
      taken = false
    }
    // While the bot is away no code is used up, and what was proved before must not run out.
    if (!taken && (await isUp(company))) clock.advance(minute)
    assert.ok(Date.now() < until, `nobody is told what became of the unlock: ${chat().join(' | ')}`)
    await pause(taken ? 200 : 700)
  }
}

async function isUp(company: TestCompany): Promise<boolean> {
  const answer = await fetch(`${company.bot().url}/healthz`, { signal: AbortSignal.timeout(2_000) }).catch(
    () => undefined,
  )
  return answer?.ok === true
}

async function unlocksUnderWay({ database }: TestCompany): Promise<number> {
  const rows = await database
    .selectFrom('operations')
    .select('id')
    .where('name', '=', 'unlock-account')
    .where('state', '=', 'running')
    .execute()
  return rows.length
}

/** Presses "This wasn't me" on the page of a mail, again and again until it is answered. @returns what the page says */
export async function pressesNotMe(company: TestCompany, token: string): Promise<string> {
  const until = Date.now() + longestSilence
  for (;;) {
    const said = await fetch(`${company.bot().url}/not-me`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
      signal: AbortSignal.timeout(20_000),
    }).then(
      async (answer) => (await answer.json()) as { readonly sentence: string },
      () => undefined,
    )
    if (said) return said.sentence
    assert.ok(Date.now() < until, 'nobody is told what became of the blocking')
    await pause(500)
  }
}

/** Waits for these words. What does not work the first time is tried again after a minute, and later: so time passes. */
export async function waitsFor(company: TestCompany, { chat }: Asker, words: RegExp): Promise<string> {
  const until = Date.now() + longestSilence
  for (;;) {
    const said = chat().find((text) => words.test(text))
    if (said !== undefined) return said
    assert.ok(Date.now() < until, `nobody says ${words}: ${chat().join(' | ')}`)
    await pause(700)
    company.company.clock.advance(2 * minute)
  }
}
