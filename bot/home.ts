import type { Dialog } from '../dialogs/dialog.ts'
import type { CardContent } from './channels/chat.ts'
import type { Directory } from './directory/directory.ts'
import { DirectoryError } from './directory/directory-error.ts'
import type { Person } from './identity/person.ts'
import type { Tickets } from './tickets/tickets.ts'

/** So many of each list; the rest is counted. */
const most = 20
const quickActions = 7

/** What somebody finds on their home page: what they have access to, what they asked for, and what they can start. */
export function homePage(ground: {
  readonly directory: Pick<Directory, 'groupsOf'>
  readonly tickets: Tickets
  readonly dialogs: readonly Dialog[]
}): (person: Person) => Promise<CardContent> {
  return async (person) => {
    const [access, tickets] = await Promise.all([
      accessOf(ground.directory, person),
      ground.tickets.ofPerson(person, most),
    ])
    const requests = tickets
      .filter(({ state }) => state === 'open')
      .map(({ number, title, openedAt }) => ({
        number: String(number),
        title,
        detail: `open since ${openedAt.toISOString().slice(0, 10)}`,
      }))
    const actions = ground.dialogs
      .filter(({ inMenu }) => inMenu !== false)
      .slice(0, quickActions)
      .map((dialog) => ({ title: dialog.title, ids: { dialog: dialog.name } }))
    return { card: 'home', data: { name: person.name, requests, actions, ...access } }
  }
}

/** A directory that does not answer must not keep somebody from their own page. */
async function accessOf(directory: Pick<Directory, 'groupsOf'>, person: Person): Promise<Record<string, unknown>> {
  try {
    const { groups, more } = await directory.groupsOf(person.id, most)
    const access = groups.map(({ displayName, description }) => ({ name: displayName, detail: description ?? '' }))
    return { access, ...(more ? { moreAccess: 'and more' } : {}) }
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    return { access: [], note: 'I cannot read the directory right now, so your access is missing here.' }
  }
}
