import type { Action } from 'adaptivecards'
import { element } from './elements.ts'
import { hostConfig } from './host-config.ts'
import { htmlOf } from './markdown.ts'
import type { Card, Pressed } from './teams-api.ts'

/** A button that was pressed, its card's inputs checked and merged into `data`. */
export interface Press {
  readonly action: Pressed
  readonly data: unknown
}

let ready = false
function prepare(): void {
  if (ready) return
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = htmlOf(text)
    result.didProcess = true
  }
  ready = true
}

/** An Adaptive Card drawn by Microsoft's renderer. Links open in a new tab; every other button goes to `onPress`. */
export function drawCard(card: Card, onPress: (press: Press) => void): HTMLElement {
  prepare()
  const drawn = new AdaptiveCards.AdaptiveCard()
  drawn.hostConfig = new AdaptiveCards.HostConfig(hostConfig)
  drawn.onExecuteAction = (action) => run(action, onPress)
  drawn.onAnchorClicked = () => false
  drawn.parse(card)
  const rendered = drawn.render()
  return rendered ?? element('p', { class: 'note' }, fallbackOf(card))
}

function run(action: Action, onPress: (press: Press) => void): void {
  if (action instanceof AdaptiveCards.OpenUrlAction) openInNewTab(action.url ?? '')
  else if (action instanceof AdaptiveCards.ExecuteAction) {
    const { title, verb, id, data } = action
    onPress({ action: { type: 'Action.Execute', title, verb, id }, data })
  } else if (action instanceof AdaptiveCards.SubmitAction) {
    const { title, id, data } = action
    onPress({ action: { type: 'Action.Submit', title, id }, data })
  }
}

function openInNewTab(address: string): void {
  if (/^https?:\/\//i.test(address)) window.open(address, '_blank', 'noopener,noreferrer')
}

function fallbackOf(card: Card): string {
  return typeof card.fallbackText === 'string' ? card.fallbackText : 'This card cannot be shown.'
}

/** Whether a submit button asks Teams for a dialog instead of sending its data to the chat. */
export function opensDialog({ action, data }: Press): boolean {
  if (action.type !== 'Action.Submit' || typeof data !== 'object' || data === null) return false
  const teams = (data as { msteams?: { type?: unknown } }).msteams
  return teams?.type === 'task/fetch'
}
