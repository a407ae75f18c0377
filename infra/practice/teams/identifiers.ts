import { createHash } from 'node:crypto'

/** The team that everyone's practice Teams shows. As in Teams, the id of a team is the id of its General channel. */
export const teamId = '19:practice-general@thread.tacv2'
export const generalChannelId = teamId
export const itChannelId = '19:practice-it@thread.tacv2'
/** The Microsoft 365 group behind the team. */
export const teamGroupId = '7f1c2a5e-3d0b-4c58-9a64-0f3b8d2e6c11'

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * The identifiers Teams gives to people and to their chats with one bot. Opaque to the bot, but made from the person's
 * object id alone: a bot that remembers them finds the same people after practice Teams has been restarted.
 */
export interface Identifiers {
  /** `29:1…`, the person as the bot knows them. */
  ofPerson(personId: string): string
  /** `a:1…`, the personal chat of the person with the bot. */
  ofChat(personId: string): string
  /** The object id behind a `29:` id or an object id as such; undefined for anything else. */
  personOf(idOrTeamsId: string): string | undefined
  /** The object id of the person whose chat this is. */
  personOfChat(conversationId: string): string | undefined
}

export function identifiersIn(tenantId: string): Identifiers {
  const seal = (kind: string, personId: string): string => {
    const digest = createHash('sha256').update(`${kind}|${tenantId}|${personId}`).digest()
    return Buffer.concat([Buffer.from(personId.replaceAll('-', ''), 'hex'), digest]).toString('base64url')
  }
  const unseal = (kind: string, prefix: string, id: string): string | undefined => {
    if (!id.startsWith(prefix)) return undefined
    const sealed = id.slice(prefix.length)
    const hex = Buffer.from(sealed, 'base64url').subarray(0, 16).toString('hex')
    const personId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    return GUID.test(personId) && seal(kind, personId) === sealed ? personId : undefined
  }
  return {
    ofPerson: (personId) => `29:1${seal('person', personId.toLowerCase())}`,
    ofChat: (personId) => `a:1${seal('chat', personId.toLowerCase())}`,
    personOf(id) {
      const lower = id.toLowerCase()
      return GUID.test(lower) ? lower : unseal('person', '29:1', id)
    },
    personOfChat: (conversationId) => unseal('chat', 'a:1', conversationId),
  }
}

/** Takes `19:…;messageid=1712…` apart: the channel, and the first message of the thread if one is named. */
export function splitThread(conversationId: string): { readonly id: string; readonly threadId: string | undefined } {
  const at = conversationId.indexOf(';messageid=')
  if (at < 0) return { id: conversationId, threadId: undefined }
  return { id: conversationId.slice(0, at), threadId: conversationId.slice(at + ';messageid='.length) }
}

export const threadOf = (channelId: string, rootId: string) => `${channelId};messageid=${rootId}`
