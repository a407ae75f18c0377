import type { View } from '../../slack/shapes.ts'
import type { Belongings } from '../belongings.ts'
import { slack } from './slack-api.ts'
import { openSlackWindow, type SlackWindow } from './slack-window.ts'
import type { Workspace } from './workspace.ts'

/** A place on the page where somebody sits in front of Slack. */
export interface Seat {
  /** Slack user id; undefined while nobody of the workspace sits there. */
  readonly user: () => string | undefined
  readonly belongings: Belongings | undefined
}

export interface SlackWindows {
  add(seat: Seat): void
  /** Says which seat did something last: a modal opens for the one who asked for it. */
  acts(seat: Seat): void
}

/** Shows the modals of everyone who sits on this page, one for each person, as Slack would on their own screens. */
export function slackWindows(workspace: Workspace): SlackWindows {
  const seats: Seat[] = []
  const open = new Map<string, SlackWindow>()
  const asked = new Map<string, number>()
  const show = (user: string, view: View | undefined) => {
    const known = open.get(user)
    if (known) return known.show(view)
    const seat = seats.find((one) => one.user() === user)
    if (!seat || !view) return
    const { belongings } = seat
    const onClose = () => void open.delete(user)
    open.set(user, openSlackWindow({ user, view, workspace, belongings, onClose }))
  }
  // What is in a modal is for one person: the news says only that it changed.
  workspace.live.onSlack(async (event) => {
    if (event.type !== 'view' || !seats.some((one) => one.user() === event.user)) return
    const { user } = event
    const mine = (asked.get(user) ?? 0) + 1
    asked.set(user, mine)
    const view = event.isOpen ? ((await slack.view(user).catch(() => undefined)) ?? undefined) : undefined
    if (asked.get(user) === mine) show(user, view)
  })
  return {
    add: (seat) => void seats.push(seat),
    acts(seat) {
      seats.splice(seats.indexOf(seat), 1)
      seats.unshift(seat)
    },
  }
}
