import type { Chat } from '../bot/channels/chat.ts'
import type { Desk, Helped, OperationName } from '../bot/desk.ts'
import type { PersonProof } from '../bot/policy/schema.ts'
import { card, message } from './cards.ts'
import { forIt, heard, refuse, type Told } from './refuse.ts'

const most = 4
const operation: OperationName = 'reset-password-for'

const labels: Record<PersonProof, string> = {
  totp: 'They read me a code of their authenticator app',
  channel: 'They match a number in their own chat',
}

/**
 * The part of the conversation in which the one who is helped proves who they are, by a factor of their own.
 * Says why and what comes next when it ends in a no.
 * @returns whether the policy is satisfied for both
 */
export async function personProves(chat: Chat, desk: Desk, person: Helped): Promise<boolean> {
  const failed = new Set<PersonProof>()
  for (let round = 1; round <= most; round++) {
    const standing = await desk.standing(operation, person.id)
    if (standing.verdict === 'allow') return true
    if (standing.verdict === 'no') {
      await refuse(chat, desk, standing.sentence, forIt(standing, operation, person))
      return false
    }
    if (standing.verdict === 'need-proof') {
      await refuse(chat, desk, 'That took too long: your own proofs have run out. Please start again.')
      return false
    }
    const { alternatives } = standing
    const ways = await chat.once(`ways-of-person-${round}`, async () => {
      const readiness = await desk.waysOfPerson(person.id)
      const usable = (way: PersonProof) => readiness[way].ready && !failed.has(way)
      const open = alternatives.filter((ways) => ways.every(usable)).flatMap((ways) => ways.slice(0, 1))
      const because = alternatives.flat().flatMap((way) => (readiness[way].ready ? [] : [readiness[way].because]))
      return { open: [...new Set(open)], because: [...new Set(because)] }
    })
    if (ways.open.length === 0) {
      const why = ways.because.length > 0 ? ` ${ways.because.join(' ')}` : ''
      await refuse(
        chat,
        desk,
        `I could not make sure that it is ${person.name}.${why} They must come to IT in person.`,
        unproved(person, failed),
      )
      return false
    }
    const way = await choose(chat, person, ways.open, round)
    const came = way === 'totp' ? await byCode(chat, desk, person, round) : await byNumber(chat, desk, person, round)
    if (came === 'denied') return false
    if (came === 'no') failed.add(way)
  }
  const sentence = `I could not make sure that it is ${person.name}. They must come to IT in person.`
  await refuse(chat, desk, sentence, unproved(person, failed))
  return false
}

/** What IT hears when the person tried and failed; whoever had nothing to try with is no trouble of theirs. */
function unproved(person: Helped, failed: ReadonlySet<PersonProof>): Told | undefined {
  if (failed.size === 0) return undefined
  const ways = [...failed].map((way) => labels[way]).join(', ')
  return { operation, detail: `did not work: ${ways}`, reason: 'verification-failed', about: person }
}

function choose(chat: Chat, person: Helped, ways: readonly PersonProof[], round: number): Promise<PersonProof> {
  const choices = ways.map((way) => ({ title: labels[way], ids: { choice: way as string } }))
  return chat.ask(
    `way-of-person-${round}`,
    card('choose', {
      title: `Now ${person.name} must prove that it is they`,
      text: 'Call them on a number you know. How shall they prove it?',
      choices,
    }),
    (given) => ways.find((way) => given.by === 'button' && given.values.choice === way),
    (way) => labels[way],
  )
}

/** Denied: the person says that they did not ask. Then there is no other way either. */
type Came = 'yes' | 'no' | 'denied'

async function byCode(chat: Chat, desk: Desk, person: Helped, round: number): Promise<Came> {
  const question = (problem?: string) =>
    card('ask-their-code', { person: person.name, ...(problem === undefined ? {} : { problem }) })
  const outcome = await chat.askSecret<{ proved: boolean; sentence: string }>(
    `their-code-${round}`,
    question(),
    async (given) => {
      if (given.by === 'text') {
        if (!/^\D*(\d\D*){6,8}$/.test(given.text)) return undefined
        return {
          again: question('Please type the code into this card: what is written in the chat stays in its history.'),
        }
      }
      const verdict = await desk.provePersonByCode(person.id, given.values.code ?? '')
      if (verdict.verdict === 'again') return { again: question(verdict.problem) }
      if (verdict.verdict === 'locked')
        return { keep: { proved: false, sentence: verdict.sentence }, closing: 'That was not accepted.' }
      const sentence = 'That code is right, but their authenticator is too new to count yet.'
      if (!verdict.counts) return { keep: { proved: false, sentence }, closing: sentence }
      return { keep: { proved: true, sentence: '' }, closing: 'Thank you, the code is right.' }
    },
  )
  if (!outcome.proved) chat.say(`their-code-failed-${round}`, message('That did not work', outcome.sentence))
  return outcome.proved ? 'yes' : 'no'
}

type Answer = Exclude<Awaited<ReturnType<Desk['personAnswer']>>, 'pending'>

async function byNumber(chat: Chat, desk: Desk, person: Helped, round: number): Promise<Came> {
  const { name } = person
  const asked = await chat.once(`ask-person-${round}`, () => desk.askPerson(`person-${round}`, person.id))
  if ('unavailable' in asked) {
    chat.say(`number-failed-${round}`, message('That does not work now', asked.unavailable))
    return 'no'
  }
  const closings: Record<Answer, string> = {
    confirmed: `${name} picked the right number.`,
    denied: `${name} did not pick that number.`,
    expired: `${name} did not answer in time.`,
  }
  const answer = await chat.waitFor<Answer>(
    `person-${round}`,
    `confirmation:${asked.id}`,
    card('show-their-number', { number: String(asked.number), person: name }),
    async () => {
      const answered = await desk.personAnswer(asked.id)
      return answered === 'pending' ? undefined : { keep: answered, closing: closings[answered] }
    },
  )
  if (answer === 'confirmed') return 'yes'
  if (answer === 'denied') {
    await alarm(chat, desk, person)
    return 'denied'
  }
  chat.say(`number-failed-${round}`, message('That did not work', closings.expired))
  return 'no'
}

/** Somebody asks for a person who says that they did not ask: IT must know of it now. */
async function alarm(chat: Chat, desk: Desk, person: Helped): Promise<void> {
  const told = await chat.once('denied', () =>
    desk.tellIt({
      key: 'denied',
      reason: 'verification-failed',
      title: 'Somebody says that they did not ask for help',
      urgency: 'high',
      facts: [
        { title: 'Started by', value: chat.person.name },
        { title: 'For', value: person.name },
        { title: 'Answer', value: 'a wrong number, or "I did not ask for this"' },
      ],
    }),
  )
  const sentence = `${person.name} did not confirm that they asked for this. ${heard(told)}`
  await refuse(chat, desk, sentence)
}
