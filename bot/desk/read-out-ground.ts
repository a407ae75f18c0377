import { type ReadOut, readOutOf, readOutPost } from '../approvals/read-outs.ts'
import type { Reply } from '../channels/chat.ts'
import type { Ground } from './ground.ts'
import { attempts } from './operating.ts'

/** The key of the window: the ids of what it starts come from it. */
export const show = 'show'

export const notYours = 'This card was not meant for you, or it is too old.'

/**
 * What may be said of the directory when nobody was shown anything: an earlier press may have made something before it broke off.
 */
export async function whatWasMade({ database }: Pick<Ground, 'database'>, dialogId: string): Promise<string> {
  const made = await lastMade(database, dialogId)
  return made === undefined
    ? 'I made nothing, and nothing was changed.'
    : 'Something may have been made all the same, and nobody has seen it. It can be made anew.'
}

/** The last operation of this dialog's window that made something, or may have. */
export async function lastMade(database: Ground['database'], dialogId: string): Promise<string | undefined> {
  const begun = await database
    .selectFrom('operations')
    .select('id')
    .where('id', 'in', [...attempts(dialogId, show)])
    .where('state', 'in', ['running', 'done', 'unclear'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return begun?.id
}

/** The one that this card is about, if it is this person's to read out. */
export async function readOutOn(
  ground: Ground,
  key: string,
  person: { readonly tenant: string; readonly id: string },
): Promise<ReadOut | undefined> {
  const prefix = readOutPost('')
  if (!key.startsWith(prefix)) return undefined
  const readOut = await readOutOf(ground.database, key.slice(prefix.length))
  return readOut?.tenant === person.tenant && readOut.reader.id === person.id ? readOut : undefined
}

export function note(text: string): Reply {
  return { kind: 'note', text }
}
