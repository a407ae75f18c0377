import { element } from './elements.ts'

/** The QR code picture that is on screen, if there is one: of the page itself or from its own door. */
export const pictureOnScreen = () => document.querySelector<HTMLImageElement>('dialog[open] img')

/** What a QR code says; undefined when the picture is none. Decoded from its pixels, as a camera would. */
export async function readQrCode(picture: HTMLImageElement): Promise<string | undefined> {
  await picture.decode().catch(() => undefined)
  const { naturalWidth: width, naturalHeight: height } = picture
  if (width === 0 || height === 0) return undefined
  const canvas = element('canvas', { width, height })
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) return undefined
  context.fillStyle = '#fff'
  context.fillRect(0, 0, width, height)
  context.drawImage(picture, 0, 0)
  const { data } = context.getImageData(0, 0, width, height)
  return jsQR(data, width, height)?.data
}
