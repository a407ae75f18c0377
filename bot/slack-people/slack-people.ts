import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { Sender } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import type { Directory, DirectoryUser } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import { type Binding, bind, bindingOf, bindingOfPerson, rivals, unbind } from './bindings.ts'
import { checkProfile, type ProfileRefusal, type SlackProfile } from './profile.ts'

/** What was found out of an account is good for a chat this long; a change that Slack announces ends it at once. */
const fresh = 60_000
const mostKept = 20_000

export interface SlackPeopleDependencies {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly audit: Audit
  readonly directory: Pick<Directory, 'user' | 'findByAddress'>
  readonly tenant: TenantId
  /** The one workspace that is served. */
  readonly team: string
  /** How long after the first account of the workspace was linked links count at once, milliseconds. */
  readonly rollOut: number
  readonly profile: (slackUser: string) => Promise<SlackProfile | undefined>
  readonly findByEmail: (email: string) => Promise<string | undefined>
}

export type Found = { readonly sender: Sender } | { readonly refusal: string }

/** Whom in the directory a Slack account belongs to, and the other way round. */
export interface SlackPeople {
  whoIs(slackUser: string): Promise<Found>
  /** The Slack account of a person, if there is one that belongs to them beyond doubt. */
  slackUserOf(person: { readonly tenant: TenantId; readonly id: UserId }): Promise<string | undefined>
  /** Slack says that an account has changed. */
  forget(slackUser: string): void
}

type Refusal = ProfileRefusal | 'unknown' | 'ambiguous' | 'taken'

const sentences: Readonly<Record<Refusal, string>> = {
  unverifiable: 'I cannot tell for certain who you are, so I cannot help you here. Please call the IT help desk.',
  'other-workspace': 'I can only help people of this workspace. Please write to your own organisation’s IT help desk.',
  bot: 'I only talk to people.',
  guest:
    'I can only help members of this workspace, not guests. Please ask the IT help desk of your home organisation.',
  deactivated: 'Your Slack account is deactivated, so I cannot help you here. Please call the IT help desk.',
  'no-confirmed-email':
    'Slack has not confirmed your e-mail address, so I cannot tell who you are. Confirm it in your Slack profile, then write again.',
  unknown:
    'I cannot find your Slack e-mail address in our directory. Please ask the IT help desk to check it, or write to me in Teams if you have it.',
  ambiguous:
    'Your Slack e-mail address belongs to more than one account in our directory. Please call the IT help desk.',
  taken:
    'Your e-mail address was used by another account before, so I cannot tell for certain who you are. Please call the IT help desk.',
}

/**
 * Matches a Slack account to a directory person by its confirmed e-mail, once, and holds to the ids from then on. The
 * binding ends when the person goes or either side has another address; an address that comes back for somebody else, or
 * from another Slack account while the first one lives, is refused.
 */
export function slackPeople(dependencies: SlackPeopleDependencies): SlackPeople {
  const { database, clock, audit, directory, team, tenant } = dependencies
  const known = new Map<string, { found: Promise<Found>; at: number }>()

  const no = (code: Refusal): Found => ({ refusal: sentences[code] })

  async function note(action: 'bind-slack' | 'unbind-slack', binding: Binding, why: string): Promise<void> {
    await audit.append({
      kind: 'event',
      action,
      tenant: binding.tenant,
      actor: 'helpbot',
      target: binding.person,
      correlationId: randomUUID(),
      outcome: 'done',
      why,
      detail: { 'slack-team': team, 'slack-user': binding.slackUser },
    })
  }

  async function end(binding: Binding, why: string): Promise<void> {
    // Whoever has the account now must not read what is meant for the one who had it.
    await database
      .deleteFrom('conversations')
      .where('tenant_id', '=', binding.tenant)
      .where('user_id', '=', binding.person)
      .where('channel', '=', 'slack')
      .execute()
    if (await unbind(database, team, binding)) await note('unbind-slack', binding, why)
    known.delete(binding.slackUser)
  }

  async function look(slackUser: string): Promise<Found> {
    const profile = await dependencies.profile(slackUser)
    const checked = checkProfile(profile, team)
    const binding = await bindingOf(database, team, slackUser)
    if (!checked.ok) {
      if (binding && checked.code !== 'unverifiable')
        await end(binding, `the Slack account is no longer fit: ${checked.code}`)
      return no(checked.code)
    }
    const { email } = checked
    const name = profile?.realName ?? ''
    if (binding && binding.email === email) {
      const [holder, another] = await directory.findByAddress(email)
      if (another) return no('ambiguous')
      if (holder?.id === binding.person) return { sender: { tenant, id: binding.person, name } }
      // The same address, and the person it belonged to is gone or has another: whoever holds it now is somebody else. The
      // row stays, so that a newcomer who is given the address later is not taken for the owner of this account.
      return no(holder ? 'taken' : 'unknown')
    }
    if (binding) await end(binding, 'the Slack account has another e-mail address')
    return await match(slackUser, email, name)
  }

  async function match(slackUser: string, email: string, name: string): Promise<Found> {
    const [user, another] = await directory.findByAddress(email)
    if (!user) return no('unknown')
    if (another) return no('ambiguous')
    if (user.userType === 'Guest') return no('guest')
    const binding: Binding = { slackUser, tenant, person: user.id, email }
    for (const rival of await rivals(database, team, binding)) {
      const theirs = await dependencies.profile(rival.slackUser)
      // Only somebody who left Slack and came back with a new account takes over what the old one had.
      if (rival.person !== user.id || theirs?.deleted !== true) return no('taken')
      await end(rival, 'the Slack account was deactivated, the same person has a new one')
    }
    if (await bind(database, team, binding, { now: clock(), rollOut: dependencies.rollOut }))
      await note('bind-slack', binding, 'matched by confirmed e-mail')
    else {
      const standing = await bindingOf(database, team, slackUser)
      if (standing?.person !== user.id) return no('taken')
    }
    return { sender: { tenant, id: user.id, name } }
  }

  async function personOf(id: UserId): Promise<DirectoryUser | undefined> {
    try {
      return await directory.user(id)
    } catch (error) {
      if (error instanceof DirectoryError && error.code === 'not-found') return undefined
      throw error
    }
  }

  function whoIs(slackUser: string): Promise<Found> {
    const now = clock().getTime()
    const already = known.get(slackUser)
    if (already && now - already.at < fresh) return already.found
    const found = look(slackUser)
    known.delete(slackUser)
    known.set(slackUser, { found, at: now })
    found.then(
      // A refusal is looked at anew next time: what was wrong may have been put right.
      (result) => void ('refusal' in result && known.delete(slackUser)),
      () => known.delete(slackUser),
    )
    const [oldest] = known.keys()
    if (known.size > mostKept && oldest !== undefined) known.delete(oldest)
    return found
  }

  return {
    whoIs,
    forget: (slackUser) => void known.delete(slackUser),
    async slackUserOf(person) {
      const bound = await bindingOfPerson(database, team, person)
      const user = bound ? undefined : await personOf(person.id)
      const slackUser = bound?.slackUser ?? (user?.mail ? await dependencies.findByEmail(user.mail) : undefined)
      if (!slackUser) return undefined
      const found = await whoIs(slackUser)
      return 'sender' in found && found.sender.id === person.id ? slackUser : undefined
    },
  }
}
