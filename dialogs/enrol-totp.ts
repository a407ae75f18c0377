import type { Chat, Window } from '../bot/channels/chat.ts'
import type { Desk } from '../bot/desk.ts'
import { card, message } from './cards.ts'
import type { Dialog } from './dialog.ts'
import { prove } from './prove.ts'
import { managerConfirms } from './prove-by-manager.ts'
import { refuse } from './refuse.ts'

/** "I have a new phone": set up an authenticator app, in a window that chat history does not keep. */
export const enrolTotp: Dialog = {
  name: 'enrol-totp',
  title: 'Set up my authenticator app',

  async talk(chat, desk) {
    await chat.once('ticket', () => desk.openTicket('Authenticator set-up'))
    const had = await chat.once('had', async () => (await desk.authenticator()).state)
    if (!(await prove(chat, desk, had === 'none' ? 'enrol-totp' : 'replace-totp'))) return
    const notHere = await chat.once('not-here', async () => (had === 'none' ? (desk.notEnrolledHere() ?? null) : null))
    if (notHere !== null) {
      await refuse(chat, desk, notHere)
      return
    }

    const intro =
      had === 'none'
        ? 'You need an authenticator app on your phone, Microsoft Authenticator for example. I show you a key: add it to the app, then type the six digits the app shows.'
        : 'I show you a new key for your authenticator app. Your old authenticator works until the new one is confirmed.'
    const enrolled = await chat.window(
      'scan',
      card('offer-window', { title: 'Set up your authenticator app', text: intro, button: 'Show the key' }),
      scanning(desk),
    )
    if (enrolled.countsNow) {
      chat.say('done', message('Your authenticator is set up', 'It counts as a proof from now on.'))
      await finish(chat, desk, 'Authenticator set up; it counts at once.')
      return
    }
    const confirmed = await offerManager(chat, desk, enrolled.countsFrom)
    const left = await chat.once('left', async () => (await desk.authenticator()).state)
    if (left === 'none') {
      const text = 'Because your manager does not know about it, I took the new authenticator away again and told IT.'
      chat.say('taken-back', message('Your authenticator is not set up', text))
      await finish(chat, desk, 'The manager does not know about it: the authenticator was taken away again.')
      return
    }
    await finish(
      chat,
      desk,
      confirmed
        ? 'Authenticator set up and confirmed by the manager.'
        : 'Authenticator set up; it counts after the waiting time.',
    )
  },
}

interface Enrolled {
  readonly countsFrom: string
  readonly countsNow: boolean
}

function scanning(desk: Desk): Window<Enrolled> {
  const title = 'Your authenticator app'
  /** A wrong first code does not change the QR code: it is drawn anew only when the window is opened anew. */
  return {
    async open() {
      const begun = await desk.beginEnrolment()
      if ('refused' in begun) return { title, content: message('That did not work', begun.refused) }
      const { qr, manualKey, account } = begun
      return { title, content: card('window-enrol', { ids: { qr, manualKey }, account }) }
    },
    async submit(values) {
      const confirmed = await desk.confirmEnrolment(values.code ?? '')
      if (!confirmed.ok) {
        // Shown once more, for whoever scanned badly.
        const inHand = await desk.enrolmentInHand()
        const { account, ...ids } = inHand ?? { account: '' }
        return { again: { title, content: card('window-enrol', { ids, account, problem: confirmed.problem }) } }
      }
      const keep = { countsFrom: confirmed.countsFrom.toISOString(), countsNow: confirmed.countsNow }
      return { keep, closing: 'Your authenticator app is set up.' }
    },
  }
}

/** An authenticator set up from chat alone counts only after a while, or as soon as the manager says that it is you. */
async function offerManager(chat: Chat, desk: Desk, countsFrom: string): Promise<boolean> {
  const choice = await chat.ask(
    'at-once',
    card('counts-later', { ids: { countsFrom: `${countsFrom.slice(0, 19)}Z` } }),
    (given) =>
      given.by === 'button' && (given.values.choice === 'manager' || given.values.choice === 'wait')
        ? given.values.choice
        : undefined,
    (answer) => (answer === 'manager' ? 'I am asking your manager.' : 'All right, it counts after the waiting time.'),
  )
  if (choice === 'wait') return false
  const confirmation = await managerConfirms(chat, desk, 'enrol-totp', 1)
  if (confirmation === undefined) return false
  const counts = await chat.once('counts', () => desk.enrolmentConfirmedByManager(confirmation))
  const sentence = counts
    ? 'Your manager confirmed it: your authenticator counts from now on.'
    : 'It could not be confirmed: please set it up again.'
  chat.say('confirmed', message(counts ? 'Done' : 'That did not work', sentence))
  return counts
}

async function finish(chat: Chat, desk: Desk, outcome: string): Promise<void> {
  await chat.once('ticket-closed', async () => {
    await desk.closeTicket(outcome)
    return true
  })
}
