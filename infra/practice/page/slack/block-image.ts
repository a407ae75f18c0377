import type { ImageBlock, ImageElement } from '@slack/types'
import { element } from '../elements.ts'
import { plain } from './text-object.ts'

/** A picture, if the page may show it: nothing is fetched from anywhere but this machine's own door. */
export function drawImage(image: ImageElement | ImageBlock): HTMLElement {
  const address = addressOf(image)
  if (address === undefined) return element('span', { class: 'slack-no-image' }, `Picture: ${image.alt_text}`)
  const picture = element('img', { src: address, alt: image.alt_text })
  picture.addEventListener('error', () => {
    picture.replaceWith(element('span', { class: 'slack-no-image' }, `Picture: ${image.alt_text}`))
  })
  return picture
}

/** An image block: its title above, as Slack has it. */
export function drawImageBlock(block: ImageBlock): HTMLElement {
  const title = block.title && element('figcaption', {}, plain(block.title))
  return element('figure', { class: 'slack-image' }, title, drawImage(block))
}

function addressOf(image: ImageElement | ImageBlock): string | undefined {
  const file = 'slack_file' in image && 'url' in image.slack_file ? image.slack_file.url : undefined
  const address = 'image_url' in image ? image.image_url : file
  if (address === undefined || !URL.canParse(address, location.href)) return undefined
  const { protocol, origin } = new URL(address, location.href)
  return protocol === 'data:' || origin === location.origin ? address : undefined
}
