/** Scopes a bot token can have here: what the practice app was installed with unless told otherwise. */
export const allScopes = [
  'app_mentions:read',
  'channels:history',
  'channels:join',
  'channels:read',
  'chat:write',
  'commands',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'users:read',
  'users:read.email',
] as const

/** The scope each kind of event needs (https://docs.slack.dev/reference/events); none for those of the app itself. */
export const scopeOfEvent: Readonly<Record<string, string>> = {
  'message.im': 'im:history',
  'message.channels': 'channels:history',
  'message.groups': 'groups:history',
  app_mention: 'app_mentions:read',
  user_change: 'users:read',
}
