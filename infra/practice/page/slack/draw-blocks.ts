import type { InputBlock, KnownBlock, SectionBlock } from '@slack/types'
import type { Block } from '../../slack/shapes.ts'
import { element } from '../elements.ts'
import { drawImage, drawImageBlock } from './block-image.ts'
import { createControls, type Surface, type Typed } from './controls.ts'
import { drawInputBlock, type InputShown } from './input-block.ts'
import { drawRichText } from './rich-text.ts'
import { drawText, plain } from './text-object.ts'

/** Blocks on the page, with what stands in their inputs. */
export interface DrawnBlocks {
  readonly root: HTMLElement
  typed(): Typed
  /** Puts these sentences below their inputs, by block id, in place of earlier ones, and goes to the first. */
  complain(errors: Readonly<Record<string, string>>): void
}

/**
 * Block Kit as Slack draws it (docs.slack.dev/reference/block-kit/blocks).
 * @param kept what stood in the inputs before: an input of the same action_id keeps it, as in Slack
 */
export function drawBlocks(blocks: readonly Block[], surface: Surface, kept: Typed = {}): DrawnBlocks {
  const controls = createControls(surface, kept)
  const inputs = new Map<string, InputShown>()
  const { names } = surface
  const now = surface.now()
  const text = (one: Parameters<typeof drawText>[0]) => drawText(one, names, now)

  const section = (block: SectionBlock): Node => {
    const fields = block.fields?.map((one) => element('p', {}, text(one)))
    const words = element(
      'div',
      { class: 'slack-words' },
      block.text && element('p', {}, text(block.text)),
      fields && element('div', { class: 'slack-fields' }, ...fields),
    )
    const { accessory } = block
    if (!accessory) return words
    const drawn = accessory.type === 'image' ? drawImage(accessory) : controls.draw(accessory)
    return element('div', { class: 'slack-section' }, words, element('div', { class: 'slack-accessory' }, drawn))
  }
  const input = (block: InputBlock, id: string): Node => {
    const shown = drawInputBlock(block, (one) => controls.field(one, block.dispatch_action ?? false))
    if (!shown) return unknown(block.element.type)
    inputs.set(id, shown)
    return shown.root
  }
  const draw = (block: KnownBlock, id: string): Node => {
    switch (block.type) {
      case 'header':
        return element('h3', { class: 'slack-header' }, plain(block.text))
      case 'section':
        return section(block)
      case 'context': {
        const parts = block.elements.map((one) =>
          one.type === 'image' ? drawImage(one) : element('span', {}, text(one)),
        )
        return element('div', { class: 'slack-context' }, ...parts)
      }
      case 'divider':
        return element('hr', { class: 'slack-divider' })
      case 'image':
        return drawImageBlock(block)
      case 'actions':
        return element('div', { class: 'slack-actions' }, ...block.elements.map(controls.draw))
      case 'input':
        return input(block, id)
      case 'rich_text':
        return drawRichText(block, names, now)
      default:
        return unknown(block.type)
    }
  }
  const drawn = blocks.map((block) => {
    // The practice workspace has checked them against Slack's own rules before anybody sees them.
    const known = block as unknown as KnownBlock
    return element('div', { class: 'slack-block', 'data-block': block.type }, draw(known, block.block_id))
  })
  return {
    root: element('div', { class: 'slack-blocks', 'data-testid': 'card' }, ...drawn),
    typed: controls.typed,
    complain(errors) {
      for (const [id, shown] of inputs) shown.complain(errors[id] ?? '')
      for (const [id, shown] of inputs) if (errors[id] !== undefined) return shown.focus()
    },
  }
}

const unknown = (type: string) => element('p', { class: 'note' }, `Something of the kind "${type}" is not drawn here.`)
