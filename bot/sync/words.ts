import type { UserId } from '../identity/person.ts'
import { formatDuration } from '../policy/duration.ts'
import type { HybridRules } from '../policy/schema.ts'
import type { Follows, FollowUp } from './follow-up.ts'

/** What is said behind the sentence of a change that was made on-premises: what is still to come, and who will be told. */
export function whatFollows(
  rules: HybridRules,
  { actor, target }: { readonly actor: UserId | 'helpbot'; readonly target: UserId },
  kind: Follows,
): string {
  const within = formatDuration(kind === 'password' ? rules.passwordSync : rules.objectSync)
  const follows = `Microsoft 365 follows within about ${within}`
  if (kind !== 'password') return `${follows}.`
  return actor === target ? `${follows}: I tell you when.` : `${follows}: they are told when.`
}

interface Words {
  readonly title: string
  readonly text: string
}

/** For the person, when the other side has it. Whose account was blocked is told nothing in a chat that may be in other hands. */
export function seenWords({ kind, words }: Pick<FollowUp, 'kind' | 'words'>): Words | undefined {
  switch (kind) {
    case 'password':
      return {
        title: 'Microsoft 365 has it too now',
        text: 'The change of your password has arrived in Microsoft 365. The same password signs you in everywhere.',
      }
    case 'member':
      return { title: 'Microsoft 365 has it too now', text: `You are in ${words} there as well.` }
    case 'not-member':
      return { title: 'Microsoft 365 has it too now', text: `You are not in ${words} there any more either.` }
    case 'enabled':
      return { title: 'Microsoft 365 has it too now', text: 'Your account can sign in there as well.' }
    case 'disabled':
      return undefined
  }
}

/** For the person, when nothing was seen in all that time; IT has been told. */
export function givenUpWords({ kind, words }: Pick<FollowUp, 'kind' | 'words'>, after: string): Words | undefined {
  const still = `After ${after} I still cannot see it in Microsoft 365.`
  const told = 'IT has been told and looks into it.'
  switch (kind) {
    case 'password':
      return {
        title: 'Your new password has not arrived in Microsoft 365',
        text: `${still} It works on the company network; in Microsoft 365 the old one may still be the right one. ${told}`,
      }
    case 'member':
      return {
        title: `${words}: not yet in Microsoft 365`,
        text: `${still} On the company network it is done. ${told}`,
      }
    case 'not-member':
      return {
        title: `${words}: not yet in Microsoft 365`,
        text: `${still} On the company network it is done. ${told}`,
      }
    case 'enabled':
      return {
        title: 'Your account is not open in Microsoft 365 yet',
        text: `${still} On the company network you can sign in. ${told}`,
      }
    case 'disabled':
      return undefined
  }
}

/** For IT: what was changed on-premises. */
export const changeForIt: Readonly<Record<Follows, string>> = {
  password: 'a new password',
  member: 'a new member of a group',
  'not-member': 'a member taken out of a group',
  enabled: 'an account opened',
  disabled: 'an account blocked',
}
