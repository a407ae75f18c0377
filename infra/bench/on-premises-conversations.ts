import { randomBytes } from 'node:crypto'
import { Attribute, Change, type Client } from 'ldapts'
import { generateSync } from 'otplib'
import { initialPassword } from '../practice/company/company.ts'
import { bindAnswer } from '../practice/domain/ldap-session.ts'
import { type MadeUser, unicodePassword } from '../practice/domain/objects.ts'
import type { OnPremises } from '../practice/domain/on-premises.ts'
import type { Enrolled } from './enrolled.ts'
import type { BenchGround } from './ground.ts'

const patience = 60_000
/** As an agent makes a password: a line of its own, without a space. */
const password = /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])\S{14,}$/m

/** Times in milliseconds. */
export interface Times {
  /** One LDAP modify of the same account with the same effect. */
  readonly direct: number[]
  /** From the last press until it is said or shown. */
  readonly answer: number[]
  /** From the first message until it is said or shown. */
  readonly whole: number[]
}

/** What one of these measurements works with. */
export interface Ground {
  readonly bench: BenchGround
  readonly onPremises: OnPremises
  readonly direct: Client
}

/** Locks the account, and lets its owner have it unlocked. @throws Error when the password does not open it then */
export async function unlock(ground: Ground, person: Enrolled, times: Times): Promise<void> {
  const { bench, onPremises, direct } = ground
  const account = accountOf(onPremises, person)
  const known = initialPassword(bench.company.tenant.company, person.id)
  const opens = async () => {
    const answer = await bindAnswer(onPremises.controller, account.upn, known)
    if (answer !== 'ok') throw new Error(`the password does not open the account: ${answer}`)
  }
  await lock(onPremises, account)
  const started = performance.now()
  const pressed = await proves(ground, person, 'my account is locked')
  await seen(ground, person, 'You can sign in again')
  const done = performance.now()
  await opens()
  times.answer.push(done - pressed)
  times.whole.push(done - started)
  await lock(onPremises, account)
  times.direct.push(await timed(() => direct.modify(account.dn, replacements({ lockoutTime: '0' }))))
  await opens()
}

/** Lets the owner have a temporary password. @throws Error when it does not bind */
export async function reset(ground: Ground, person: Enrolled, times: Times): Promise<void> {
  const { bench, onPremises, direct } = ground
  const account = accountOf(onPremises, person)
  const { client } = bench.company.teams
  const started = performance.now()
  await proves(ground, person, 'I forgot my password')
  const ready = await seen(ground, person, 'I know it is you')
  const pressed = performance.now()
  const window = await client.press(person.id, { messageId: ready.id, title: 'Show my temporary password' })
  const done = performance.now()
  const words = window.kind === 'dialog' ? textsIn(window.dialog.card) : []
  const shown = words.find((text) => password.test(text))
  if (shown === undefined) throw new Error(`no password is shown: a window of the kind ${window.kind}`)
  await mustBeChangedFirst(onPremises, account, shown)
  times.answer.push(done - pressed)
  times.whole.push(done - started)
  const another = `Aa1-${randomBytes(18).toString('base64url')}`
  const changes = replacements({ unicodePwd: unicodePassword(another), pwdLastSet: '0', lockoutTime: '0' })
  times.direct.push(await timed(() => direct.modify(account.dn, changes)))
  await mustBeChangedFirst(onPremises, account, another)
}

/** Says what it is about and gives a code. @returns when the code was sent, by performance.now */
async function proves(ground: Ground, person: Enrolled, words: string): Promise<number> {
  const { client } = ground.bench.company.teams
  await client.say(person.id, words).delivered
  const choice = await seen(ground, person, 'make sure that it is you')
  await client.press(person.id, { messageId: choice.id, title: 'A code from my authenticator app' })
  const question = await seen(ground, person, 'Enter the code')
  const inputs = { code: generateSync({ secret: person.secret }) }
  const pressed = performance.now()
  await client.press(person.id, { messageId: question.id, title: 'Check the code', inputs })
  return pressed
}

/** Waits for the message with these words. */
function seen({ bench }: Ground, { id }: Enrolled, words: string) {
  const { client } = bench.company.teams
  return client.waitFor(
    client.open(id).conversationId,
    (messages) => messages.findLast((message) => JSON.stringify([message.text, message.attachments]).includes(words)),
    patience,
  )
}

/** Wrong passwords until the controller says that it is locked. */
export async function lock({ controller }: OnPremises, { upn }: MadeUser): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++)
    if ((await bindAnswer(controller, upn, `Wrong-${attempt}`)) === '775') return
  throw new Error(`${upn} does not lock`)
}

async function mustBeChangedFirst({ controller }: OnPremises, { upn }: MadeUser, shown: string): Promise<void> {
  const answer = await bindAnswer(controller, upn, shown)
  if (answer !== '773') throw new Error(`the temporary password is not the one of the account: ${answer}`)
}

function accountOf({ people }: OnPremises, { id }: Enrolled): MadeUser {
  const account = people.get(id)
  if (!account) throw new Error(`${id} has no account on-premises`)
  return account
}

function replacements(values: Readonly<Record<string, string | Buffer>>): Change[] {
  return Object.entries(values).map(([type, value]) => {
    const modification = new Attribute({ type, values: [typeof value === 'string' ? Buffer.from(value) : value] })
    return new Change({ operation: 'replace', modification })
  })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** Every text in a card, wherever it stands. */
function textsIn(card: unknown): readonly string[] {
  if (typeof card === 'string') return [card]
  return typeof card === 'object' && card !== null ? Object.values(card).flatMap(textsIn) : []
}
