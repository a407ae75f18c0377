import type { DirectoryState, GroupMark, PersonGroup } from '../front-door-shapes.ts'
import { company } from './company-api.ts'
import { button, element, newId } from './elements.ts'

const MARKS: Readonly<Record<GroupMark, string>> = {
  synced: 'synced',
  dynamic: 'dynamic',
  'microsoft-365': 'Microsoft 365',
}

export interface GroupsPanel {
  readonly root: HTMLElement
  show(personId: string): void
  /** What the directory holds about somebody now; of nobody but the person who is shown it is taken in. */
  tell(state: DirectoryState): void
}

/** What the directory has the person in right now, and whether their mailbox answers for them. */
export function groupsPanel({ bot }: { readonly bot: string }): GroupsPanel {
  const switchId = newId('out-of-office')
  const outOfOffice = element('input', {
    id: switchId,
    type: 'checkbox',
    role: 'switch',
    'data-testid': 'out-of-office',
  })
  const list = element('ul', { class: 'group-list', 'aria-live': 'polite' })
  const note = element('p', { class: 'note', role: 'status' })
  const root = element(
    'section',
    { class: 'groups', 'aria-label': 'Groups and presence', 'data-testid': 'groups' },
    element('p', { class: 'out-of-office' }, outOfOffice, element('label', { for: switchId }, 'Out of office')),
    element('h3', {}, 'Groups in the directory'),
    list,
    note,
  )
  let personId = ''
  let drawn = ''
  /** What was told since is newer than what was asked for when the person sat down. */
  let isFollowed = false

  const draw = (state: DirectoryState) => {
    outOfOffice.disabled = false
    outOfOffice.checked = state.outOfOffice
    const look = JSON.stringify([state.id, state.groups, state.moreGroups])
    if (look === drawn) return
    drawn = look
    const hadFocus = list.contains(document.activeElement)
    const rows = state.groups.map((group) => rowOf(group, bot, () => void leave(group)))
    if (rows.length === 0) rows.push(element('li', { class: 'group-none' }, 'In no group.'))
    if (state.moreGroups) rows.push(element('li', { class: 'group-none' }, 'And more.'))
    list.replaceChildren(...rows)
    if (hadFocus) (list.querySelector('button') ?? outOfOffice).focus()
  }
  const told = async (work: () => Promise<void>) => {
    note.textContent = ''
    await work().catch((error: unknown) => {
      note.textContent = error instanceof Error ? error.message : 'That did not work.'
    })
  }
  const leave = (group: PersonGroup) => told(() => company.leaveGroup(group.id, personId))
  const look = async () => {
    const whose = personId
    const { state } = await company.person(whose)
    if (whose === personId && !isFollowed) draw(state)
  }
  outOfOffice.addEventListener('change', () => {
    const on = outOfOffice.checked
    void told(() =>
      company.setOutOfOffice(personId, on).catch((error: unknown) => {
        outOfOffice.checked = !on
        throw error
      }),
    )
  })
  return {
    root,
    show(id) {
      personId = id
      drawn = ''
      isFollowed = false
      note.textContent = ''
      outOfOffice.disabled = true
      list.replaceChildren()
      void told(look)
    },
    tell(state) {
      if (state.id !== personId) return
      isFollowed = true
      draw(state)
    },
  }
}

/** A dynamic group has whom its rule says: nobody can be taken out of it by hand. */
function rowOf({ id, name, marks }: PersonGroup, bot: string, leave: () => void): HTMLElement {
  const mayLeave = !marks.includes('dynamic')
  return element(
    'li',
    { class: 'group-item', 'data-testid': `group-${id}` },
    element('span', { class: 'group-name' }, name),
    ...marks.map((mark) => element('span', { class: 'tag' }, MARKS[mark])),
    mayLeave &&
      button(`Leave (behind ${bot}’s back)`, leave, {
        class: 'link group-leave',
        'aria-label': `Leave ${name} (behind ${bot}’s back)`,
        'data-testid': `group-leave-${id}`,
      }),
  )
}
