import { keepable } from '../text/keepable.ts'

/** What somebody says is read up to here. */
const longest = 4_000

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' }

/**
 * What somebody wrote, as they saw it: Slack sends links, channels and names as tokens and three characters as entities.
 * `botUser` being addressed is not part of what was said. Source: Slack "Formatting text for app surfaces".
 */
export function readSlackText(text: string, botUser: string | undefined): string {
  // A token holds no bracket of its own: those of people come as entities. So nothing is read twice, however long it is.
  const spoken = text
    .replace(
      /<([@#!]?)([^<|>]*)(?:\|([^<>]*))?>/g,
      (_whole, sign: string, target: string, label: string | undefined) => {
        if (sign === '@' && target === botUser) return ' '
        return sign === '' ? (label ?? target) : `${sign === '#' ? '#' : '@'}${label ?? target}`
      },
    )
    .replace(/&(?:amp|lt|gt);/g, (entity) => entities[entity] ?? entity)
  return keepable(spoken, longest).trim()
}
