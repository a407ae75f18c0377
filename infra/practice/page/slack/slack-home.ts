import type { HomeView } from '../../slack/shapes.ts'
import { element } from '../elements.ts'
import { noteOf } from './acknowledged.ts'
import type { Typed } from './controls.ts'
import { drawBlocks } from './draw-blocks.ts'
import { slack } from './slack-api.ts'
import type { Workspace } from './workspace.ts'

export interface SlackHome {
  readonly root: HTMLElement
  /** Opens the tab as this person, which tells the bot. */
  open(user: string): Promise<void>
  show(home: HomeView | undefined): void
}

/** The Home tab of the app. */
export function slackHome(options: {
  readonly workspace: Workspace
  /** Who sits here; throws when nobody of the workspace does. */
  act(): string
}): SlackHome {
  const { workspace } = options
  const content = element('div', { class: 'slack-home-blocks' })
  const note = element('p', { class: 'note', role: 'status' })
  const root = element('div', { class: 'slack-home', 'data-testid': 'slack-home', tabindex: -1 }, content, note)
  let drawn = ''
  const show = (home: HomeView | undefined) => {
    const look = JSON.stringify(home?.blocks ?? [])
    if (look === drawn) return
    drawn = look
    const hadFocus = content.contains(document.activeElement)
    const surface = {
      names: workspace.names,
      now: () => workspace.clock.now(),
      act: (id: string, typed: Typed) => press(id, typed),
    }
    if (home) content.replaceChildren(drawBlocks(home.blocks, surface).root)
    else content.replaceChildren(element('p', { class: 'invitation' }, `${workspace.bot} has put nothing here yet.`))
    if (hadFocus) (content.querySelector<HTMLElement>('button, input, select') ?? root).focus()
  }
  const told = async (work: () => Promise<string>) => {
    note.textContent = ''
    content.setAttribute('aria-busy', 'true')
    note.textContent = await work().catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    content.removeAttribute('aria-busy')
  }
  const press = (actionId: string, typed: Typed) =>
    void told(async () => noteOf(workspace.bot, await slack.pressHome(options.act(), actionId, typed))?.text ?? '')
  return {
    root,
    show,
    open: (user) =>
      told(async () => {
        show((await slack.openHome(user)) ?? undefined)
        return ''
      }),
  }
}
