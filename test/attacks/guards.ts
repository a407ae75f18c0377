/** One line of defence, and the test that must miss it. */
export interface Guard {
  /** What it keeps out. */
  readonly against: string
  readonly file: string
  /** As it stands in the file, once. */
  readonly guard: string
  /** What is put in its place. */
  readonly without: string
  readonly test: string
  /** Words of the test's name. */
  readonly named: string
}

export const guards: readonly Guard[] = [
  {
    against: 'the bot’s token sent to a host of somebody’s choosing',
    file: 'bot/channels/teams.ts',
    guard: 'if (!isTrusted(serviceUrl, settings)) throw',
    without: 'if (serviceUrl === "") throw',
    test: 'test/attacks/service-address.test.ts',
    named: 'not to',
  },
  {
    against: 'a request of Slack’s that is sent a second time',
    file: 'bot/channels/slack-receiver.ts',
    guard: "'signature' in verified && (await ephemeral.claim(`slack-signature:${verified.signature}`, signatureLife))",
    without: "'signature' in verified && signatureLife > 0 && ephemeral !== undefined",
    test: 'test/bot/channels/slack-signature.test.ts',
    named: 'refused the second time',
  },
  {
    against: 'requests that Slack never signed',
    file: 'bot/channels/slack-signature.ts',
    guard: "if (!timingSafeEqual(expected, Buffer.from(signature.slice('v0='.length), 'hex')))",
    without: 'if (!timingSafeEqual(expected, expected))',
    test: 'test/bot/channels/slack-signature.test.ts',
    named: 'with another secret',
  },
  {
    against: 'guessing on while an authenticator is locked',
    file: 'bot/identity/totp.ts',
    guard: "if (standing.state === 'locked') return",
    without: "if (standing.state === 'locked' && now.getTime() === 0) return",
    test: 'test/attacks/guessing-codes.test.ts',
    named: 'five tries in all',
  },
  {
    against: 'a code that was looked at over somebody’s shoulder',
    file: 'bot/identity/totp.ts',
    guard: "row('last_step', '<', String(step))",
    without: "row('last_step', '<=', String(step))",
    test: 'test/bot/identity/totp.test.ts',
    named: 'takes each code once',
  },
  {
    against: 'guessing the manager’s number',
    file: 'bot/identity/manager.ts',
    guard: `    .where('confirmer_id', '=', confirmer.id)
    .where('state', '=', 'pending')`,
    without: "    .where('confirmer_id', '=', confirmer.id)",
    test: 'test/attacks/guessing-codes.test.ts',
    named: 'a number has one try',
  },
  {
    against: 'tiring a manager with prompts',
    file: 'bot/identity/manager.ts',
    guard: "if (confirmerFree) return { ok: false, reason: 'confirmer-busy', retryAt: confirmerFree }",
    without: 'void confirmerFree',
    test: 'test/bot/identity/manager.test.ts',
    named: 'bombs no manager',
  },
  {
    against: 'approving what oneself asked for',
    file: 'bot/approvals/requests/carries.ts',
    guard: "if (people.includes(terms.requester.id)) return 'whoever asked for it approved it'",
    without: '',
    test: 'test/bot/approvals/requests/carries.test.ts',
    named: 'approved their own',
  },
  {
    against: 'one person of IT who says yes to themselves',
    file: 'bot/policy/decide.ts',
    guard: 'kind === rule.approvers && by !== person.id && by !== target.id && inTime',
    without: 'kind === rule.approvers && by !== target.id && inTime',
    test: 'test/bot/policy/decide.test.ts',
    named: 'needs a second person of IT',
  },
  {
    against: 'pressing a card that is somebody else’s',
    file: 'bot/turns/press-button.ts',
    guard: 'if (post.person !== undefined) return post.person === person.id',
    without: 'if (post.person !== undefined) return person.id !== undefined',
    test: 'test/dialogs/conversation.test.ts',
    named: 'cannot be pressed, opened or cancelled with their key',
  },
  {
    against: 'an administrator’s password by way of the help desk',
    file: 'bot/policy/decide.ts',
    guard:
      "if (target.privileged) return refusal(policy, request, 'privileged', because('privileged', target.protectedBecause))",
    without: '',
    test: 'test/bot/policy/decide.test.ts',
    named: 'privileged',
  },
  {
    against: 'a formula in what an auditor opens',
    file: 'bot/audit/export.ts',
    guard: '/^[=+\\-@\\t\\r\\n＝＋－＠]/.test(text)',
    without: 'text === undefined',
    test: 'test/bot/audit/export.test.ts',
    named: '',
  },
  {
    against: 'an administrator of the domain, by way of a stolen bot',
    file: 'agent/policy/guard.ts',
    guard: `  if (privileged)
    throw`,
    without: `  if (privileged && because.length === 0)
    throw`,
    test: 'test/agent/commands/refusals.test.ts',
    named: 'three groups deep',
  },
  {
    against: 'frames of an agent that somebody else made up',
    file: 'bot/agent-link/connection.ts',
    guard:
      "if (!isFromAgent(framed(session, 'agent', number, payload), signature)) return 'a frame with a wrong signature'",
    without: "if (!isFromAgent) return framed(session, 'agent', number, signature).toString()",
    test: 'test/bot/agent-link/commands.test.ts',
    named: 'is signed wrongly',
  },
]
