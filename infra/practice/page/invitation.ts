import { avatar } from './avatar.ts'
import { button, element } from './elements.ts'

/** Makes what stands in an empty chat: a sentence and a few things one could say. */
export type Invite = (say: (text: string) => void) => HTMLElement

export const inviting =
  (options: {
    readonly bot: string
    readonly sentence: string
    readonly suggestions: readonly string[]
    /** Whether the first suggestion is the thing to do. */
    readonly firstIsBest: boolean
  }): Invite =>
  (say) =>
    element(
      'div',
      { class: 'invitation', 'data-testid': 'invitation' },
      avatar(options.bot, 'bot'),
      element('p', {}, options.sentence),
      element(
        'div',
        { class: 'suggested' },
        ...options.suggestions.map((text, index) =>
          button(text, () => say(text), {
            class: index === 0 && options.firstIsBest ? 'chip first' : 'chip',
            'data-testid': 'suggestion',
          }),
        ),
      ),
    )
