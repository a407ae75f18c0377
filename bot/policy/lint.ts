import type { ProofMethod } from '../identity/proof.ts'
import { durations, formatDuration } from './duration.ts'
import type { Fault } from './faults.ts'
import { isStrong } from './lockdown.ts'
import type { OperationName } from './operation-name.ts'
import { operationFacts, operationNames } from './operations.ts'
import type { OperationRule, PolicyContent } from './schema.ts'
import { restsOnChatAlone, withoutQuestions } from './strength.ts'

/** The rules, by name. The reasons say which requirement stands behind a rule where one does. */
export const lintRules = [
  'questions-alone',
  'chat-alone',
  'no-proof',
  'questions-for-privileged',
  'few-questions',
  'never-satisfied',
  'stale-proofs',
  'no-limit',
  'high-limit',
  'short-cooling-off',
  'new-manager',
  'slow-confirmation',
  'hindered-protection',
  'one-person',
  'new-chat-link',
  'weak-lockdown',
] as const
export type LintRule = (typeof lintRules)[number]

const longestFreshness = 60 * durations.minute
const longestConfirmation = 60 * durations.minute
const highestLimit = 10
const highestStarterLimit = 50

/**
 * Looks for what is well formed but weak. Pure.
 * @returns one fault for each place where a rule is broken; none for a policy that may be used
 */
export function lint(policy: PolicyContent): readonly Fault[] {
  const active = operationNames.filter((name) => policy.operations[name].mode !== 'forbidden')
  return [...active.flatMap((name) => lintOperation(name, policy)), ...lintGeneral(policy, active)]
}

function weak(rule: LintRule, path: Fault['path'], problem: string, fix: string): Fault {
  return { rule, path, problem, fix }
}

function lintOperation(name: OperationName, policy: PolicyContent): readonly Fault[] {
  const rule = policy.operations[name]
  return [
    ...lintProofs(name, rule, policy),
    ...lintFreshness(name, rule),
    ...lintLimits(name, rule),
    ...(operationFacts[name].protective ? lintProtection(name, rule) : []),
    ...(operationFacts[name].for === 'others' ? lintForOthers(name, rule, policy) : []),
    ...(operationFacts[name].twoPersons ? lintTwoPersons(name, rule) : []),
  ]
}

function lintProofs(name: OperationName, rule: OperationRule, policy: PolicyContent): readonly Fault[] {
  const { guarded, title } = operationFacts[name]
  if (rule.proofs.length === 0) {
    if (!guarded) return []
    return [
      weak(
        'no-proof',
        ['operations', name, 'proofs'],
        `lets anybody who sits at an open chat have ${title} (OWASP ASVS 5 ${requirement[name] ?? '6.3.4'})`,
        'ask for `totp`, or for `manager`',
      ),
    ]
  }
  return rule.proofs.flatMap((alternative, index) => {
    const path = ['operations', name, 'proofs', 'anyOf', index]
    return [...lintAlternative(name, alternative, path), ...lintSwitches(alternative, path, policy)]
  })
}

/** OWASP ASVS 5: 6.4.3 no reset around the second factor; 6.4.4 a lost factor is proofed as at enrolment; 6.3.4 all ways in equally strong. */
const requirement: Partial<Record<OperationName, string>> = {
  'reset-password': '6.4.3',
  'replace-totp': '6.4.4',
}

function lintAlternative(
  name: OperationName,
  alternative: readonly ProofMethod[],
  path: Fault['path'],
): readonly Fault[] {
  if (withoutQuestions(alternative).length === 0)
    return [
      weak(
        'questions-alone',
        path,
        'takes answers to security questions for a proof; others know or find them (OWASP ASVS 5 6.4.2, NIST SP 800-63B-4 3.1.1.2)',
        'add `totp` or `manager`, or take this alternative out',
      ),
    ]
  const { guarded, title } = operationFacts[name]
  if (!guarded || !restsOnChatAlone(alternative)) return []
  return [
    weak(
      'chat-alone',
      path,
      `gives ${title} to whoever holds the chat, a stolen session included; security questions do not add a factor (OWASP ASVS 5 ${requirement[name] ?? '6.3.4'})`,
      'add `totp` or `manager`, or take this alternative out',
    ),
  ]
}

/** An alternative that cannot be met misleads whoever reads the policy. */
function lintSwitches(
  alternative: readonly ProofMethod[],
  path: Fault['path'],
  policy: PolicyContent,
): readonly Fault[] {
  const off = [
    ...(alternative.includes('channel') && !policy.channelCounts
      ? [['`channel`', '`channelCounts` is false', '`channelCounts: true`'] as const]
      : []),
    ...(alternative.includes('questions') && !policy.securityQuestions.enabled
      ? [['`questions`', 'security questions are off', '`securityQuestions: { enabled: true }`'] as const]
      : []),
  ]
  return off.map(([method, because, how]) =>
    weak('never-satisfied', path, `asks for ${method} while ${because}`, `take it out, or write ${how}`),
  )
}

function lintFreshness(name: OperationName, rule: OperationRule): readonly Fault[] {
  if (rule.proofs.length === 0 || rule.freshness <= longestFreshness) return []
  return [
    weak(
      'stale-proofs',
      ['operations', name, 'freshness'],
      `lets a proof serve for ${formatDuration(rule.freshness)}; whoever takes over the chat in that time needs none`,
      `write at most \`${formatDuration(longestFreshness)}\``,
    ),
  ]
}

function lintLimits(name: OperationName, rule: OperationRule): readonly Fault[] {
  const limit = rule.limits.perPersonPerDay
  const path = ['operations', name, 'limits', 'perPersonPerDay']
  // Somebody in danger is never told to come back tomorrow; and what is for everybody is for IT, two at a time.
  if (operationFacts[name].protective || operationFacts[name].for === 'everybody') return []
  if (limit === undefined)
    return [
      weak(
        'no-limit',
        path,
        'is missing, so an attacker may go on for ever (OWASP ASVS 5 6.3.1)',
        'write `limits: { perPersonPerDay: 3 }`',
      ),
    ]
  if (limit <= highestLimit) return []
  return [weak('high-limit', path, `allows ${limit} a day, which stops nobody`, `write at most \`${highestLimit}\``)]
}

/** What one person may do to another's account. */
function lintForOthers(name: OperationName, rule: OperationRule, policy: PolicyContent): readonly Fault[] {
  const { title, twoPersons, aboutAccess } = operationFacts[name]
  const faults: Fault[] = (rule.personProofs ?? []).flatMap((alternative, index) =>
    lintSwitches(alternative, ['operations', name, 'personProofs', 'anyOf', index], policy),
  )
  const limitPath = ['operations', name, 'limits', 'perStarterPerDay']
  const most = rule.limits.perStarterPerDay
  if (most === undefined)
    faults.push(
      weak(
        'no-limit',
        limitPath,
        'is missing, so whoever takes over the chat of somebody who may help others reaches them all',
        'write `limits: { perPersonPerDay: 2, perStarterPerDay: 10 }`',
      ),
    )
  else if (most > highestStarterLimit)
    faults.push(
      weak(
        'high-limit',
        limitPath,
        `allows ${most} a day, which stops nobody`,
        `write at most \`${highestStarterLimit}\``,
      ),
    )
  const startedByManagers = rule.by?.includes('manager') === true
  if (aboutAccess && startedByManagers)
    faults.push(
      weak(
        'never-satisfied',
        ['operations', name, 'by'],
        `lets managers start ${title}, which is done for IT and for nobody else`,
        'write `by: [it]`',
      ),
    )
  if (twoPersons && rule.proofs.length > 0)
    faults.push(
      weak(
        'never-satisfied',
        ['operations', name, 'proofs'],
        'asks for proofs, but it is a button in the IT channel and no conversation in which one could give them',
        'write `proofs: none`: IT membership is checked live for both',
      ),
    )
  return faults
}

function lintTwoPersons(name: OperationName, rule: OperationRule): readonly Fault[] {
  const { title } = operationFacts[name]
  const faults: Fault[] = []
  if (rule.mode !== 'approval' || rule.approvers !== 'it')
    faults.push(
      weak(
        'one-person',
        ['operations', name, rule.mode === 'approval' ? 'approvers' : 'mode'],
        `lets one person alone do ${title}, or lets somebody outside IT agree to it`,
        'write `mode: approval` and `approvers: it`',
      ),
    )
  if (rule.by?.includes('manager') === true)
    faults.push(weak('one-person', ['operations', name, 'by'], `lets managers start ${title}`, 'write `by: [it]`'))
  return faults
}

function lintProtection(name: OperationName, rule: OperationRule): readonly Fault[] {
  const faults: Fault[] = []
  const reason = `stands in the way of ${operationFacts[name].title}, and a thief has that time`
  if (rule.mode !== 'automatic')
    faults.push(weak('hindered-protection', ['operations', name, 'mode'], reason, 'write `mode: automatic`'))
  if (rule.proofs.length > 0)
    faults.push(weak('hindered-protection', ['operations', name, 'proofs'], reason, 'write `proofs: none`'))
  if (rule.limits.perPersonPerDay !== undefined)
    faults.push(weak('hindered-protection', ['operations', name, 'limits'], reason, 'take the limit out'))
  return faults
}

function lintGeneral(policy: PolicyContent, active: readonly OperationName[]): readonly Fault[] {
  const questions = policy.securityQuestions
  const faults: Fault[] = []
  if (policy.operations['protect-account'].mode === 'forbidden')
    faults.push(
      weak(
        'hindered-protection',
        ['operations', 'protect-account', 'mode'],
        'makes the "This wasn\'t me" of every notice do nothing',
        'write `protect-account: { mode: automatic, proofs: none }`',
      ),
    )
  if (questions.forPrivileged)
    faults.push(
      weak(
        'questions-for-privileged',
        ['securityQuestions', 'forPrivileged'],
        'would let guessed answers help to take over an administrator (OWASP ASVS 5 6.4.2)',
        'write `forPrivileged: false`, or take the line out',
      ),
    )
  if (questions.enabled && questions.ask < 2)
    faults.push(
      weak(
        'few-questions',
        ['securityQuestions', 'ask'],
        'asks one question, which is soon guessed',
        'write at least `2`',
      ),
    )
  return [
    ...faults,
    ...lintTimes(policy, active),
    ...lintChatLinks(policy, active),
    ...lintLockouts(policy, active),
    ...lintLockdown(policy, active),
  ]
}

function lintTimes(policy: PolicyContent, active: readonly OperationName[]): readonly Fault[] {
  const faults: Fault[] = []
  const enrolment = policy.operations['enrol-totp']
  const byManager = enrolment.proofs.length > 0 && enrolment.proofs.every((methods) => methods.includes('manager'))
  if (active.includes('enrol-totp') && !byManager && policy.coolingOff < durations.day)
    faults.push(
      weak(
        'short-cooling-off',
        ['coolingOff'],
        'lets whoever steals a chat set up an authenticator and use it before the owner has read the notice',
        'write at least `1 day`, or ask for `manager` in every alternative of `enrol-totp`',
      ),
    )
  const managers = active.some((name) => {
    const { proofs, by, showTo } = policy.operations[name]
    return proofs.flat().includes('manager') || by?.includes('manager') === true || showTo === 'manager'
  })
  if (managers && policy.managerMustStandFor < durations.day)
    faults.push(
      weak(
        'new-manager',
        ['managerMustStandFor'],
        'lets somebody who has just been entered as manager vouch for the person, or act for them',
        'write at least `1 day`; `14 days` is usual',
      ),
    )
  if (policy.confirmation.expiresAfter > longestConfirmation)
    faults.push(
      weak(
        'slow-confirmation',
        ['confirmation', 'expiresAfter'],
        'leaves a question to the manager open so long that it is answered without a thought (OWASP ASVS 5 6.5.5)',
        `write at most \`${formatDuration(longestConfirmation)}\`; 10 min is what ASVS asks for`,
      ),
    )
  return faults
}

/** Whoever gets hold of a mailbox links a chat account of theirs to its owner. */
function lintChatLinks(policy: PolicyContent, active: readonly OperationName[]): readonly Fault[] {
  const asked = active.some((name) => {
    const { proofs, personProofs = [] } = policy.operations[name]
    return [...proofs.flat(), ...personProofs.flat()].includes('channel')
  })
  if (!policy.channelCounts || !asked || policy.chatLinkMustStandFor >= durations.day) return []
  return [
    weak(
      'new-chat-link',
      ['chatLinkMustStandFor'],
      'lets a Slack account that was linked to the person just now speak for them',
      'write at least `1 day`; `3 days` is usual',
    ),
  ]
}

function lintLockdown(policy: PolicyContent, active: readonly OperationName[]): readonly Fault[] {
  if (!active.includes('lock-down')) return []
  const faults: Fault[] = []
  if (!active.includes('lift-lockdown'))
    faults.push(
      weak(
        'weak-lockdown',
        ['operations', 'lift-lockdown'],
        'lets self-service be closed, and nobody open it again',
        'add a rule `lift-lockdown`, as in bot/policy/default.yaml',
      ),
    )
  policy.lockdown.strict.forEach((alternative, index) => {
    if (isStrong(alternative)) return
    faults.push(
      weak(
        'weak-lockdown',
        ['lockdown', 'strict', 'anyOf', index],
        'counts as one of the strongest proofs without a factor that only the person has',
        'write a line with `totp`, and without `questions`',
      ),
    )
  })
  return faults
}

/** What is offered must be something that can be had, and no more often than somebody reads it. */
function lintLockouts({ lockouts }: PolicyContent, active: readonly OperationName[]): readonly Fault[] {
  if (!lockouts.offer) return []
  const faults: Fault[] = []
  if (!active.includes('unlock-account'))
    faults.push(
      weak(
        'never-satisfied',
        ['lockouts', 'offer'],
        'offers an unlock, which the policy forbids',
        'write `offer: false`, or a rule for `unlock-account`',
      ),
    )
  if (lockouts.perPersonPerDay > highestLimit)
    faults.push(
      weak(
        'high-limit',
        ['lockouts', 'perPersonPerDay'],
        `lets whoever types wrong passwords have somebody asked ${lockouts.perPersonPerDay} times a day, until they say yes to be left in peace`,
        `write at most \`${highestLimit}\`; 3 is usual`,
      ),
    )
  return faults
}
