import type { ImageBlock, KnownBlock, RichTextBlock as RichText, SectionBlock } from '@slack/types'
import type { ColumnSet, Element, FactSet, Image, RichTextBlock, TextBlock } from './elements.ts'
import { isInput } from './elements.ts'
import { readMarkup, wordsOf } from './markup.ts'
import type { Buttons } from './slack-actions.ts'
import { inputBlock, type Surface } from './slack-inputs.ts'
import { limits } from './slack-limits.ts'
import { boldText, plainText, richTextSection, textObject } from './slack-text.ts'

export type Block = KnownBlock

/** Blocks that belong together. What only shows may be left out where there is no room; what asks may not. */
export interface Drawn {
  readonly asks: boolean
  readonly blocks: readonly Block[]
  /** So many things are gone when it is left out. */
  readonly things: number
}

export interface Drawing {
  readonly surface: Surface
  readonly buttons: Buttons
  /** Whether inputs are drawn here; otherwise a form asks for them. */
  readonly inputs: boolean
}

/** Draws each element of a card's body. */
export function drawBody(body: readonly Element[], drawing: Drawing): Drawn[] {
  return body.flatMap((element, index): Drawn[] => {
    const blocks = draw(element, drawing)
    const divided: readonly Block[] = element.separator === true && index > 0 ? [{ type: 'divider' }] : []
    if (blocks.length === 0) return []
    if (element.type !== 'FactSet') return [{ asks: asks(element), blocks: [...divided, ...blocks], things: 1 }]
    const rows = blocks.map((block) => ({ asks: false, blocks: [block], things: factsIn(block) }))
    return divided.length > 0 ? [{ asks: false, blocks: divided, things: 0 }, ...rows] : rows
  })
}

function factsIn(block: Block): number {
  return block.type === 'section' ? (block.fields?.length ?? 0) / 2 : 0
}

function asks(element: Element): boolean {
  if (element.type === 'Container') return element.items.some(asks)
  if (element.type === 'ColumnSet') return element.columns.some(({ items }) => items.some(asks))
  return element.type === 'ActionSet' || isInput(element)
}

function draw(element: Element, drawing: Drawing): Block[] {
  switch (element.type) {
    case 'TextBlock':
      return drawText(element)
    case 'RichTextBlock':
      return drawRichText(element)
    case 'FactSet':
      return drawFacts(element)
    case 'Image':
      return drawImage(element)
    case 'ActionSet':
      return drawing.buttons.draw(element.actions)
    case 'Container':
      return together(drawBody(element.items, drawing).flatMap(({ blocks }) => blocks))
    case 'ColumnSet':
      return drawColumns(element, drawing)
    default: {
      const block = drawing.inputs ? inputBlock(element, drawing.surface) : undefined
      return block ? [block] : []
    }
  }
}

function drawText(element: TextBlock): Block[] {
  const runs = readMarkup(element.text)
  const words = wordsOf(runs)
  if (words.trim() === '') return []
  const large = element.style === 'heading' || element.size === 'ExtraLarge'
  if (large && words.length <= limits.header) return [{ type: 'header', text: plainText(words, limits.header) }]
  const warns = element.color === 'Attention' || element.color === 'Warning'
  const bold = large || warns || element.weight === 'Bolder'
  const code = element.fontType === 'Monospace'
  if (element.isSubtle && !bold && !code && runs.every((run) => 'text' in run && !run.bold))
    return [{ type: 'context', elements: [plainText(words, limits.text)] }]
  const section = richTextSection(runs, { bold, code })
  if (!section) return []
  if (warns) section.elements.unshift({ type: 'emoji', name: 'warning' }, { type: 'text', text: ' ' })
  return [{ type: 'rich_text', elements: [section] }]
}

/** A TextRun knows no markup in Teams either. */
function drawRichText({ inlines }: RichTextBlock): Block[] {
  const runs = inlines.map((inline) =>
    typeof inline === 'string' ? { type: 'TextRun' as const, text: inline } : inline,
  )
  const sections = runs.flatMap(({ text, weight, fontType }) => {
    const section = richTextSection([{ text }], { bold: weight === 'Bolder', code: fontType === 'Monospace' })
    return section ? section.elements : []
  })
  return sections.length > 0
    ? [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: sections }] }]
    : []
}

/** Fields are drawn in two columns: the name left, the value right. */
function drawFacts({ facts }: FactSet): SectionBlock[] {
  const perBlock = limits.fields / 2
  return Array.from({ length: Math.ceil(facts.length / perBlock) }, (_, row) => ({
    type: 'section',
    fields: facts
      .slice(row * perBlock, (row + 1) * perBlock)
      .flatMap(({ title, value }) => [boldText(title, limits.field), textObject(value, limits.field)]),
  }))
}

/** Slack fetches pictures itself: those that are not on the web (a QR code with a secret) cannot be shown. */
function drawImage(image: Image): ImageBlock[] {
  if (!isOnTheWeb(image)) return []
  return [{ type: 'image', image_url: image.url, alt_text: plainText(image.altText, limits.altText).text }]
}

function isOnTheWeb({ url }: Image): boolean {
  return url.length <= limits.imageUrl && URL.canParse(url) && new URL(url).protocol === 'https:'
}

/** Text beside a picture, or texts beside each other; anything else stands below each other. */
function drawColumns({ columns }: ColumnSet, drawing: Drawing): Block[] {
  const texts = columns.map(({ items }) => items.filter((item) => item.type === 'TextBlock'))
  const pictures = columns.flatMap(({ items }) => items.filter((item) => item.type === 'Image')).filter(isOnTheWeb)
  const simple = columns.every(({ items }) => items.every(({ type }) => type === 'TextBlock' || type === 'Image'))
  const written = texts.filter((column) => column.some(({ text }) => text.trim() !== ''))
  const [picture] = pictures
  if (!simple || pictures.length > 1 || written.length === 0 || written.length > limits.fields)
    return together(columns.flatMap(({ items }) => items.flatMap((item) => draw(item, drawing))))
  // Fields would take half of the width, with nothing beside them.
  if (!picture && written.length === 1) return together(written.flat().flatMap(drawText))
  if (picture && written.length > 1) return [...drawImage(picture), fieldsOf(written)]
  if (!picture) return [fieldsOf(written)]
  return [
    {
      type: 'section',
      text: textObject(linesOf(written.flat()), limits.text),
      accessory: { type: 'image', image_url: picture.url, alt_text: plainText(picture.altText, limits.altText).text },
    },
  ]
}

function fieldsOf(columns: readonly TextBlock[][]): SectionBlock {
  return { type: 'section', fields: columns.map((texts) => textObject(linesOf(texts), limits.field)) }
}

function linesOf(texts: readonly TextBlock[]): string {
  return texts.map(({ text }) => text).join('\n')
}

/** Paragraphs that belong together stand in one block. */
function together(blocks: readonly Block[]): Block[] {
  const joined: Block[] = []
  for (const block of blocks) {
    const last = joined.at(-1)
    if (block.type === 'rich_text' && last?.type === 'rich_text' && lengthOf(last) + lengthOf(block) <= limits.text)
      joined.splice(-1, 1, { type: 'rich_text', elements: [...last.elements, ...block.elements] })
    else joined.push(block)
  }
  return joined
}

function lengthOf(block: RichText): number {
  return JSON.stringify(block).length
}

/** What a card is about, for a notification: its heading and the first words below. */
export function summaryOf(body: readonly Element[]): string {
  const [heading, ...others] = body.flatMap((element) => (element.type === 'TextBlock' ? [element] : []))
  const first = others.find(({ size }) => size !== 'ExtraLarge')
  return [heading, first].flatMap((one) => (one ? [wordsOf(readMarkup(one.text))] : [])).join('\n')
}
