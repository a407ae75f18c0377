type Attributes = Readonly<Record<string, string | number | boolean | undefined>>
type Child = Node | string | undefined | false

/**
 * Makes an element. Attributes that are false or undefined are left out, true ones stand without a value. Text is only ever
 * set as text: nothing that a person or the bot wrote can become markup.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    made.setAttribute(name, value === true ? '' : String(value))
  }
  made.append(...children.filter((child) => child !== undefined && child !== false))
  return made
}

/** A button that does something and submits nothing. */
export function button(label: string | Node, onPress: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, label)
  made.addEventListener('click', onPress)
  return made
}

let numbered = 0
/** An id that is used once on the page, for labels. */
export function newId(prefix: string): string {
  numbered += 1
  return `${prefix}-${numbered}`
}

export const hidden = (text: string) => element('span', { class: 'visually-hidden' }, text)

const WEB_ADDRESS = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g

/** Plain text with its web addresses as links. */
export function linked(text: string): readonly (Node | string)[] {
  const parts: (Node | string)[] = []
  let end = 0
  for (const match of text.matchAll(WEB_ADDRESS)) {
    parts.push(text.slice(end, match.index))
    parts.push(element('a', { href: match[0], target: '_blank', rel: 'noopener noreferrer' }, match[0]))
    end = match.index + match[0].length
  }
  return [...parts, text.slice(end)]
}
