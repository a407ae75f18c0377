import { z } from 'zod'
import type { SlackSettings } from '../config.ts'
import type { Fetch } from '../directory/graph-transport.ts'
import type { Finding } from './finding.ts'

/** Scopes of the bot token that HelpBot needs, as in infra/slack/manifest.yaml: a test holds the two together. */
export const slackScopes: readonly string[] = [
  'app_mentions:read',
  'channels:history',
  'chat:write',
  'commands',
  'groups:history',
  'im:history',
  'im:write',
  'users:read',
  'users:read.email',
]

const timeout = 10_000
const answered = z.object({ ok: z.boolean(), error: z.string().optional(), team_id: z.string().optional() })

/** Whether the bot can sign in to its workspace with all it needs and no more, and what else is to be known of the settings. */
export async function checkSlack(slack: SlackSettings, deps: { readonly fetch: Fetch }): Promise<Finding[]> {
  return [...(await checkToken(slack, deps.fetch)), mfa(slack), itChannel(slack)]
}

async function checkToken({ apiUrl, botToken, teamId }: SlackSettings, fetch: Fetch): Promise<Finding[]> {
  const what = 'SLACK_BOT_TOKEN'
  const fix = 'api.slack.com/apps › HelpBot › Install App › copy the Bot User OAuth Token (reinstall if it was revoked)'
  let answer: Response
  let said: z.infer<typeof answered>
  try {
    answer = await fetch(`${apiUrl}auth.test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${botToken}` },
      signal: AbortSignal.timeout(timeout),
    })
    said = answered.parse(await answer.json())
  } catch {
    return [{ status: 'missing', what, why: 'Slack cannot be reached, or does not answer as Slack does', fix }]
  }
  if (!said.ok) return [{ status: 'missing', what, why: `Slack refuses it: ${said.error ?? 'no reason given'}`, fix }]
  const workspace: Finding =
    said.team_id === teamId
      ? { status: 'ok', what: 'SLACK_TEAM_ID', why: 'is the workspace the token is for' }
      : {
          status: 'missing',
          what: 'SLACK_TEAM_ID',
          why: `the token is for another workspace, so nobody is served`,
          fix: `set SLACK_TEAM_ID=${said.team_id ?? 'the id of the workspace'}, or install the app in ${teamId}`,
        }
  return [{ status: 'ok', what, why: 'the bot can sign in to Slack' }, workspace, ...checkScopes(answer)]
}

function checkScopes(answer: Response): Finding[] {
  const held = new Set((answer.headers.get('x-oauth-scopes') ?? '').split(',').map((scope) => scope.trim()))
  held.delete('')
  const missing = slackScopes.filter((scope) => !held.has(scope))
  const extra = [...held].filter((scope) => !slackScopes.includes(scope))
  const fix =
    'api.slack.com/apps › HelpBot › App Manifest: paste infra/slack/manifest.yaml, save, and reinstall the app'
  return [
    ...missing.map((scope): Finding => ({ status: 'missing', what: scope, why: 'the token lacks this scope', fix })),
    ...extra.map((scope): Finding => ({ status: 'unneeded', what: scope, why: 'the token has a scope too many', fix })),
    ...(missing.length === 0 && extra.length === 0
      ? [{ status: 'ok', what: 'Slack scopes', why: 'all that is needed and no more' } as const]
      : []),
  ]
}

function mfa({ mfaRequired }: SlackSettings): Finding {
  const what = 'SLACK_TRUST'
  if (mfaRequired) return { status: 'ok', what, why: 'every sign-in to the workspace is said to need a second factor' }
  return {
    status: 'warning',
    what,
    why: 'is not set: a Slack chat proves nothing, so nobody can set up a first authenticator from Slack alone',
    fix: 'demand two factors in the workspace settings (or at the identity provider), then set SLACK_TRUST=mfa-required',
  }
}

function itChannel({ itChannel: channel }: SlackSettings): Finding {
  const what = 'SLACK_IT_CHANNEL'
  if (channel === undefined) return { status: 'ok', what, why: 'is not set: IT is told elsewhere, or in tickets only' }
  return { status: 'ok', what, why: 'is set; HelpBot must be a member: write /invite @HelpBot there' }
}
