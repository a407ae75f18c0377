import { webApi } from '@slack/bolt'
import { DeliveryError } from './chat.ts'

const token = 'SLACK_BOT_TOKEN is not accepted: install the app again and copy the new Bot User OAuth Token'

/** Errors of the Web API that say the message or the chat is no more. */
const gone = new Set([
  'channel_not_found',
  'is_archived',
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'thread_not_found',
  'not_found',
])
/** The person cannot be written to. */
const blocked = new Set(['user_not_found', 'user_disabled', 'user_not_visible', 'cannot_dm_bot'])
/** Slack's own trouble, or too much of ours. */
const later = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
])
/** What IT has to do. `account_inactive` is said of the token that asks, never of the person asked about. */
const fixes: Readonly<Record<string, string>> = {
  not_in_channel: 'invite HelpBot to the channel (/invite @HelpBot)',
  messages_tab_disabled: 'switch the Messages tab on under "App Home" of the Slack app',
  not_authed: token,
  invalid_auth: token,
  account_inactive: token,
  token_expired: token,
  token_revoked: token,
  not_allowed_token_type: token,
  org_login_required: token,
  access_denied: 'allow the Slack app in the workspace, and install it again',
  no_permission: 'allow the Slack app in the workspace, and install it again',
}

/** The code Slack gives for what it refuses. */
export function slackErrorCode(error: unknown): string | undefined {
  return error instanceof webApi.WebAPIPlatformError ? error.data.error : undefined
}

/**
 * What Slack says when something cannot be brought to somebody, in our words: with what IT has to do, never with a token.
 * Source: the error tables of chat.postMessage, chat.update, conversations.open, views.open.
 */
export function asSlackDeliveryError(method: string, error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error
  if (error instanceof webApi.WebAPIRateLimitedError)
    return new DeliveryError('later', `${method}: ratelimited`, milliseconds(error.retryAfter))
  if (error instanceof webApi.WebAPIHTTPError) return new DeliveryError('later', `${method}: HTTP ${error.statusCode}`)
  if (!(error instanceof webApi.WebAPIPlatformError))
    return new DeliveryError('later', `${method}: ${reasonOf(error)}`.slice(0, 300))
  const { error: code, response_metadata: metadata, needed } = error.data as typeof error.data & { needed?: unknown }
  // The SDK gives what is no JSON as a code: a proxy's page says nothing about the message.
  if (!/^[a-z0-9_]{1,100}$/.test(code)) return new DeliveryError('later', `${method}: the answer is not Slack's`)
  const said = `${method}: ${code}`
  if (gone.has(code)) return new DeliveryError('gone', said)
  if (blocked.has(code)) return new DeliveryError('blocked', said)
  if (later.has(code)) return new DeliveryError('later', said, milliseconds(metadata?.retryAfter))
  if (code === 'missing_scope')
    return new DeliveryError('refused', `${said}: add the scope ${String(needed ?? '')} and install the app again`)
  const fix = Object.hasOwn(fixes, code) ? fixes[code] : undefined
  return new DeliveryError('refused', fix === undefined ? said : `${said}: ${fix}`)
}

function reasonOf(error: unknown): string {
  if (error instanceof webApi.WebAPIRequestError) return reasonOf(error.original)
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}

/** Slack says seconds; waits of more than ten minutes are not believed. */
function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined || !(seconds > 0) ? undefined : Math.min(seconds * 1_000, 600_000)
}
