import { refused, SlackApiError } from './api-error.ts'
import type { Arguments } from './arguments.ts'
import type { Method } from './method.ts'
import type { SlackState } from './state.ts'
import { type CheckedView, checkView } from './view-rules.ts'
import { type OpenView, wireView } from './views.ts'

/** Views are at most 250 KB (https://docs.slack.dev/reference/methods/views.open, `view_too_large`). */
const LARGEST_VIEW = 250_000

function viewIn(given: Arguments, type: 'modal' | 'home', state: SlackState, replaces?: OpenView): CheckedView {
  if (!given.has('view')) throw refused('invalid_arguments', ['[ERROR] missing required field: view'])
  const value = given.structure('view', 'invalid_arguments')
  if (JSON.stringify(value).length > LARGEST_VIEW) throw new SlackApiError('view_too_large')
  const checked = checkView(value, type)
  if ('faults' in checked) throw refused('invalid_arguments', checked.faults)
  const { externalId } = checked.view
  const other = externalId === '' ? undefined : state.views.find(externalId)
  if (other && other.id !== replaces?.id) throw new SlackApiError('duplicate_external_id')
  return checked.view
}

function exchanged(given: Arguments, state: SlackState): string {
  const exchange = state.views.exchange(given.text('trigger_id'))
  if ('error' in exchange) throw new SlackApiError(exchange.error)
  return exchange.user
}

const answered = (state: SlackState, view: OpenView) => ({
  view: wireView(view, { teamId: state.team.id, appId: state.bot.appId, botId: state.bot.botId }),
})

function unchanged(given: Arguments, before: OpenView | undefined): void {
  if (before && given.has('hash') && given.text('hash') !== before.hash) throw new SlackApiError('hash_conflict')
}

export const viewMethods: Readonly<Record<string, Method>> = {
  'views.open': {
    run(given, state) {
      const view = viewIn(given, 'modal', state)
      const user = exchanged(given, state)
      return answered(state, state.views.open(user, view, given.text('trigger_id')))
    },
  },
  'views.push': {
    run(given, state) {
      const view = viewIn(given, 'modal', state)
      const user = exchanged(given, state)
      const pushed = state.views.push(user, view, given.text('trigger_id'))
      if (!pushed) throw new SlackApiError('push_limit_reached')
      return answered(state, pushed)
    },
  },
  'views.update': {
    run(given, state) {
      const before = state.views.find(given.text('view_id') || given.text('external_id'))
      const view = viewIn(given, before?.type ?? 'modal', state, before)
      unchanged(given, before)
      const after = before && state.views.update(before.id, view)
      if (!after) throw new SlackApiError('not_found')
      return answered(state, after)
    },
  },
  'views.publish': {
    run(given, state) {
      const user = given.text('user_id')
      const view = viewIn(given, 'home', state, state.views.home(user))
      if (!state.people.get(user)) throw new SlackApiError('user_not_found')
      unchanged(given, state.views.home(user))
      return answered(state, state.views.publish(user, view))
    },
  },
}
