import { SlackApiError } from './api-error.ts'
import type { Method } from './method.ts'
import { page } from './methods-conversations.ts'
import type { Profile } from './shapes.ts'
import type { SlackState } from './state.ts'

/**
 * Somebody as `users.info` shows them. Flags that are not set are absent for most people, as in Slack: absent means no. The address is
 * there with the scope users:read.email only.
 */
export function wireUser(profile: Profile, withEmail: boolean): Record<string, unknown> {
  const { id, team_id, name, real_name, deleted, email, image } = profile
  return {
    id,
    team_id,
    name,
    deleted,
    real_name,
    profile: {
      real_name,
      display_name: real_name,
      team: team_id,
      ...(image === undefined ? {} : { image_48: image, image_192: image }),
      ...(withEmail && email !== undefined ? { email } : {}),
    },
    is_bot: profile.is_bot,
    is_app_user: false,
    // Slack leaves these out for who is deactivated.
    ...(deleted
      ? {}
      : {
          is_admin: false,
          is_owner: false,
          is_restricted: profile.is_restricted,
          is_ultra_restricted: profile.is_ultra_restricted,
          is_email_confirmed: profile.is_email_confirmed,
        }),
    ...(profile.is_stranger ? { is_stranger: true } : {}),
    ...(profile.is_invited_user ? { is_invited_user: true } : {}),
  }
}

function botUser({ bot, team }: SlackState): Record<string, unknown> {
  return {
    id: bot.userId,
    team_id: team.id,
    name: bot.name.toLowerCase(),
    real_name: bot.name,
    deleted: false,
    is_bot: true,
    is_app_user: false,
    profile: { real_name: bot.name, api_app_id: bot.appId, bot_id: bot.botId, team: team.id },
  }
}

export const peopleMethods: Readonly<Record<string, Method>> = {
  'users.info': {
    scopes: () => ['users:read'],
    run(given, state, granted) {
      const user = given.text('user')
      if (user === state.bot.userId) return { user: botUser(state) }
      const profile = state.people.get(user)
      if (!profile) throw new SlackApiError('user_not_found')
      return { user: wireUser(profile, granted.has('users:read.email')) }
    },
  },
  'users.lookupByEmail': {
    scopes: () => ['users:read.email'],
    run(given, state) {
      const profile = state.people.byEmail(given.text('email'))
      if (!profile) throw new SlackApiError('users_not_found')
      return { user: wireUser(profile, true) }
    },
  },
  'users.list': {
    scopes: () => ['users:read'],
    run(given, state, granted) {
      const { items, next_cursor } = page(state.people.all(), given)
      return {
        members: items.map((profile) => wireUser(profile, granted.has('users:read.email'))),
        response_metadata: { next_cursor },
      }
    },
  },
  'auth.test': {
    run: (_given, { team, bot }) => ({
      url: 'https://practice.slack.com/',
      team: team.name,
      user: bot.name.toLowerCase(),
      team_id: team.id,
      user_id: bot.userId,
      bot_id: bot.botId,
      is_enterprise_install: false,
    }),
  },
}
