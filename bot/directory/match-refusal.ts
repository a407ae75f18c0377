import type { Authority } from './directory.ts'
import { DirectoryError } from './directory-error.ts'
import { sentences } from './sentences.ts'

type Code = Extract<Authority, { at: 'nowhere' }>['code'] | 'cloud'

const elsewhere =
  'That group is looked after in your company’s own network, so I cannot change who is in it from here. IT can do it for you.'

/** What a person reads when neither side lets us write. `cloud`: mastered in Entra ID, where the setting lets nothing be written. */
const refusals: Readonly<Record<'account' | 'group', Readonly<Record<Code, string>>>> = {
  account: {
    'no-connector': sentences.protected,
    'switched-off': sentences.protected,
    ambiguous:
      'I cannot tell for certain which account in your company’s own network is meant, so I changed nothing. IT can put that right.',
    missing: 'I do not find that account in your company’s own network, so I changed nothing. IT can tell you why.',
    'not-allowed':
      'That account is one of those in your company’s own network that I may not change. IT can do it for you.',
    cloud: 'That account is looked after in Microsoft’s cloud, where I may not change anything. IT can do it for you.',
  },
  group: {
    'no-connector': elsewhere,
    'switched-off': elsewhere,
    ambiguous:
      'I cannot tell for certain which group in your company’s own network is meant, so I changed nothing. IT can put that right.',
    missing: 'I do not find that group in your company’s own network, so I changed nothing. IT can tell you why.',
    'not-allowed':
      'That group is one of those in your company’s own network that I may not change. IT can do it for you.',
    cloud: 'That group is looked after in Microsoft’s cloud, where I may not change anything. IT can do it for you.',
  },
}

/** The error that a write ends with which has no side to go to. */
export function refusal(what: 'account' | 'group', code: Code, detail: string): DirectoryError {
  return new DirectoryError('protected', { sentence: refusals[what][code], detail: `${code}: ${detail}` })
}

/** Whether an object may be touched cannot be seen in Active Directory: so it may not. */
export function unseen(detail: string): DirectoryError {
  return new DirectoryError('protected', {
    sentence:
      'I cannot see in your company’s own network whether I may touch that, so I leave it alone. IT can do it for you.',
    detail,
  })
}
