import type { Chat } from '../bot/channels/chat.ts'
import type { Desk, DoorSeen } from '../bot/desk.ts'
import { message, offer } from './cards.ts'
import type { Dialog } from './dialog.ts'
import { prove } from './prove.ts'
import { askedBefore, directoryAway, heard } from './refuse.ts'

/**
 * "I'm locked out": Entra ID has no unlock, so say what is true and offer what helps. On-premises the account is looked at and
 * unlocked, once the person has proved that it is theirs: nothing of how it stands is told to anybody before.
 */
export const unlockAccount: Dialog = {
  name: 'unlock-account',
  title: 'Unlock my account',

  async talk(chat, desk) {
    const ticket = await chat.once('ticket', () => desk.openTicket('Account locked'))
    const mastered = await chat.once('mastered', () => desk.masteredAt())
    if (mastered === 'entra') return await explainWaiting(chat, desk, ticket.number)
    if (mastered === 'out-of-reach') return await leaveToIt(chat, desk)
    if (mastered === 'unreachable') return await sayUnreachable(chat, desk)

    if (!(await prove(chat, desk, 'unlock-account'))) return
    // Begun by a turn that was interrupted: what became of it is told, and not what stands there since.
    if ((await desk.begun('unlock-account')) === 'here') return await unlock(chat, desk, ticket.number, undefined)
    const door = await chat.once('door', () => desk.accountDoor())
    if (door.at === 'entra') return await explainWaiting(chat, desk, ticket.number)
    if (door.at === 'unreachable') return await sayUnreachable(chat, desk)
    if (door.at === 'unproven') {
      chat.say('run-out', again('That took too long', 'What you proved has run out. Please start again.'))
      return await close(chat, desk, 'The proofs had run out')
    }
    if (!door.enabled || door.accountExpired) return await onlyIt(chat, desk, door)
    if (!door.locked) return await sayWhatElse(chat, desk, door)

    await unlock(chat, desk, ticket.number, door)
  },
}

type Door = Extract<DoorSeen, { at: 'active-directory' }>

const again = (title: string, text: string, button = 'Start again') => offer(title, text, 'unlock-account', button)

/** @param door as it was seen before; undefined where it was not looked at, or not by this turn */
async function unlock(chat: Chat, desk: Desk, ticket: number, door: Door | undefined): Promise<void> {
  const report = await chat.once('unlocked', () => desk.unlockAccount('unlock'))
  if (report.state !== 'done') {
    const button = report.over ? 'Try again' : 'Look again'
    chat.say('not-done', again('Your account', `${report.sentence} (Ticket ${ticket}.)`, button))
    return
  }
  chat.say(
    'done',
    offer(
      'You can sign in again',
      `${report.sentence} ${door ? expiredToo(door) : ''}Locked again soon? Then something still tries with an old password: a phone with your mail, a mapped drive, another computer where you are signed in. Change it there. (Ticket ${ticket}.)`,
      'reset-password',
      'I need a new password',
    ),
  )
}

async function close(chat: Chat, desk: Desk, outcome: string): Promise<void> {
  await chat.once('closed', async () => {
    await desk.closeTicket(outcome)
    return true
  })
}

async function explainWaiting(chat: Chat, desk: Desk, ticket: number): Promise<void> {
  chat.say(
    'answer',
    offer(
      'Microsoft unlocks by itself',
      'After too many wrong passwords Microsoft makes you wait: about a minute at first, longer each time. Nobody can end that wait by hand. Wait a minute and try once more; or, if you are not sure of your password, let me reset it.',
      'reset-password',
      'Reset my password',
    ),
  )
  await close(chat, desk, `Explained the waiting time (ticket ${ticket})`)
}

async function leaveToIt(chat: Chat, desk: Desk): Promise<void> {
  const told = await chat.once('told', () =>
    desk.tellIt({
      key: 'locked',
      title: 'Account locked on-premises',
      urgency: 'high',
      facts: [{ title: 'Who', value: chat.person.name }],
    }),
  )
  const reached = told.reached ? 'IT has been told just now' : 'IT finds it in the list of incidents'
  chat.say(
    'on-premises-answer',
    message(
      'Your account lives in the company’s own directory',
      `I cannot unlock it from here yet. ${reached}: incident ${told.number}.`,
    ),
  )
}

async function sayUnreachable(chat: Chat, desk: Desk): Promise<void> {
  const told = await chat.once('told', () => desk.tellIt(directoryAway(chat, 'unlock-account')))
  const besides = (await desk.begun('unlock-account')) === 'before' ? ` ${askedBefore}` : ''
  chat.say(
    'unreachable',
    again(
      'I cannot reach the company’s own directory',
      `Your account lives there, so I could not look at it, and changed nothing.${besides} ${heard(told)} Please try again in a few minutes.`,
      'Try again',
    ),
  )
}

/** Unlocking would open nothing: somebody decided that this account is closed, or let it run out. */
async function onlyIt(chat: Chat, desk: Desk, door: Door): Promise<void> {
  const why = door.enabled ? 'Your account has expired' : 'Your account is blocked'
  const told = await chat.once('told', () =>
    desk.tellIt({
      key: 'closed-account',
      title: `${door.enabled ? 'An expired' : 'A blocked'} account is asked for`,
      urgency: 'normal',
      facts: [
        { title: 'Who', value: chat.person.name },
        { title: 'Locked as well', value: door.locked ? 'yes' : 'no' },
      ],
    }),
  )
  chat.say(
    'only-it',
    message(why, `No unlock and no new password changes that, and I may not: only IT can. ${heard(told)}`),
  )
}

async function sayWhatElse(chat: Chat, desk: Desk, door: Door): Promise<void> {
  chat.say('not-locked', notLocked(desk.now(), door))
  await close(chat, desk, 'The account is not locked')
}

function notLocked(now: Date, door: Door) {
  if (door.mustChangePassword)
    return offer(
      'You are not locked out: you must choose a new password',
      'A new password of your own is asked for at your next sign-in on a company computer. Where you sign in without being asked, it is refused until then. Not sure of the present one? Let me set a temporary one.',
      'reset-password',
      'Reset my password',
    )
  if (door.passwordExpired)
    return offer(
      'You are not locked out: your password has expired',
      'Choose a new one where you sign in, if it asks you to; or let me set a temporary one.',
      'reset-password',
      'Reset my password',
    )
  return offer(
    'You are not locked out',
    `Your account is open and your password has not expired. ${lastWrong(now, door)}If you are not sure of your password, let me reset it.`,
    'reset-password',
    'Reset my password',
  )
}

const recently = 24 * 3_600_000

function lastWrong(now: Date, { lastBadPasswordAt }: Door): string {
  if (lastBadPasswordAt === null || now.getTime() - Date.parse(lastBadPasswordAt) > recently) return ''
  return `The last wrong password was tried at ${lastBadPasswordAt.slice(0, 16).replace('T', ' ')} UTC. `
}

function expiredToo({ passwordExpired, mustChangePassword }: Door): string {
  if (mustChangePassword) return 'You will be asked to choose a new password. '
  return passwordExpired ? 'Your password has expired as well: choose a new one where you sign in. ' : ''
}
