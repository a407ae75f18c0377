import type { Chat } from '../bot/channels/chat.ts'
import type { Desk, Helped, OperationName } from '../bot/desk.ts'
import type { ProofMethod } from '../bot/identity/proof.ts'
import { card } from './cards.ts'
import { proveByCode } from './prove-by-code.ts'
import { proveByManager } from './prove-by-manager.ts'
import { proveByQuestions } from './prove-by-questions.ts'
import { askedBefore, forIt, refuse, type Told } from './refuse.ts'

/** A way of proving oneself that did not work out this time is not offered again in the same dialog. */
type Tried = { readonly method: ProofMethod; readonly proved: boolean }

const most = 6

const labels: Record<ProofMethod, string> = {
  totp: 'A code from my authenticator app',
  manager: 'My manager confirms that it is me',
  questions: 'My security questions',
  channel: 'This chat',
}

/**
 * The part of a conversation in which a person proves who they are, in one of the ways the policy takes for this operation.
 * Says why and what comes next when it ends in a no.
 * @param about whose account it is, where it is somebody else's: they prove themselves afterwards
 * @returns whether the policy is satisfied, as far as this person is concerned
 */
export async function prove(chat: Chat, desk: Desk, operation: OperationName, about?: Helped): Promise<boolean> {
  const tried: Tried[] = []
  // That the chat proves something makes no other way open or closed.
  let methods: ReturnType<Desk['methods']> | undefined
  const methodsNow = () => {
    methods ??= desk.methods()
    return methods
  }
  for (let round = 1; round <= most; round++) {
    const standing = await desk.standing(operation, about?.id)
    if (standing.verdict === 'allow' || standing.verdict === 'need-person-proof') return true
    if (standing.verdict === 'no') {
      const begun = standing.unreachable ? await desk.begun(operation, about?.id) : 'never'
      // What an interrupted turn began is told to its end: every change is decided anew in any case.
      if (begun === 'here') return true
      const sentence = begun === 'before' ? `${standing.sentence} ${askedBefore}` : standing.sentence
      await refuse(chat, desk, sentence, forIt(standing, operation, about))
      return false
    }
    // Looked up once a round: what is open now may not be when the answer comes, and then says so itself.
    const { alternatives } = standing
    const ways = await chat.once(`ways-${round}`, async () => waysOpen(alternatives, await methodsNow(), tried))
    if (ways.methods.length === 0) {
      await refuse(chat, desk, nothingLeft(ways.because), failed(operation, tried, ways.because, about))
      return false
    }
    const method = await choose(chat, ways.methods, round)
    tried.push({ method, proved: await proveBy(method, chat, desk, operation, round) })
    if (method !== 'channel') methods = undefined
  }
  const sentence = 'I could not make sure that it is you. Please talk to IT in person.'
  await refuse(chat, desk, sentence, failed(operation, tried, [], about))
  return false
}

/** What IT hears when somebody tried and failed; whoever had nothing to try with is no trouble of theirs. */
function failed(
  operation: OperationName,
  tried: readonly Tried[],
  because: readonly string[],
  about: Helped | undefined,
): Told | undefined {
  const ways = [...new Set(tried.filter(({ proved }) => !proved).map(({ method }) => labels[method]))]
  if (ways.length === 0) return undefined
  return {
    operation,
    detail: [`did not work: ${ways.join(', ')}`, ...because].join('. '),
    reason: 'verification-failed',
    about,
  }
}

function proveBy(
  method: ProofMethod,
  chat: Chat,
  desk: Desk,
  operation: OperationName,
  round: number,
): Promise<boolean> {
  if (method === 'totp') return proveByCode(chat, desk, round)
  if (method === 'manager') return proveByManager(chat, desk, operation, round)
  if (method === 'questions') return proveByQuestions(chat, desk, round)
  return chat.once(`channel-${round}`, async () => {
    await desk.proveByChannel()
    return true
  })
}

/** The next missing method of each alternative that can still be completed; the chat itself needs no asking and comes first. */
function waysOpen(
  alternatives: readonly (readonly ProofMethod[])[],
  readiness: Awaited<ReturnType<Desk['methods']>>,
  tried: readonly Tried[],
): { methods: readonly ProofMethod[]; because: readonly string[] } {
  const failed = new Set(tried.filter((one) => !one.proved).map((one) => one.method))
  const usable = (method: ProofMethod) => readiness[method].ready && !failed.has(method)
  const open = alternatives.filter((methods) => methods.length > 0 && methods.every(usable))
  if (open.some((methods) => methods.includes('channel'))) return { methods: ['channel'], because: [] }
  const because = alternatives.flat().map((method) => readiness[method])
  return {
    methods: [...new Set(open.flatMap((methods) => methods.slice(0, 1)))],
    because: [...new Set(because.flatMap((state) => (state.ready ? [] : [state.because])))],
  }
}

function nothingLeft(because: readonly string[]): string {
  const reasons = because.length > 0 ? ` ${because.join(' ')}` : ''
  return `I have no way left to make sure that it is you.${reasons} Please go to IT in person, they can help you right away.`
}

async function choose(chat: Chat, methods: readonly ProofMethod[], round: number): Promise<ProofMethod> {
  const [only] = methods
  if (only && methods.length === 1) return await chat.once(`method-${round}`, async () => only)
  const choices = methods.map((method) => ({ title: labels[method], ids: { choice: method } }))
  return await chat.ask(
    `method-${round}`,
    card('choose', {
      title: 'First, let me make sure that it is you',
      text: 'How would you like to prove it?',
      choices,
    }),
    (given) => methods.find((method) => given.by === 'button' && given.values.choice === method),
    (method) => labels[method],
  )
}
