import type { DecisionRequest, Refusal, RefusalCode } from './decision.ts'
import { closedSentence } from './lockdown.ts'
import type { OperationName } from './operation-name.ts'
import { operationFacts } from './operations.ts'
import type { Policy } from './policy.ts'

/** One sentence for accounts that are special in any way, so that nobody learns in which. */
const onlyIt = 'This account can only be changed by IT in person. I am letting them know; please contact them to go on.'

/** The same to whoever asks for somebody else. */
const never =
  'I never change this account for anybody. IT can only do it by hand, in the directory itself; I am letting them know.'

const sentences: Readonly<Record<Exclude<RefusalCode, 'lockdown'>, string>> = {
  'other-tenant': 'I can only help people of this organisation. Please ask the help desk of your own organisation.',
  'not-self': 'I can only do this for your own account. Please ask the person to write to me, or contact IT.',
  'own-account': 'This is for other people’s accounts. For your own, write "I forgot my password", or contact IT.',
  'not-in-charge':
    'I can do this only for people who are entrusted to you. Please ask them to write to me themselves, or contact IT.',
  forbidden: 'I may not do this here. Please contact IT, they can help you.',
  limit: 'You have reached the limit for today. Please try again tomorrow, or contact IT if it cannot wait.',
  unverifiable:
    'I could not check everything that I must check first, so I changed nothing. Please contact IT to go on.',
  guest: 'I can only do this for employees. Please ask the help desk of the organisation that manages your account.',
  privileged: onlyIt,
  protected: onlyIt,
  disabled: 'Sign-in to this account is blocked, and I may not change that. Please contact IT or your manager.',
  'mastered-elsewhere':
    'This account is managed in the on-premises directory, which I cannot change from here. I am passing it on to IT; please contact them if it is urgent.',
}

const sentencesForOthers: Partial<Record<RefusalCode, string>> = {
  limit:
    'The limit for today is reached, for this person or for you. Please try again tomorrow, or contact IT if it cannot wait.',
  guest: 'I can only do this for employees. Please ask the help desk of the organisation that manages the account.',
  privileged: never,
  protected: never,
  disabled: 'Sign-in to one of the two accounts is blocked, and I may not change that. Please contact IT.',
}

/** Signs of an attack, of a fault of ours, or work that only IT can go on with. */
const itMustHear: ReadonlySet<RefusalCode> = new Set([
  'not-self',
  'not-in-charge',
  'unverifiable',
  'privileged',
  'protected',
  'disabled',
  'mastered-elsewhere',
])

const alarm =
  'I could not secure this account from here. I am alerting IT right now; please call them as well, and do not wait for me.'

/** A no in full. A protective operation that is refused always tells IT: somebody says that their account is stolen. */
export function refusal(policy: Policy, request: DecisionRequest, code: RefusalCode, detail: string): Refusal {
  const { protective } = operationFacts[request.operation]
  return {
    verdict: 'refuse',
    code,
    sentence: refusalSentence(policy, request.operation, code),
    detail: `${request.operation} of ${request.target.id} by ${request.person.id}: ${detail}`.slice(0, 500),
    tellIt: protective || itMustHear.has(code),
    policyVersion: policy.version,
  }
}

/** What whoever asked hears of a no. */
export function refusalSentence(policy: Pick<Policy, 'lockdown'>, operation: OperationName, code: RefusalCode): string {
  const { protective, for: whose } = operationFacts[operation]
  if (protective) return alarm
  if (code === 'lockdown') return closedSentence(policy.lockdown.contact)
  return (whose === 'others' ? sentencesForOthers[code] : undefined) ?? sentences[code]
}
